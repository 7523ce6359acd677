"""A fitted model as a table of `impact.toml`. Knows the layout of that file, and no file."""

from __future__ import annotations

from typing import Final

from router.tca.impact.terms import Parameter, ParametricModel

_ORDER: Final = ("from_date", "source", "size_min", "size_max", "rate_max")


def toml_table(model: ParametricModel) -> str:
    """`[[MODEL]]` and its keys, as `impact.toml` spells them."""
    fields = [name for name in model.__struct_fields__ if name not in _ORDER]
    lines = [f"{name} = {_value(getattr(model, name))}" for name in (*_ORDER, *fields) if _said(model, name)]
    return "\n".join([f"[[{model.name}]]", *lines]) + "\n"


def _said(model: ParametricModel, name: str) -> bool:
    return getattr(model, name) is not None


def _value(value: object) -> str:
    match value:
        case Parameter():
            error = f", error = {value.error!r}" if value.error else ""
            return f"{{ value = {value.value!r}{error} }}"
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case tuple():
            return f"[{', '.join(map(_value, value))}]"
        case dict():
            return f"{{ {', '.join(f'{key} = {_value(each)}' for key, each in value.items())} }}"
        case _:
            return repr(value)
