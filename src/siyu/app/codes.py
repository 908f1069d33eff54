"""The funnel of an entry code to its end: channels know who came, OneID whose that is, commerce who bought."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from siyu.app.context import Context
from siyu.channels import service as channels
from siyu.channels.types import Code, CodeFigures
from siyu.commerce import service as commerce
from siyu.customers import service as customers
from siyu.identity import service as identity

Figure = Literal["added", "there", "left", "due", "stayed", "bought"]
LONGEST: Final = timedelta(days=400)
_PIECE: Final = 2_000  # people


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a figure of a code counts: those who came first from ``since`` on and before ``until``; of one card, or of all."""

    code_id: int
    since: datetime
    until: datetime
    card: int | None = None


@dataclass(frozen=True, slots=True)
class Funnel:
    """What became of those who came through a code; ``bought``: of them, who bought something since they came."""

    figures: CodeFigures
    bought: int


@dataclass(frozen=True, slots=True)
class CodePeople:
    """A page of those behind a figure.

    Attributes:
        customer_ids: as OneID knows them now; of several contacts that are one person once each.
        next: the cursor of the following page, ``None`` at the end.
    """

    customer_ids: tuple[int, ...]
    next: str | None


def funnel(conn: Connection, context: Context, asked: Asked, now: datetime) -> Funnel:
    """The figures of a code.

    Raises:
        NotFound: there is no such code.
    """
    zone = ZoneInfo(context.settings.brand_zone)
    figures = channels.code_figures(
        conn, asked.code_id, since=asked.since, until=asked.until, now=now, zone=zone, card=asked.card
    )
    bought = {one for piece, _ in _pieces(conn, asked, "bought", now, "") for one in piece} if figures.added else set()
    return Funnel(figures, len(bought))


def people(conn: Connection, asked: Asked, figure: Figure, now: datetime, *, after: str, limit: int) -> CodePeople:
    """Whom a figure counts.

    Args:
        conn: an open transaction.
        asked: of which code.
        figure: which.
        now: the present.
        after: ``next`` of the page before; empty for the first.
        limit: a page ends when it has so many, or a few more.

    Raises:
        NotFound: there is no such code.
    """
    found: dict[int, None] = {}
    for piece, last in _pieces(conn, asked, figure, now, after, size=min(_PIECE, max(limit, 50))):
        found.update(dict.fromkeys(piece))
        if len(found) >= limit:
            return CodePeople(tuple(found), last)
    return CodePeople(tuple(found), None)


def _pieces(
    conn: Connection, asked: Asked, figure: Figure, now: datetime, after: str, *, size: int = _PIECE
) -> Iterator[tuple[list[int], str]]:
    """Customers behind a figure piece by piece, each with the contact behind which the next begins."""
    code = channels.code(conn, asked.code_id)
    counted = "added" if figure == "bought" else figure
    while True:
        came = channels.code_people(
            conn,
            asked.code_id,
            counted,
            since=asked.since,
            until=asked.until,
            now=now,
            card=asked.card,
            after=after,
            limit=size,
        )
        if not came:
            return
        after = came[-1][0]
        owners = _owners(conn, code, [contact_id for contact_id, _ in came])
        if figure == "bought":
            owners = _bought(conn, owners, dict(came))
        yield list(dict.fromkeys(owners.values())), after
        if len(came) < size:
            return


def _owners(conn: Connection, code: Code, contact_ids: list[str]) -> dict[str, int]:
    account = channels.account(conn, code.account_id)
    kind = channels.about(account.channel).identity[0]
    return identity.owners_of(conn, kind, account.external_id, contact_ids)


def _bought(conn: Connection, owners: dict[str, int], came: dict[str, datetime]) -> dict[str, int]:
    values = commerce.values_of(conn, sorted(set(owners.values())), customers.basis(conn).purchase)
    return {
        contact_id: customer_id
        for contact_id, customer_id in owners.items()
        if (last := values[customer_id].last_order_at) is not None and last >= came[contact_id]
    }
