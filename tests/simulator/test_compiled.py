"""One source, two builds: what mypyc compiles says the same, byte for byte, as what Python runs."""

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

PACKAGES = ("algos", "fixspec", "router", "simulator")
ROOT = Path(__file__).resolve().parent.parent.parent
HOT = [f"router/market/{name}.py" for name in ("book", "state", "tape")] + [
    f"simulator/{name}.py"
    for name in (
        "book",
        "dark",
        "draws",
        "flow",
        "levels",
        "lit",
        "lit_book",
        "pits",
        "quotes",
        "replay",
        "synthetic",
        "synthetic_model",
        "wires",
        "world",
    )
]
"""What a market event runs through, and little enough to compile in a test."""


pytestmark = pytest.mark.untraced


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    spec = spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def compiled(hook: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the packages with the hot modules compiled in it, at -O1, in 60 % of the time of a wheel's -O2."""
    if hook.missing():
        pytest.skip(f"{hook.missing()} is not found")
    scratch = tmp_path_factory.mktemp("compiled")
    code = f"import sys; sys.path.insert(0, '.'); from pathlib import Path; from hatch_build import compile_modules; \
compile_modules(Path.cwd(), {HOT!r}, Path({str(scratch)!r}), opt_level='1')"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True)
    for package in ("router", "simulator", "fixspec"):
        shutil.copytree(ROOT / package, scratch / "lib" / package, dirs_exist_ok=True)
    return scratch / "lib"


def said(packages: Path, spec: str, minutes: int) -> list[str]:
    """[build, events heard, digest] of a market, run from `packages`."""
    path = os.pathsep.join([str(packages), str(ROOT / "tests")])
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "support.said", spec, str(minutes)],
        env=os.environ | {"PYTHONPATH": path},
        check=True,
        capture_output=True,
        text=True,
    )
    return ran.stdout.split()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_seeded_market_says_the_same_compiled_and_plain(compiled: Path) -> None:
    ours = said(compiled, "synthetic:5:3", 4)
    plain = said(ROOT, "synthetic:5:3", 4)

    assert ours[0] == "compiled"
    assert plain[0] == "plain"
    assert int(plain[1]) > 1_000
    assert ours[1:] == plain[1:]


@pytest.mark.slow
@pytest.mark.real_data
@pytest.mark.timeout(600)
def test_a_recorded_market_says_the_same_compiled_and_plain(compiled: Path, real_data_dir: Path) -> None:
    [path] = (real_data_dir / "orderflow").glob("GOOG_*_message_10.csv.xz")

    ours = said(compiled, f"lobster:{path}", 10)
    plain = said(ROOT, f"lobster:{path}", 10)

    assert ours[0] == "compiled"
    assert int(plain[1]) > 1_000
    assert ours[1:] == plain[1:]


def chosen_by(hook: ModuleType) -> list[str]:
    """What a wheel of this tree has compiled."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = project["tool"]["hatch"]["build"]["targets"]["wheel"]["hooks"]["custom"]
    found: list[str] = hook.chosen(ROOT, listed["compiled"], listed["plain"])
    return found


def test_every_module_that_is_listed_exists_and_none_that_strangers_derive_from_is_compiled(hook: ModuleType) -> None:
    chosen = chosen_by(hook)

    assert set(HOT) <= set(chosen)
    assert "simulator/desk.py" not in chosen


def test_settings_stay_plain_since_a_compiled_struct_would_take_unknown_keys(hook: ModuleType) -> None:
    """mypyc drops the keywords of a class statement: `forbid_unknown_fields` would be gone, and no error say so."""
    chosen = chosen_by(hook)

    assert hook.loses(ROOT / "simulator" / "dark_settings.py") == {"forbid_unknown_fields"}
    assert {"simulator/dark_settings.py", "router/market/reference.py", "algos/twap.py"}.isdisjoint(chosen)
    assert [name for name in chosen if hook.loses(ROOT / name)] == []


def test_no_module_that_is_compiled_has_a_protocol_that_is_checked_while_it_runs(hook: ModuleType) -> None:
    chosen = chosen_by(hook)

    assert [name for name in chosen if "@runtime_checkable" in (ROOT / name).read_text(encoding="utf-8")] == []


def bases_of(name: str) -> dict[str, list[tuple[str, str]]]:
    """By class of a file: its bases, as (the file that defines it or "", its name)."""
    tree = ast.parse((ROOT / name).read_bytes())
    origin = {
        alias.asname or alias.name: f"{node.module.replace('.', '/')}.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    here = {each.name for each in classes}
    return {
        each.name: [
            (name if base.id in here else origin.get(base.id, ""), base.id) if isinstance(base, ast.Name) else ("", "")
            for base in each.bases
        ]
        for each in classes
    }


def test_no_plain_class_derives_from_one_that_a_wheel_has_as_machine_code(hook: ModuleType) -> None:
    """It could be imported, and not be made: "interpreted classes cannot inherit from compiled"."""
    chosen = set(chosen_by(hook))
    files = [str(path.relative_to(ROOT)) for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    bases = {name: bases_of(name) for name in files}

    def is_native(file: str, name: str) -> bool:
        known = bases.get(file, {}).get(name)
        return file in chosen and known is not None and all(is_native(*base) for base in known)

    wrong = [
        (file, name)
        for file in files
        if file not in chosen
        for name, its in bases[file].items()
        if any(is_native(*base) for base in its)
    ]
    assert wrong == []


def test_a_pattern_that_names_no_module_is_refused(hook: ModuleType) -> None:
    with pytest.raises(ValueError, match=r"^pyproject.toml: no module is simulator/nothing.py$"):
        hook.chosen(ROOT, ["simulator/nothing.py"], [])


def test_a_build_that_must_compile_and_cannot_says_what_is_missing(
    hook: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_COMPILE", "1")
    monkeypatch.setenv("PATH", "")

    with pytest.raises(RuntimeError, match=r"^SLUICE_COMPILE=1, and a C compiler \(cc, gcc, clang\) is not found$"):
        hook.compiles()


def test_a_build_that_may_compile_does_not_where_it_is_told_not_to(
    hook: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_PURE", "1")

    assert not hook.compiles()
