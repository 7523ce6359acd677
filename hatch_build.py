"""Builds the wheel: puts the settings a user starts from into it, and compiles the hot modules where that is possible.

The settings (`config/`, the session files) go under `router/runtime/shipped/`. The modules listed in `pyproject.toml`
(`[tool.hatch.build.targets.wheel.hooks.custom]`) are compiled by mypyc where a C compiler and Python's headers are
found; their sources are in the wheel all the same, for tracebacks. `SLUICE_PURE=1` never compiles, `SLUICE_COMPILE=1`
refuses to build without. An editable install is never compiled: no shared library may stand between an editor and what
runs. It must not know what the settings say, nor what the modules do.
"""

import ast
import os
import shutil
import sysconfig
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = ("config", "sessions.cfg", "venue-sessions.cfg")
COMPILERS = ("cc", "gcc", "clang")
BUILT_BY = ("mypy>=1.13", "setuptools>=75")
OPT_LEVEL = "2"
FLAGS = ("-fvisibility=hidden",)
"""Nobody else links to these libraries: calls within one go straight, and not through a table that could be changed."""
LOST = {"array_like", "forbid_unknown_fields", "kw_only", "omit_defaults", "rename", "tag", "tag_field"}
"""What mypyc does not pass on to msgspec (it drops the keywords of a class statement) and what is read depends on."""


class SluiceWheel(BuildHookInterface[Any]):
    """Hatchling's custom build hook."""

    def dependencies(self) -> list[str]:
        """What an isolated build needs besides hatchling: to compile, mypyc, and the types of what we import."""
        return [*BUILT_BY, *self.metadata.core.dependencies] if compiles() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        for name in SHIPPED:
            path = Path(self.root, name)
            if path.exists():
                build_data["force_include"][str(path)] = f"router/runtime/shipped/{name}"
        if compiles():
            self._compile(build_data)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        scratch = build_data.get("scratch")
        if scratch is not None:
            shutil.rmtree(scratch)

    def _compile(self, build_data: dict[str, Any]) -> None:
        scratch = build_data["scratch"] = mkdtemp(prefix="sluice-build-")
        files = chosen(Path(self.root), self.config["compiled"], self.config["plain"])
        built = compile_modules(Path(self.root), files, Path(scratch))
        for library in built:
            build_data["force_include"][str(library)] = str(library.relative_to(Path(scratch, "lib")))
        build_data["pure_python"] = False
        build_data["infer_tag"] = True


def chosen(root: Path, compiled: list[str], plain: list[str]) -> list[str]:
    """The files under `root` that the first patterns match and the second do not, and that mean the same compiled.

    ValueError for a pattern that matches no file.
    """
    found = {pattern: {str(path.relative_to(root)) for path in root.glob(pattern)} for pattern in (*compiled, *plain)}
    for pattern, files in found.items():
        if not files:
            raise ValueError(f"pyproject.toml: no module is {pattern}")
    files = set().union(*map(found.get, compiled)) - set().union(*map(found.get, plain))
    return sorted(file for file in files if not loses(root / file))


def loses(path: Path) -> set[str]:
    """The keywords of a module's classes that a compiled one would be without: it has to stay plain for them."""
    classes = (node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.ClassDef))
    return {keyword.arg for each in classes for keyword in each.keywords if keyword.arg} & LOST


def compile_modules(root: Path, files: list[str], scratch: Path, opt_level: str = OPT_LEVEL) -> list[Path]:
    """Compile modules, named from `root`; returns the shared libraries, laid out below `scratch/lib`.

    mypyc's own messages go to standard output; a module that does not compile ends the process, as a type error does.
    """
    from mypyc.build import mypycify  # noqa: PLC0415 - not there in a pure build
    from setuptools import Distribution  # noqa: PLC0415 - not there in a pure build

    where = Path.cwd()
    # mypy names a module by its path from here, and finds its settings here.
    os.chdir(root)
    try:
        extensions = mypycify(files, opt_level=opt_level, debug_level="0", group_name="sluice", target_dir=str(scratch))
        for extension in extensions:
            extension.extra_compile_args.extend(FLAGS)
        build = Distribution({"name": "sluice", "ext_modules": extensions}).get_command_obj("build_ext")
        build.build_lib, build.build_temp = str(scratch / "lib"), str(scratch / "temp")
        build.ensure_finalized()
        build.run()
    finally:
        os.chdir(where)
    return sorted((scratch / "lib").rglob(f"*{sysconfig.get_config_var('EXT_SUFFIX')}"))


def missing() -> str:
    """What is not here that compiling needs; "" where nothing is."""
    if not any(map(shutil.which, (os.environ.get("CC", "").partition(" ")[0] or "cc", *COMPILERS))):
        return f"a C compiler ({', '.join(COMPILERS)})"
    if not Path(sysconfig.get_path("include"), "Python.h").is_file():
        return "Python's headers (Python.h)"
    return ""


def compiles() -> bool:
    """Whether this build compiles. Raises RuntimeError where SLUICE_COMPILE=1 asks for what is not possible."""
    lacking = missing()
    if os.environ.get("SLUICE_COMPILE") == "1" and lacking:
        raise RuntimeError(f"SLUICE_COMPILE=1, and {lacking} is not found")
    return os.environ.get("SLUICE_PURE") != "1" and not lacking
