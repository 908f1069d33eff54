"""Customers check in once a day of the brand's; days in a row give more, and cards make up for days that were missed."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.versions.service import Versions
from siyu.engines.versions.types import Version
from siyu.engines.zone import here
from siyu.identity import service as identity
from siyu.kernel.errors import Conflict
from siyu.kernel.fact import Fact
from siyu.loyalty.rules import check_in as rules
from siyu.loyalty.rules.rewarding import reward_request
from siyu.loyalty.service.posting import post, post_one, sure
from siyu.loyalty.service.reading import balances
from siyu.loyalty.store import check_in as tables
from siyu.loyalty.store.earning import lock_earners
from siyu.loyalty.types import (
    CHECK_IN,
    CheckedIn,
    CheckInCalendar,
    CheckInRules,
    Posting,
    Request,
    Reward,
    customer,
    spent,
)
from siyu.loyalty.types.check_in import CARD
from siyu.timeline import service as timeline

_VERSIONS: Final = Versions("loyalty.check_in_rules", CHECK_IN, rules.check, "check_in")
_CLOSED: Final = CheckInRules(make_up_days=0)


def check_in_rules(conn: Connection) -> Version[CheckInRules] | None:
    """The rules in force; ``None`` when nobody ever made any: then checking in gives nothing."""
    return _VERSIONS.newest(conn)


def check_in_versions(conn: Connection, limit: int = 50) -> list[Version[CheckInRules]]:
    """How the rules were changed, newest first."""
    return _VERSIONS.listed(conn, limit)


def read_check_in(said: Any) -> CheckInRules:
    """Rules from JSON.

    Raises:
        BadInput: says what to change.
    """
    return _VERSIONS.read(said)


def change_check_in(
    conn: Connection, principal: Principal, changed: CheckInRules, version: int, reason: str, now: datetime
) -> Version[CheckInRules]:
    """Have these rules in force, for days to come. Audited.

    Raises:
        NotAllowed: without the right ``ledger.manage``.
        BadInput: the rules make no sense together, or there is no reason.
        Conflict: they were changed meanwhile.
    """
    access.require(principal, "ledger.manage")
    return _VERSIONS.change(conn, principal, changed, version, reason, now, action="ledger.check_in_changed")


def check_in(conn: Connection, customer_id: int, now: datetime) -> CheckedIn:
    """Check a customer in for today, on the brand's clock. Safe to repeat: a day counts, and gives, once.

    Raises:
        NotFound: nobody ever had this id.
    """
    living = _living(conn, customer_id)
    return _add(conn, living, _today(now), now, made_up=False)


def make_up(conn: Connection, customer_id: int, day: date, now: datetime) -> CheckedIn:
    """Have a card make up for a day that was missed: it counts for the days in a row, and gives nothing by itself.

    Safe to repeat: a day costs one card.

    Raises:
        NotFound: nobody ever had this id.
        BadInput: the day is not over, or too long ago.
        NotEnough: there is no card.
        Conflict: they checked in on that day.
    """
    living = _living(conn, customer_id)
    found = _VERSIONS.newest(conn)
    rules.may_be_made_up(found.rules if found else _CLOSED, day, _today(now))
    return _add(conn, living, day, now, made_up=True)


def check_in_for(conn: Connection, principal: Principal, customer_id: int, now: datetime) -> CheckedIn:
    """The same as :func:`check_in`, by an operator for a customer. Audited where it is new.

    Raises:
        NotAllowed: without the right ``ledger.post``.
        NotFound: nobody ever had this id.
    """
    access.require(principal, "ledger.post")
    return _recorded(conn, principal, check_in(conn, customer_id, now), "ledger.checked_in", now)


def make_up_for(conn: Connection, principal: Principal, customer_id: int, day: date, now: datetime) -> CheckedIn:
    """The same as :func:`make_up`, by an operator for a customer. Audited where it is new.

    Raises:
        NotAllowed: without the right ``ledger.post``.
        NotFound, BadInput, NotEnough, Conflict: see there.
    """
    access.require(principal, "ledger.post")
    return _recorded(conn, principal, make_up(conn, customer_id, day, now), "ledger.made_up", now)


def _recorded(conn: Connection, principal: Principal, done: CheckedIn, action: str, now: datetime) -> CheckedIn:
    if not done.repeated:
        access.record(
            conn,
            actor=principal.actor,
            action=action,
            target=f"customer:{done.customer_id}",
            details={"day": done.day.isoformat(), "streak": done.streak},
            now=now,
        )
    return done


def _living(conn: Connection, customer_id: int) -> int:
    identity.hold_people(conn, alone=False)
    living = identity.living(conn, customer_id)
    lock_earners(conn, [living])
    return living


def _add(conn: Connection, customer_id: int, day: date, now: datetime, *, made_up: bool) -> CheckedIn:
    there = tables.of_day(conn, customer_id, day)
    if there is not None and made_up and not there.made_up:
        raise Conflict(reason=f"{day} needs no card: they checked in.", reason_zh=f"{day} 已签到，无需补签。")
    if there is not None:
        return CheckedIn(customer_id, day, there.streak, there.made_up, (), repeated=True)
    if made_up:
        card = (Posting(customer(customer_id, CARD), -1), Posting(spent(CARD), 1))
        post_one(conn, Request(f"make_up:{customer_id}:{day}", card, "make_up", source=f"check_in:{day}"), now)
    tables.insert(conn, customer_id, day, now, made_up=made_up)
    if made_up:
        tables.count_again(conn, [customer_id])
    got = _rewards(conn, customer_id, day, now, made_up=made_up)
    made = tables.of_day(conn, customer_id, day)
    assert made is not None
    said = {"day": day.isoformat(), "streak": made.streak, "made_up": made_up}
    timeline.append(conn, [Fact("check_in.made", customer_id, 0, now, properties=said)])
    return CheckedIn(customer_id, day, made.streak, made_up, tuple(got), repeated=False)


def _rewards(conn: Connection, customer_id: int, day: date, now: datetime, *, made_up: bool) -> list[Reward]:
    found = _VERSIONS.newest(conn)
    if found is None:
        return []
    longest = timedelta(max([0, *(streak.days for streak in found.rules.streaks)]) + found.rules.make_up_days + 1)
    days = {one.day for one in tables.between(conn, customer_id, day - longest, day + longest)}
    own = tables.of_day(conn, customer_id, day)
    assert own is not None
    _, last = rules.row_around(days, day)
    first = day - timedelta(own.streak - 1)
    done = rules.completed(found.rules.streaks, first, day, last, tables.given(conn, customer_id))
    if done:
        tables.give(conn, customer_id, [(streak.days, on) for streak, on in done])
    given = [] if made_up else [(f"check_in:{customer_id}:{day}", one) for one in found.rules.daily]
    given += [(f"streak:{customer_id}:{streak.days}:{on}", one) for streak, on in done for one in streak.rewards]
    wanted = [
        reward_request(f"{key}:{one.unit}", customer_id, one, "check_in", f"check_in:{day}", now) for key, one in given
    ]
    for answer in post(conn, wanted, now):
        sure(answer)
    return [one for _, one in given]


def check_ins(conn: Connection, customer_id: int, year: int, month: int, now: datetime) -> CheckInCalendar:
    """A month of a customer, days in a row up to now, and the cards they have.

    Raises:
        NotFound: nobody ever had this id.
    """
    living = identity.living(conn, customer_id)
    first = date(year, month, 1)
    days = tables.between(conn, living, first, first.replace(day=monthrange(year, month)[1]))
    today = _today(now)
    latest = tables.of_day(conn, living, today) or tables.of_day(conn, living, today - timedelta(1))
    (cards,) = balances(conn, [customer(living, CARD)], now)
    return CheckInCalendar(living, tuple(days), latest.streak if latest else 0, cards.available, today)


def days_checked_in(conn: Connection, customer_id: int) -> list[date]:
    """Every day on which a customer ever checked in, in order.

    Args:
        conn: an open transaction.
        customer_id: as OneID knows them now.
    """
    return [one.day for one in tables.between(conn, customer_id, date.min, date.max)]


def regroup_check_ins(conn: Connection, merged: Sequence[tuple[int, int]]) -> None:
    """After merges: the days of both are the winner's. That gives nothing by itself.

    Args:
        conn: an open transaction that is alone with the people.
        merged: (loser, winner); chains within them are followed.
    """
    if final := identity.ends_of(merged):
        tables.move(conn, list(final), list(final.values()))
        tables.count_again(conn, sorted(set(final.values())))


def _today(now: datetime) -> date:
    return here(now).date()
