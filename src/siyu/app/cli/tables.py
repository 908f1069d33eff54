"""Tables of the commands. No number, key or name in them is cut, however narrow the terminal is."""

from typing import Final

from rich.box import SIMPLE_HEAD
from rich.table import Column, Table

from siyu.app.cli.frame import console, errors

_MANY: Final = 100  # characters of what is only a first look; --json has all of it


def table(*columns: str | Column, title: str = "") -> Table:
    """A table with a line under its headings. What a column that is only named holds goes on in the next line where there is no
    room for it.
    """
    folded = [Column(one, overflow="fold") if isinstance(one, str) else one for one in columns]
    return Table(
        *folded, title=title or None, title_justify="left", box=SIMPLE_HEAD, show_edge=False, pad_edge=False,
        padding=(0, 1, 0, 0),
    )  # fmt: skip


def print_table(shown: Table, none: str) -> None:
    """A table; of one without rows this sentence, which is in no program's way."""
    if shown.row_count:
        console.print(shown)
    else:
        errors.print(none, highlight=False, soft_wrap=True)


def sheet(title: str = "") -> Table:
    """What is known of one thing: a name and a value in each row."""
    rows = Table(title=title or None, title_justify="left", show_header=False, box=None, padding=(0, 2))
    rows.add_column(no_wrap=True)
    rows.add_column(overflow="fold")
    return rows


def figures(*headings: str) -> list[Column]:
    """Columns of numbers: to the right, each in one piece."""
    return [Column(one, justify="right", no_wrap=True) for one in headings]


def whole(*headings: str) -> list[Column]:
    """Columns of what is short and read as one: moments, days, ids, states."""
    return [Column(one, no_wrap=True) for one in headings]


def glance(text: str) -> str:
    """The beginning of what may be long, and that it goes on."""
    return text if len(text) <= _MANY else f"{text[:_MANY]}…"
