"""The one way in which pages and texts are filled from `templates/`: strict, escaped, without blank lines of tags."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined


def environment(*, escaped: bool = True) -> Environment:
    """Templates of this package; a name that nobody filled in is an error.

    Not `escaped` is for a text whose template escapes by a filter of its own.
    """
    return Environment(
        loader=PackageLoader("router.tca"),
        autoescape=escaped,  # noqa: S701 - the Markdown of an evidence pack escapes each text by its filter `md`
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
