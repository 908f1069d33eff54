"""Tables of the commands: nothing in them is cut."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import RenderableType

from siyu.app.cli.frame import console
from siyu.app.cli.tables import figures, glance, sheet, table, whole

_NAMES, _ORDERS = "云岫百货旗舰店微商城", string.ascii_lowercase  # letters of a column, so that each can be told apart
ROWS = st.lists(
    st.tuples(st.text(_ORDERS, max_size=40), st.text(_NAMES, max_size=30), st.integers(min_value=0, max_value=10**12)),
    max_size=5,
)


def printed(what: RenderableType, width: int) -> str:
    with console.capture() as said:
        console.print(what, width=width)
    return said.get()


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


@pytest.mark.parametrize("name", ["[sale] 夏季", "a [/sale] b", ":smile:", "[link=x]y[/link]", "\\[red]"])
def test_names_are_no_markup(name: str) -> None:
    shown, of_one = table("SHOP", title=name), sheet(name)
    shown.add_row(name)
    of_one.add_row("shop", name)
    assert (printed(shown, 80).count(name), printed(of_one, 80).count(name)) == (2, 2)


def test_a_glance_says_that_it_goes_on() -> None:
    assert glance("a" * 100) == "a" * 100
    assert glance("a" * 101) == "a" * 100 + "…"
