"""The house rules that ruff and mypy have no words for, as functions from source text to what is wrong with it.

They read text and syntax trees; they must not know which files there are (tests/house walks those).
"""

import ast
import re
from collections.abc import Iterator

FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70

# Spelled so that this file does not hold what it forbids.
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|NotImplemented" r"Error)\b")
MACHINE_PATH = re.compile(r"(?<![\w.~$})\]/-])/(?:root|home|opt|work|Users)/")
REGISTRY_HOST = re.compile(
    r"py" r"pi\.org|python" r"hosted\.org|npm" r"js\.(?:org|com)|(?:deb|security)\.deb" r"ian\.org"
)
EXCUSE = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma:\s*no cover)")
EXCUSE_WITH_REASON = re.compile(
    r"#\s*(?:noqa:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|type:\s*ignore\[[\w, -]+\]|pragma:\s*no cover)\s*(?:-|#|:)\s*\w+\s\w+"
)

ASSERTING_CALLS = ("assert_", "check_", "expect_")
ASSERTING_CONTEXTS = {"raises", "warns", "deprecated_call"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def file_too_long(source: str) -> list[str]:
    """A file over 600 lines wants to be two."""
    lines = source.count("\n")
    return [f"{lines} lines, over {FILE_LINES_MAX}"] if lines > FILE_LINES_MAX else []


def functions_too_long(source: str) -> list[str]:
    """Functions over 70 lines, decorators not counted."""
    found = []
    for function in _functions(ast.parse(source)):
        lines = (function.end_lineno or function.lineno) - function.lineno + 1
        if lines > FUNCTION_LINES_MAX:
            found.append(f"{function.lineno}: {function.name} has {lines} lines, over {FUNCTION_LINES_MAX}")
    return found


def unfinished(source: str) -> list[str]:
    """Marks of work left for later."""
    return _matches(UNFINISHED, source)


def machine_paths(text: str) -> list[str]:
    """Absolute paths that exist on somebody's machine only."""
    return _matches(MACHINE_PATH, text)


def registry_hosts(text: str) -> list[str]:
    """Host names of package registries: where packages come from is the installer's setting, not the project's."""
    return _matches(REGISTRY_HOST, text)


def excuses_without_reason(source: str) -> list[str]:
    """A checker switched off on a line, with no rule named or no reason beside it: `# noqa: X1 - why it is right`."""
    return [
        f"{number}: {line.strip()}"
        for number, line in enumerate(source.splitlines(), start=1)
        if EXCUSE.search(line) and not EXCUSE_WITH_REASON.search(line)
    ]


def missing_docstring(source: str) -> list[str]:
    """A module says first what it is."""
    return [] if ast.get_docstring(ast.parse(source)) else ["1: no module docstring"]


def tests_that_cannot_fail(source: str) -> list[str]:
    """Test functions that assert nothing: no assert, no raises, no call of a helper named for asserting."""
    return [
        f"{function.lineno}: {function.name} asserts nothing"
        for function in _functions(ast.parse(source))
        if function.name.startswith("test") and not any(_asserts(node) for node in ast.walk(function))
    ]


def changelog_problems(text: str) -> list[str]:
    """A changelog keeps an Unreleased section, above any release."""
    sections = re.findall(r"^## \[([^\]]+)\]", text, re.MULTILINE)
    return [] if sections[:1] == ["Unreleased"] else [f"the first section is {sections[:1]}, not ['Unreleased']"]


def decision_problems(name: str, text: str) -> list[str]:
    """A decision is `NNNN-slug.md`: a title of the same number, then paragraphs; a list hides the reasoning."""
    title, *blocks = re.split(r"\n\s*\n", text.strip())
    number = name[:4]
    found = []
    if not re.fullmatch(rf"# {number}\. [^\n]+", title) or not number.isdigit():
        found.append(f"the first line must be '# {number}. Title': {title.splitlines()[0]!r}")
    if not blocks:
        found.append("no paragraph")
    found += [f"not a paragraph: {block.splitlines()[0]!r}" for block in blocks if not _is_paragraph(block)]
    return found


def _is_paragraph(block: str) -> bool:
    return not re.match(r"\s*(?:[-+*] |\d+\. |#|\||```|>)", block) and block.rstrip().endswith((".", ")"))


def _matches(pattern: re.Pattern[str], text: str) -> list[str]:
    return [
        f"{number}: {found.group()}"
        for number, line in enumerate(text.splitlines(), start=1)
        for found in pattern.finditer(line)
    ]


def _functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def _asserts(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        return True
    if not isinstance(node, ast.Call):
        return False
    name = _last_name(node.func)
    return name in ASSERTING_CONTEXTS or name.lstrip("_").startswith(ASSERTING_CALLS)


def _last_name(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""
