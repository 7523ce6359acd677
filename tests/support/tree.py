"""The repository's own files, as git tracks them: what a clone gets, and no one's half-written next thing.

It must not know the rules; it only says which file broke one.
"""

import subprocess
from collections.abc import Callable
from pathlib import Path

Rule = Callable[[str], list[str]]


class Tree:
    """The tracked text files. Binary ones are left to their owners."""

    def __init__(self, root: Path) -> None:
        self.root = root
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True)
        self.names = [name for name in listed.stdout.split("\0") if name and (root / name).is_file()]

    def files(self, *prefixes: str, suffix: str = "") -> list[str]:
        """Names of tracked files that start with one of `prefixes` (all of them, without any) and end with `suffix`."""
        return [n for n in self.names if n.endswith(suffix) and (not prefixes or n.startswith(prefixes))]

    def text(self, name: str) -> str:
        """The file's text; undecodable bytes are replaced, so that the rules see the rest."""
        return (self.root / name).read_text(encoding="utf-8", errors="replace")

    def broken(self, rule: Rule, names: list[str]) -> dict[str, list[str]]:
        """The files that break `rule`, with where and how. Asserts that there was anything to look at."""
        assert names, "no file to check"
        return {name: found for name in names if (found := rule(self.text(name)))}
