"""Journeys to begin with, as files of the package. What only the brand knows (a segment, a group code) is left to choose."""

from functools import cache
from pathlib import Path
from typing import Final

from siyu.journeys.rules.writing import from_json, from_yaml
from siyu.journeys.types.running import Template
from siyu.kernel.errors import NotFound

_FOLDER: Final = Path(__file__).parents[1] / "templates"


@cache
def templates() -> tuple[Template, ...]:
    """All of them, by their keys."""
    found = []
    for path in sorted(_FOLDER.glob("*.yaml")):
        text = path.read_text("utf-8")
        read = dict(from_yaml(text))
        found.append(Template(str(read.pop("key")), from_json(read), text))
    return tuple(found)


def template(key: str) -> Template:
    """One of them.

    Raises:
        NotFound: there is none of this key.
    """
    for one in templates():
        if one.key == key:
            return one
    raise NotFound(what="template", what_zh="模板", key=key)
