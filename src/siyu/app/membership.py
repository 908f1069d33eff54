"""What a member takes along, and what is deleted of them: both ask every room."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

import orjson
import structlog
from sqlalchemy import Connection

from siyu.app import people
from siyu.app.context import Context
from siyu.app.piecewise import in_pieces
from siyu.commerce import service as commerce
from siyu.customers import service as customers
from siyu.draws import service as draws
from siyu.engines.access import service as access
from siyu.engines.vault import service as vault
from siyu.identity import service as identity
from siyu.identity.types import TYPES
from siyu.kernel.fact import Fact
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Account
from siyu.members import service as members
from siyu.members.types import Deletion, Member
from siyu.payments import service as payments
from siyu.rewards import service as rewards
from siyu.timeline import service as timeline
from siyu.trials import service as trials

log = structlog.get_logger(__name__)

JOB: Final = "members.forget"
_ACTOR: Final = f"system:{JOB}"
_PAGE: Final = 500
_MOST_FACTS: Final = 10_000  # the newest; more is no answer to one press of a button


def export(conn: Connection, context: Context, member: Member, now: datetime) -> dict[str, Any]:
    """Everything the brand knows of a member, in clear. Audited, as every look at personal data is.

    Of the timeline the newest 10,000 facts; ``timeline_complete`` says whether these are all.
    """
    living = member.customer_id
    access.record(conn, actor=member.actor, action="member.exported", target=f"customer:{living}", details={}, now=now)
    profile = customers.profile(conn, living)
    facts, complete = _timeline(conn, context, living)
    return {
        "brand": context.settings.brand_name,
        "exported_at": now,
        "customer": living,
        **_personal(conn, member, now),
        "traits": dict(profile.traits),
        "tags": [one.tag for one in profile.tags],
        "relations": [asdict(one) for one in profile.relations],
        "consents": [asdict(one) for one in profile.consents],
        "orders": list(_orders(conn, living)),
        "accounts": [_account(conn, one.account, one.balance) for one in loyalty.accounts_of(conn, living, now)],
        "redemptions": list(_redemptions(conn, living)),
        "coupons": list(_coupons(conn, living, now)),
        "draws": list(_draws(conn, living)),
        "trials": list(_trials(conn, living)),
        "invitations": _invitations(conn, living),
        "payments": list(_payments(conn, living)),
        "check_ins": [one.isoformat() for one in loyalty.days_checked_in(conn, living)],
        "tasks": [
            {"task": one.task.name, "done_at": one.done_at, "times": one.times}
            for one in loyalty.tasks_of(conn, living, now)
            if one.times
        ],
        "timeline": facts,
        "timeline_complete": complete,
    }


def written(found: dict[str, Any]) -> bytes:
    """As JSON for people to read."""
    return orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)


def _personal(conn: Connection, member: Member, now: datetime) -> dict[str, Any]:
    living = member.customer_id
    named = customers.personal_items(conn, living)
    held = identity.graph(conn, living).identifiers
    items = sorted({*named.values(), *people.personal(held)})
    shown = vault.reveal(conn, actor=member.actor, items=items, reason=f"customer:{living}: export", now=now)
    return {
        "personal": {name: shown[print_] for name, (_, print_) in named.items() if print_ in shown},
        "identifiers": [
            {
                "type": one.type,
                "scope": one.scope,
                "value": shown.get(one.value, "") if TYPES[one.type].personal else one.value,
                "first_seen": one.first_seen,
                "last_seen": one.last_seen,
            }
            for one in held
        ],
    }


def _orders(conn: Connection, customer_id: int) -> Iterator[dict[str, Any]]:
    cursor: str | None = None
    while True:
        page = commerce.orders_of(conn, customer_id, cursor=cursor, limit=_PAGE)
        for order in page.orders:
            told = asdict(order)
            yield {name: told[name] for name in told if name not in {"id", "customer_id", "via", "source_id", "extra"}}
        cursor = page.next
        if cursor is None:
            return


def _redemptions(conn: Connection, customer_id: int) -> Iterator[dict[str, Any]]:
    cursor: str | None = None
    while True:
        page = rewards.redemptions(conn, customer_id=customer_id, cursor=cursor, limit=_PAGE)
        for one, offer in rewards.named(conn, page):
            told = {name: getattr(one, name) for name in ("pieces", "points", "cash_fen", "state", "placed_at")}
            yield {"name": offer.terms.name, **told}
        cursor = page.next
        if cursor is None:
            return


def _coupons(conn: Connection, customer_id: int, now: datetime) -> Iterator[dict[str, Any]]:
    before: int | None = None
    while page := rewards.coupons_of(conn, customer_id, now, before=before, limit=_PAGE):
        for one, template in page:
            told = {name: getattr(one, name) for name in ("state", "valid_from", "valid_until", "issued_at")}
            yield {"name": template.terms.name, "code": rewards.shown_code(one, template), **told}
        before = page[-1][0].id


def _draws(conn: Connection, customer_id: int) -> Iterator[dict[str, Any]]:
    before: int | None = None
    while page := draws.draws_of(conn, customer_id, before=before, limit=_PAGE):
        for one in page:
            names = ("round_id", "nonce", "client_seed", "number", "drawn", "prize", "at", "handed_out_at")
            yield {name: getattr(one, name) for name in names}
        before = page[-1].id


def _trials(conn: Connection, customer_id: int) -> Iterator[dict[str, Any]]:
    before: int | None = None
    while page := trials.applications_of(conn, customer_id, before=before, limit=_PAGE):
        for one, of in page:
            names = ("state", "text", "answers", "applied_at", "chosen_at", "sent_at", "stars", "report", "reported_at")
            yield {"name": of.terms.name, **{name: getattr(one, name) for name in names}}
        before = page[-1][0].id


def _invitations(conn: Connection, customer_id: int) -> dict[str, Any]:
    """When they came by somebody, and somebody by them; who that was is the others' own."""
    came = members.brought_by(conn, [customer_id]).get(customer_id)
    friends = members.friends_of(conn, [customer_id]).get(customer_id, [])
    return {"invited_at": came and came.at, "friends": [{"came_at": one.at, "way": one.way} for one in friends]}


def _payments(conn: Connection, customer_id: int) -> Iterator[dict[str, Any]]:
    before: int | None = None
    while page := payments.payments(conn, customer_id=customer_id, before=before, limit=_PAGE):
        for one in page:
            names = ("number", "description", "fen", "state", "created_at", "paid_at", "refunded_fen")
            yield {name: getattr(one, name) for name in names}
        before = page[-1].id


def _account(conn: Connection, account: Account, balance: int) -> dict[str, Any]:
    """Without what operators wrote for each other."""
    found, cursor = [], None
    while True:
        page = loyalty.entries(conn, account, cursor=cursor, limit=_PAGE)
        found += [
            {"at": one.effective_at, "amount": one.amount, "kind": one.kind, "reason": one.reason}
            for one in page.entries
        ]
        cursor = page.next
        if cursor is None:
            return {"unit": account.unit, "balance": balance, "entries": found}


def _timeline(conn: Connection, context: Context, customer_id: int) -> tuple[list[dict[str, Any]], bool]:
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while len(found) < _MOST_FACTS:
        page = people.person_timeline(conn, context.clickhouse, customer_id, cursor=cursor, limit=_PAGE)
        found += [
            {"at": one.occurred_at, "kind": one.kind, "name": one.name, "properties": _said(one.properties)}
            for one in page.entries
        ]
        cursor = page.next
        if cursor is None:
            return found, True
    return found, False


def _said(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Without the words in which an operator gave a reason to their own."""
    by_hand = properties.get("reason") == "by_hand"
    return {name: value for name, value in properties.items() if not (by_hand and name == "about")}


def forget_members(context: Context, *, ending: Callable[[], bool] = lambda: False) -> dict[str, int]:
    """Carry out the deletions whose time has come, each in a transaction of its own, and delete what is kept no longer.

    Safe to repeat. Returns how many of each.
    """
    gone = {"deleted": 0}
    now = context.clock.now()
    while not ending():
        with context.database.transaction() as conn:
            due = members.due_deletions(conn, now, 1)
        if not due or not _carry_out(context, due[0], now):
            break
        gone["deleted"] += 1
    gone |= in_pieces(context, members.forgetting(now), ending)
    log.info("members.forgotten", **gone)
    return gone


def _carry_out(context: Context, asked: Deletion, now: datetime) -> bool:
    with context.database.transaction() as conn:
        identity.hold_people(conn, alone=True)
        deletion = members.hold_deletion(conn, asked.id)
        if deletion is None:  # taken back a moment ago
            return True
        timeline.append(conn, forget_person(conn, deletion, now))
    return True


def forget_person(conn: Connection, deletion: Deletion, now: datetime) -> list[Fact]:
    """Delete what is known of somebody: personal data, traits, tags, identifiers, receivers of orders, sessions, what
    they wrote in trials.

    Orders and the ledger stay, of nobody who has a name: the law has the brand keep its books. Whoever comes with one of
    the identifiers later is somebody new. A value of the vault that others have as well, such as a name, stays for them.

    Args:
        conn: an open transaction that is alone with the people.
        deletion: locked.
        now: the present.
    """
    living = identity.living(conn, deletion.customer_id)
    items = {
        *customers.personal_items(conn, living).values(),
        *people.personal(identity.graph(conn, living).identifiers),
    }
    items |= set(commerce.forget_receivers(conn, living))
    keys = identity.keys_of(conn, living)
    identity.forget(conn, living)
    trials.forget_trials(conn, living)
    members.end_invitations(conn, living, now)
    facts = customers.forget(conn, living, now)
    others = customers.prints_in_use(conn, {print_ for _, print_ in items})
    erased = sorted(one for one in items if one[1] not in others)
    vault.erase(conn, actor=_ACTOR, items=erased, reason=f"customer:{living} asked for it", now=now)
    members.finish_deletion(conn, deletion, keys, _ACTOR, now)
    return facts
