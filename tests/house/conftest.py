"""The tree that the house rules are held against."""

from pathlib import Path

import pytest

from support.tree import Tree


@pytest.fixture(scope="session")
def tree(repo: Path) -> Tree:
    if not (repo / ".git").exists():
        pytest.skip(f"{repo} is not a git work tree: nothing says which files are the project's")
    return Tree(repo)
