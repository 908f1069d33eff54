"""Templates of coupons: written, kept above their cost, given a budget, put live, ended."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.validation import read_json
from siyu.kernel.errors import BadInput, Conflict, NotFound
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Account, Posting, Request, Unit, budget, issuer, stock
from siyu.rewards.rules import coupons as rules
from siyu.rewards.service.economy import in_force
from siyu.rewards.store import offers, promises
from siyu.rewards.store import templates as tables
from siyu.rewards.types import COUPON, CouponTerms, Template, TemplateRead, TemplateState

SYSTEM: Final = access.system("rewards")
_NEXT: Final[dict[TemplateState, tuple[TemplateState, ...]]] = {
    "draft": ("live", "ended"),
    "live": ("paused", "ended"),
    "paused": ("live", "ended"),
    "ended": (),
}
_ZH: Final = {"draft": "草稿", "live": "发放中", "paused": "已暂停", "ended": "已结束"}
# What may change once people may have one: all else is what they were promised.
_MAY_CHANGE: Final = frozenset(
    {"name", "per_person", "stacks_with", "several", "place", "valid_from", "valid_until", "after_days", "valid_days"}
)
_MOST: Final = 100_000_000
_MOST_FEN: Final = 10**13


def coupon_unit(template_id: int) -> str:
    """The unit of a template's coupons."""
    return f"coupon:{template_id}"


def budget_of(template_id: int) -> Account:
    """Coupons that may still be given."""
    return budget(template_id, coupon_unit(template_id))


def allowance_of(template_id: int) -> Account:
    """Fen that coupons which are still given may take off."""
    return budget(template_id, f"allowance:coupon.{template_id}")


def promised_coupons(template_id: int, promise_id: int) -> Account:
    """Coupons that were set aside for a promise."""
    return stock(promise_id, coupon_unit(template_id))


def promised_fen(template_id: int, promise_id: int) -> Account:
    """And what they may take off."""
    return stock(promise_id, allowance_of(template_id).unit)


def read_template(said: Any) -> CouponTerms:
    """Terms from JSON.

    Raises:
        BadInput: says what to change.
    """
    found = read_json(COUPON, said, "terms")
    rules.check(found)
    return found


def make_template(conn: Connection, principal: Principal, terms: CouponTerms, now: datetime) -> Template:
    """Draft a template. Nothing is given before it is live and has a budget. Audited.

    Raises:
        NotAllowed: without the right ``rewards.manage``.
        BadInput: the terms make no sense together, or nobody said what goods cost.
        UnderMargin: a use of it could sell for less than goods cost and the margin.
        Conflict: the shared code is another template's.
    """
    access.require(principal, "rewards.manage")
    _check(conn, terms)
    made = tables.insert(conn, terms, now)
    if made is None:
        raise Conflict(
            reason=f"the code {terms.shared_code} is another template's; choose another one.",
            reason_zh=f"共享码 {terms.shared_code} 已被其他模板使用，请更换。",
        )
    _name(conn, made, now)
    _record(conn, principal, "rewards.coupon_made", made.id, now, {"name": terms.name})
    return made


def change_template(
    conn: Connection, principal: Principal, template_id: int, terms: CouponTerms, version: int, now: datetime
) -> Template:
    """Change the terms of a template, all of them. Once it was live, only what nobody was promised. Audited. Safe to repeat.

    Raises:
        NotAllowed: without the right ``rewards.manage``.
        NotFound: there is no such template.
        BadInput: the terms make no sense together, or nobody said what goods cost.
        UnderMargin: a use of it could sell for less than goods cost and the margin.
        Conflict: it was changed meanwhile, has ended, or people may have coupons that promise something else.
    """
    access.require(principal, "rewards.manage")
    _check(conn, terms)
    found = locked(conn, template_id)
    if terms == found.terms:
        return found
    if found.version != version:
        raise Conflict(
            reason=f"the template was changed meanwhile, to version {found.version}; look at it and change that.",
            reason_zh=f"该模板已被他人更新至版本 {found.version}，请查看后再修改。",
        )
    if found.state == "ended":
        raise Conflict(reason="it has ended; make a new one.", reason_zh="该模板已结束，请新建。")
    names = COUPON.dump_python(terms)
    changed = {name for name in names if getattr(found.terms, name) != getattr(terms, name)}
    fixed = sorted(changed & {"shared_code"} if found.state == "draft" else changed - _MAY_CHANGE)
    if fixed:
        raise Conflict(
            reason=f"people may have its coupons, so {', '.join(fixed)} cannot change; make a new template.",
            reason_zh=f"可能已有人持有该券，{'、'.join(fixed)} 不能修改，请新建模板。",
        )
    tables.write(conn, found.id, terms, found.state, found.version + 1, now)
    made = there(conn, template_id)
    _name(conn, made, now)
    _record(conn, principal, "rewards.coupon_changed", found.id, now, {"version": made.version})
    return made


def set_template_state(
    conn: Connection, principal: Principal, template_id: int, state: TemplateState, reason: str, now: datetime
) -> Template:
    """Have coupons of a template be given, not be given for a while, or never again; what people hold stays good. Audited.

    Safe to repeat.

    Raises:
        NotAllowed: without the right ``rewards.manage``.
        NotFound: there is no such template.
        UnderMargin: a use of it could sell for less than goods cost and the margin, as they are now.
        BadInput: there is no reason.
        Conflict: it cannot come from its state into this one.
    """
    access.require(principal, "rewards.manage")
    said = access.reason_given(reason)
    found = locked(conn, template_id)
    if found.state == state:
        return found
    if state not in _NEXT[found.state]:
        raise Conflict(
            reason=f"a template that is '{found.state}' cannot become '{state}'.",
            reason_zh=f"“{_ZH[found.state]}”的模板不能变为“{_ZH[state]}”。",
        )
    if state == "live":
        _check(conn, found.terms)
    tables.write(conn, found.id, found.terms, state, found.version, now)
    _record(conn, principal, "rewards.coupon_state_set", found.id, now, {"state": state, "reason": said})
    return there(conn, template_id)


def add_budget(
    conn: Connection,
    principal: Principal,
    template_id: int,
    *,
    coupons: int,
    fen: int,
    key: str,
    reason: str,
    now: datetime,
) -> TemplateRead:
    """Let more coupons be given, and more be taken off by them; below 0: less. Idempotent by key. Audited.

    Raises:
        NotAllowed: without the right ``rewards.manage``.
        NotFound: there is no such template.
        BadInput: nothing is added, too much, fen where they are not limited, or there is no reason.
        NotEnough: less is left than would be taken away.
        IdempotencyMismatch: the key was used before with something else.
    """
    access.require(principal, "rewards.manage")
    said = access.reason_given(reason)
    found = there(conn, template_id)
    if (not coupons and not fen) or abs(coupons) > _MOST or abs(fen) > _MOST_FEN:
        raise BadInput(
            reason=f"add up to {_MOST:,} coupons or {_MOST_FEN:,} fen; below 0 they are taken away.",
            reason_zh=f"请填写不超过 {_MOST:,} 张或 {_MOST_FEN:,} 分；减少请填负数。",
        )
    if fen and not found.terms.limited_fen:
        raise BadInput(
            reason="this template has no budget in fen; make one with limited_fen.",
            reason_zh="该模板未启用金额预算（limited_fen）。",
        )
    lines: list[Posting] = []
    for account, amount in ((budget_of(found.id), coupons), (allowance_of(found.id), fen)):
        if amount:
            lines += [Posting(account, amount), Posting(issuer(account.unit), -amount)]
    source = f"template:{found.id}: {said}"[:300]
    wanted = Request(f"coupon_budget:{key}", tuple(lines), "budget", source=source, actor=principal.actor)
    if not loyalty.post_one(conn, wanted, now).repeated:
        details = {"coupons": coupons, "fen": fen, "reason": said}
        _record(conn, principal, "rewards.coupon_budget_changed", found.id, now, details)
    return template(conn, template_id, now)


def template(conn: Connection, template_id: int, now: datetime) -> TemplateRead:
    """One template with its figures.

    Raises:
        NotFound: there is no such template.
    """
    return _read(conn, [there(conn, template_id)], now)[0]


def templates(
    conn: Connection, now: datetime, *, state: TemplateState | None = None, before: int | None = None, limit: int = 50
) -> list[TemplateRead]:
    """Templates with their figures, newest first; ``before``: only those with a lower id."""
    return _read(conn, tables.page(conn, state, before, max(1, min(limit, 200))), now)


def there(conn: Connection, template_id: int) -> Template:
    """A template as it stands.

    Raises:
        NotFound: there is none.
    """
    return _sure(tables.find(conn, template_id), template_id)


def locked(conn: Connection, template_id: int) -> Template:
    """The same, and nobody else changes it until the end of the transaction."""
    return _sure(tables.find(conn, template_id, lock=True), template_id)


def _sure(found: Template | None, template_id: int) -> Template:
    if found is None:
        raise NotFound(what="coupon template", what_zh="优惠券模板", key=template_id)
    return found


def _check(conn: Connection, terms: CouponTerms) -> None:
    rules.check(terms)
    offers.hold_rules(conn)
    rules.check_cost(in_force(conn), terms)


def _name(conn: Connection, one: Template, now: datetime) -> None:
    wanted = [Unit(coupon_unit(one.id), "coupon", one.terms.name, one.terms.grace_days, by_hand=0)]
    if one.terms.limited_fen:
        wanted.append(Unit(allowance_of(one.id).unit, "allowance", one.terms.name, by_hand=0))
    for unit in wanted:
        loyalty.ensure_unit(conn, SYSTEM, unit, now)


def _read(conn: Connection, found: Sequence[Template], now: datetime) -> list[TemplateRead]:
    if not found:
        return []
    accounts = [account for one in found for account in (budget_of(one.id), allowance_of(one.id))]
    left = {one.account: one.balance for one in loyalty.balances(conn, accounts, now)}
    figures = tables.figures(conn, [one.id for one in found], now)
    promised: dict[int, int] = defaultdict(int)
    if open_ := promises.open_of(conn, [one.id for one in found]):
        aside = loyalty.balances(conn, [promised_coupons(each.template_id, each.id) for each in open_], now)
        for promise, account in zip(open_, aside, strict=True):
            promised[promise.template_id] += account.balance
    return [
        TemplateRead(
            template=one,
            left=left[budget_of(one.id)],
            left_fen=left[allowance_of(one.id)] if one.terms.limited_fen else None,
            promised=promised[one.id],
            **figures[one.id]._asdict(),
        )
        for one in found
    ]


def _record(
    conn: Connection, principal: Principal, action: str, template_id: int, now: datetime, details: dict[str, Any]
) -> None:
    access.record(conn, actor=principal.actor, action=action, target=f"coupon:{template_id}", details=details, now=now)
