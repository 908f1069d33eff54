"""Coupons come into people's hands, in batches and for points, out of their template's budget."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.zone import brand_zone, written
from siyu.identity import service as identity
from siyu.kernel.errors import BadInput, IdempotencyMismatch, NotFound, SiyuError
from siyu.kernel.fact import Fact
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Account, NotPosted, Posted, Posting, Request, customer, stock
from siyu.rewards.rules import codes
from siyu.rewards.rules.coupons import most_off, window_of
from siyu.rewards.rules.keys import check_key
from siyu.rewards.service.templates import (
    allowance_of,
    budget_of,
    coupon_unit,
    promised_coupons,
    promised_fen,
    there,
)
from siyu.rewards.store import coupons as tables
from siyu.rewards.store import promises
from siyu.rewards.store.coupons import New
from siyu.rewards.store.promises import Promise
from siyu.rewards.types import CouponRefused, Issued, NotIssued, Template
from siyu.segments import service as segments
from siyu.timeline import service as timeline

MOST_AT_ONCE: Final = 50_000  # customers or codes of one batch
_MOST_EACH: Final = 100
_MOST_KEPT: Final = 1000
_UNBIASED: Final = 256 - 256 % len(codes.ALPHABET)


def issue(
    conn: Connection,
    principal: Principal,
    template_id: int,
    customer_ids: Sequence[int],
    key: str,
    now: datetime,
    *,
    each: int = 1,
    segment_id: int | None = None,
    promised: str = "",
) -> Issued:
    """Give coupons of a template to customers, out of its budget. Idempotent by key. Audited.

    Who cannot have one is told with the reason, and hinders nobody. When the budget ends, the first have got theirs.

    Args:
        conn: an open transaction of isolation READ COMMITTED; the budget stays locked until its end.
        principal: who gives them.
        template_id: of which.
        customer_ids: up to 50,000, each once; the id of somebody merged away leads to who stayed.
        key: of this request, unique; 8 to 100 of letters, digits and ``_.:-``.
        now: the present: relative windows begin with it.
        each: how many each of them gets, up to 100.
        segment_id: everybody in it as it stands when the key comes first; ``customer_ids`` is empty then.
        promised: the key under which they were set aside, if they were; they are given whatever one person may have.

    Raises:
        NotAllowed: without the right ``rewards.manage``.
        NotFound: there is no such template or segment.
        Conflict: the segment was not evaluated yet.
        BadInput: the key, the number of customers, or ``each`` cannot be; or there are both customers and a segment.
        CouponRefused: the template is not live, or its coupons have ended.
        IdempotencyMismatch: the key was used before with something else.
    """
    access.require(principal, "rewards.manage")
    check_key(key)
    if segment_id is not None and customer_ids:
        raise BadInput(reason="name customers or a segment, not both.", reason_zh="客户名单与人群只能选择其一。")
    found = there(conn, template_id)
    wanted = list(dict.fromkeys(customer_ids))
    said = sorted(wanted) if segment_id is None else {"segment": segment_id}
    batch_id, before = begin(conn, f"issue:{key}", template_id, [said, each], now)
    if before is not None:
        return before
    if segment_id is not None:
        wanted = list(segments.members(conn, segment_id))
    if not 1 <= len(wanted) <= MOST_AT_ONCE or not 1 <= each <= _MOST_EACH:
        raise BadInput(
            reason=f"give 1 to {_MOST_EACH} coupons each to 1 to {MOST_AT_ONCE:,} customers at a time.",
            reason_zh=f"每批须为 1 至 {MOST_AT_ONCE:,} 位客户，每人 1 至 {_MOST_EACH} 张。",
        )
    promise = promises.of_key(conn, promised) if promised else None
    limited = promise is None
    done = give(conn, found, wanted, each, batch_id, principal.actor, now, limited=limited, promise=promise)
    access.record(
        conn,
        actor=principal.actor,
        action="rewards.coupons_issued",
        target=f"coupon:{template_id}",
        details={
            "batch": batch_id,
            "coupons": done.coupons,
            "refused": done.refused_count,
            **({} if segment_id is None else {"segment": segment_id}),
        },
        now=now,
    )
    return done


def give_won(
    conn: Connection,
    template_id: int,
    customer_id: int,
    count: int,
    key: str,
    actor: str,
    now: datetime,
    *,
    promised: str = "",
) -> int:
    """Give coupons that a customer has won, out of the template's budget. What was won is counted with what they have had, and is
    given also where it is more than one may have. Idempotent by key; returns the transaction of the ledger that gives them.

    Args:
        conn: an open transaction of isolation READ COMMITTED; the budget stays locked until its end.
        template_id: of which.
        customer_id: who has won them.
        count: how many, 1 to 100.
        key: of the winning, unique, with a word before it: ``draw:7:12:0``.
        actor: by whose doing.
        now: the present: relative windows begin with it.
        promised: the key under which they were set aside, if they were; then the template need not be live.

    Raises:
        NotFound: there is no such template or customer.
        CouponRefused: the template is not live, its coupons have ended, or its budget is used up.
        IdempotencyMismatch: the key was used before with something else.
    """
    found = there(conn, template_id)
    batch_id, before = begin(conn, key, template_id, [[customer_id], count], now)
    if before is None:
        promise = promises.of_key(conn, promised) if promised else None
        give(conn, found, [customer_id], count, batch_id, actor, now, strict=True, limited=False, promise=promise)
    return tables.lock_batch(conn, batch_id)[0].transaction_id


def begin(conn: Connection, key: str, template_id: int, said: Any, now: datetime) -> tuple[int, Issued | None]:
    """Begin a batch; with what it came to when it was there before.

    Raises:
        IdempotencyMismatch: the key was used before with something else.
    """
    hash_ = blake2b(orjson.dumps([template_id, said]), digest_size=16).digest()
    batch_id, before, had = tables.begin_batch(conn, key, hash_, template_id, now)
    if had != hash_:
        raise IdempotencyMismatch(key=key.partition(":")[2])
    return batch_id, before


def give(
    conn: Connection,
    template: Template,
    wanted: Sequence[int],
    each: int,
    batch_id: int,
    actor: str,
    now: datetime,
    *,
    strict: bool = False,
    limited: bool = True,
    promise: Promise | None = None,
) -> Issued:
    """Give coupons of a begun batch to customers, and keep what it came to.

    ``strict``: to everybody or nobody; not ``limited``: also to whoever has had as many as one may
    have; of a ``promise``: out of what was set aside for it, while it is open.

    Raises:
        CouponRefused: the template is not live, or its coupons have ended; and, strictly, why somebody gets none.
        NotFound: strictly, a customer is not there.
    """
    promise = promise if promise and promise.open else None
    window = window_given(template, now) if promise else check_given(template, now)
    identity.hold_people(conn, alone=False)
    moved = identity.living_of(conn, wanted)
    living = set(identity.existing(conn, wanted))
    refused: dict[int, SiyuError] = {}
    people: dict[int, int] = {}  # living → as they were asked for; of two names of one person the first counts
    for asked in wanted:
        own = moved.get(asked, asked)
        if own not in living:
            refused[asked] = NotFound(what="customer", what_zh="客户", key=asked)
        else:
            people.setdefault(own, asked)
    most = template.terms.per_person if limited else None
    within = tables.take(conn, template.id, list(people), each, most)
    for own in people.keys() - within:
        refused[people[own]] = enough(template)
    posted, failed = _post(conn, template, sorted(within), each, batch_id, actor, window, now, promise)
    tables.give_back(conn, template.id, list(failed), each)
    refused |= {people[own]: error for own, error in failed.items()}
    if strict and refused:
        raise next(iter(refused.values()))
    new = [New(None, own, one.transaction_id) for own, one in posted.items() for _ in range(each)]
    insert(conn, template, batch_id, new, window, now)
    said = {"template": template.id, "until": window[1].isoformat() if window[1] else ""}
    made = tables.lock_batch(conn, batch_id)
    timeline.append(
        conn,
        [
            Fact(
                "coupon.issued",
                one.customer_id,
                0,
                now,
                name=template.terms.name,
                properties={"coupon": one.id, **said},
            )
            for one in made
        ],
    )
    told = [NotIssued(asked, error.message, error.message_zh) for asked, error in sorted(refused.items())]
    done = Issued(batch_id, len(new), tuple(told[:_MOST_KEPT]), len(told))
    tables.end_batch(conn, done)
    return done


def _post(
    conn: Connection,
    template: Template,
    people: Sequence[int],
    each: int,
    batch_id: int,
    actor: str,
    window: tuple[datetime | None, datetime | None],
    now: datetime,
    promise: Promise | None,
) -> tuple[dict[int, Posted], dict[int, SiyuError]]:
    """One transaction a person; who gets nothing, because the budget is at its end, with the reason."""
    unit, worth = coupon_unit(template.id), reserve(template) * each
    coupons = promised_coupons(template.id, promise.id) if promise else budget_of(template.id)
    fen = promised_fen(template.id, promise.id) if promise else allowance_of(template.id)
    aside = [Posting(fen, -worth), Posting(aside_of(template.id), worth)] if worth else []
    start = window[0] if window[0] is not None and window[0] > now else None
    requests = [
        Request(
            f"coupons:{batch_id}:{one}",
            (Posting(customer(one, unit), each, start, window[1]), Posting(coupons, -each), *aside),
            "coupon",
            f"template:{template.id}",
            actor,
        )
        for one in people
    ]
    posted: dict[int, Posted] = {}
    failed: dict[int, SiyuError] = {}
    for one, answer in zip(people, loyalty.post(conn, requests, now), strict=True):
        if isinstance(answer, NotPosted):
            failed[one] = used_up(template)
        else:
            posted[one] = answer
    return posted, failed


def insert(
    conn: Connection,
    template: Template,
    batch_id: int,
    new: Sequence[New],
    window: tuple[datetime | None, datetime | None],
    now: datetime,
) -> None:
    """Make coupons, each with a code that nobody can guess; where the template has a shared one, without."""
    if template.terms.shared_code is not None:
        if new:
            tables.insert(conn, template.id, batch_id, new, window, reserve(template), now)
        return
    left = list(new)
    while left:  # once, but where chance makes a code that is there
        coded = [one._replace(code=code) for one, code in zip(left, new_codes(len(left)), strict=True)]
        again = tables.insert(conn, template.id, batch_id, coded, window, reserve(template), now)
        left = [left[place] for place in again]


def new_codes(count: int) -> list[str]:
    """Codes of 74 bits from the machine's own source of chance, with the character that checks them."""
    length = codes.LENGTH - 1
    values: list[int] = []
    while len(values) < count * length:
        values += [byte % len(codes.ALPHABET) for byte in secrets.token_bytes(count * length) if byte < _UNBIASED]
    return [codes.with_check(values[start : start + length]) for start in range(0, count * length, length)]


def reserve(template: Template) -> int:
    """What is set aside for one coupon of the budget in fen."""
    return (most_off(template.terms) or 0) if template.terms.limited_fen else 0


def aside_of(template_id: int) -> Account:
    """What is set aside for coupons that are out."""
    return stock(template_id, allowance_of(template_id).unit)


def check_given(template: Template, now: datetime) -> tuple[datetime | None, datetime | None]:
    """The window of a coupon that is given now.

    Raises:
        CouponRefused: none is given now.
    """
    if template.state != "live":
        raise CouponRefused(name=template.terms.name, reason="none is given at present.", reason_zh="当前未发放。")
    return window_given(template, now)


def window_given(template: Template, now: datetime) -> tuple[datetime | None, datetime | None]:
    """The same, whether the template gives any at present or not.

    Raises:
        CouponRefused: its coupons have ended.
    """
    window = window_of(template.terms, now, ZoneInfo(brand_zone()))
    if window[1] is not None and window[1] <= now:
        at = written(window[1])
        raise CouponRefused(name=template.terms.name, reason=f"it ended at {at}.", reason_zh=f"已于 {at} 过期。")
    return window


def check_lasts(template: Template, until: datetime) -> None:
    """Check that a coupon can still be used that is given as late as this.

    Raises:
        CouponRefused: its coupons end before.
    """
    end = window_of(template.terms, until, ZoneInfo(brand_zone()))[1]
    if end is not None and end <= until:
        raise CouponRefused(
            name=template.terms.name,
            reason=f"its coupons end at {written(end)}, and some may be given until {written(until)}; have them end later.",
            reason_zh=f"其有效期至 {written(end)}，而最晚可能于 {written(until)} 发放，请延长有效期。",
        )


def enough(template: Template) -> CouponRefused:
    """What is said to somebody who has had as many as one may have."""
    most = template.terms.per_person
    return CouponRefused(
        name=template.terms.name,
        reason=f"one person gets {most} in all.",
        reason_zh=f"每人最多领取 {most} 张。",
    )


def used_up(template: Template) -> CouponRefused:
    """What is said when nothing is left to give."""
    return CouponRefused(
        name=template.terms.name,
        reason="the budget of its template is used up; add to it.",
        reason_zh="模板预算已用完，请追加预算。",
    )
