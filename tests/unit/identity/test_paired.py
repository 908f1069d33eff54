"""Pairs of identifiers that were named together, of people who lack another: page by page, and nothing that was parted."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection

from siyu.identity import service as identity
from siyu.intake.types import IdentifierClaim, Message

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
CORP = ("external_userid", "ww1")


def said(number: int, *claims: IdentifierClaim) -> Message:
    return Message("identify", 1, f"m{number}", NOW, NOW, claims, {})


def union(number: int) -> IdentifierClaim:
    return IdentifierClaim("union_id", "", f"union{number}")


def opened(number: int, app: str = "wx1") -> IdentifierClaim:
    return IdentifierClaim("open_id", app, f"open{number}")


@pytest.fixture
def people(conn: Connection) -> Connection:
    """1 and 2 visited the app; 3 another one; 4 is a contact of ours, 5 of another corp; 6 is in two apps."""
    messages = [
        said(1, union(1), opened(1)),
        said(2, union(2), opened(2)),
        said(3, union(3), opened(3, "wx9")),
        said(4, union(4), opened(4), IdentifierClaim(*CORP, "wm4")),
        said(5, union(5), opened(5), IdentifierClaim("external_userid", "ww9", "wm5")),
        said(6, union(6), opened(6), opened(60, "wx2")),
    ]
    identity.resolve(conn, messages, NOW)
    return conn


def pairs(conn: Connection, *scopes: str, after: int = 0, limit: int = 100) -> list[tuple[str, str, int]]:
    found = identity.paired(conn, ("union_id", "open_id"), scopes=scopes, without=CORP, after=after, limit=limit)
    return [(one.stronger, one.weaker, one.place) for one in found]


def test_who_lacks_it(people: Connection) -> None:
    assert [one[:2] for one in pairs(people, "wx1")] == [
        ("union1", "open1"), ("union2", "open2"), ("union5", "open5"), ("union6", "open6"),
    ]  # fmt: skip
    assert [one[:2] for one in pairs(people, "wx2")] == [("union6", "open60")]
    assert pairs(people) == []


def test_pages_meet_without_a_gap(people: Connection) -> None:
    whole, after, pieces = pairs(people, "wx1", "wx2"), 0, []
    while page := pairs(people, "wx1", "wx2", after=after, limit=1):
        pieces += page
        after = page[-1][2]
    assert pieces == whole
    assert len({one[0] for one in whole}) == len(whole) == 4


def test_what_was_parted_is_no_pair(people: Connection) -> None:
    (found,) = identity.find(people, "open1")
    identity.split(people, found.customer_id, [found.id], actor="operator:1", reason="another person", now=NOW)
    assert [one[0] for one in pairs(people, "wx1")] == ["union2", "union5", "union6"]
