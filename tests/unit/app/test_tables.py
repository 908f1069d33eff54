"""Tables of the commands: nothing in them is cut."""

import string
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from siyu.app.cli.tables import figures, glance, sheet, table, whole

_NAMES, _ORDERS = "云岫百货旗舰店微商城", string.ascii_lowercase  # letters of a column, so that each can be told apart
ROWS = st.lists(
    st.tuples(st.text(_ORDERS, max_size=40), st.text(_NAMES, max_size=30), st.integers(min_value=0, max_value=10**12)),
    max_size=5,
)


def printed(what: object, width: int) -> str:
    console = Console(file=StringIO(), width=width)
    console.print(what)
    return console.file.getvalue()  # type: ignore[attr-defined]


@given(ROWS, st.integers(min_value=60, max_value=120))
def test_everything_is_there_however_narrow_it_is(rows: list[tuple[str, str, int]], width: int) -> None:
    shown = table(*whole("WHEN"), "ORDER", "SHOP", *figures("PAID", "BACK"))
    for order, shop, paid in rows:
        shown.add_row("2026-11-15 16:56", order, shop, f"{paid:,}", "0.00")
    said = printed(shown, width)
    assert "…" not in said
    assert all(len(line.rstrip()) <= width for line in said.splitlines())
    assert "".join(letter for letter in said if letter in _ORDERS) == "".join(order for order, _, _ in rows)
    assert "".join(letter for letter in said if letter in _NAMES) == "".join(shop for _, shop, _ in rows)
    for _, _, paid in rows:
        assert f" {paid:,} " in said  # in one piece
    assert said.count("2026-11-15 16:56") == len(rows)


@pytest.mark.parametrize("width", [40, 80])
def test_so_it_is_of_one_thing(width: int) -> None:
    shown = sheet("Customer 7")
    shown.add_row("traits", "points 18108, member_shop " + "x" * 90)
    said = printed(shown, width)
    assert ("18108," in said, said.count("x")) == (True, 90)


def test_a_glance_says_that_it_goes_on() -> None:
    assert glance("a" * 100) == "a" * 100
    assert glance("a" * 101) == "a" * 100 + "…"
