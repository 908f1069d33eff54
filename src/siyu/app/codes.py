"""The funnel of entry codes to its end: channels know who came, OneID whose that is, commerce who bought."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from siyu.app.context import Context
from siyu.channels import service as channels
from siyu.channels.types import Code, CodeFigures
from siyu.commerce import service as commerce
from siyu.customers import service as customers
from siyu.identity import service as identity
from siyu.kernel.errors import BadInput

Figure = Literal["added", "there", "left", "due", "stayed", "bought"]
LONGEST: Final = timedelta(days=400)
BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CodePeople:
    """Those whom a figure of a code counts who came first from ``since`` on and before ``until``; of one card, or of all.

    They are those of the moment at which the mirror is asked: who left meanwhile is not ``there``.
    """

    code_id: int
    since: datetime
    until: datetime
    figure: Figure
    card: int | None = None
    report: Literal["code"] = "code"


@dataclass(frozen=True, slots=True)
class Funnel:
    """What became of those who came through a code; ``bought``: of them, who bought something since they came."""

    figures: CodeFigures
    bought: int


def check_period(since: datetime, until: datetime) -> None:
    """Whether figures can be asked for such a period.

    Raises:
        BadInput: it begins before 1970 or after its end, or is too long.
    """
    if since < BEGINNING or not timedelta(0) <= until - since <= LONGEST:
        raise BadInput(
            reason=f"a period begins in 1970 or later and before its end, and has {LONGEST.days} days at most.",
            reason_zh=f"时间段应始于 1970 年之后、早于结束时间，且不超过 {LONGEST.days} 天。",
        )


def funnels(
    conn: Connection,
    context: Context,
    codes: Collection[Code],
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    card: int | None = None,
) -> dict[int, Funnel]:
    """The funnel of each of these codes, by its id."""
    zone = ZoneInfo(context.settings.brand_zone)
    figures = channels.code_figures(conn, codes, since=since, until=until, now=now, zone=zone, card=card)
    came = [code for code in codes if figures[code.id].added]
    bought: dict[int, set[int]] = {code.id: set() for code in codes}
    if came:
        for code_id, customer_id in _pairs(conn, came, "bought", since, until, card, now):
            bought[code_id].add(customer_id)
    return {code_id: Funnel(found, len(bought[code_id])) for code_id, found in figures.items()}


def everybody(conn: Connection, asked: CodePeople, now: datetime) -> list[int]:
    """All whom a figure counts, as OneID knows them now, once each, ascending.

    Raises:
        NotFound: there is no such code.
    """
    code = channels.code(conn, asked.code_id)
    pairs = _pairs(conn, [code], asked.figure, asked.since, asked.until, asked.card, now)
    return sorted({customer_id for _, customer_id in pairs})


def _pairs(
    conn: Connection,
    codes: Collection[Code],
    figure: Figure,
    since: datetime,
    until: datetime,
    card: int | None,
    now: datetime,
) -> Iterator[tuple[int, int]]:
    """Codes and the customers behind a figure of each; of several contacts that are one person one for each."""
    accounts = {code.id: code.account_id for code in codes}
    scopes = {
        one.id: (channels.about(one.channel).identity[0], one.external_id) for one in channels.accounts_ever(conn)
    }
    counted = "added" if figure == "bought" else figure
    for piece in channels.code_people(conn, codes, counted, since=since, until=until, now=now, card=card):
        contacts: dict[int, list[str]] = {}
        for code_id, contact_id, _ in piece:
            contacts.setdefault(accounts[code_id], []).append(contact_id)
        owners = {account: identity.owners_of(conn, *scopes[account], ids) for account, ids in contacts.items()}
        found = [
            (code_id, owners[accounts[code_id]][contact_id], came)
            for code_id, contact_id, came in piece
            if contact_id in owners[accounts[code_id]]
        ]
        if figure == "bought":
            since_then = [(customer_id, came) for _, customer_id, came in found]
            found = [found[place] for place in commerce.bought_from(conn, since_then, customers.basis(conn).purchase)]
        for code_id, customer_id, _ in found:
            yield code_id, customer_id
