"""Rounds: a rule is published with the hash of a seed; when the round has ended, the seed is told."""

import secrets
from collections.abc import Collection, Iterable
from datetime import datetime

import orjson
from sqlalchemy import Connection

from siyu.draws.rules import chance, checking, giving, proof
from siyu.draws.service import free_orders
from siyu.draws.service.ruling import SYSTEM, VERSIONS
from siyu.draws.store import draws as tables
from siyu.draws.store import rounds as kept
from siyu.draws.types import (
    FREE_ORDERS,
    POOL,
    DrawLimits,
    Entrants,
    FreeOrders,
    NotConfirmed,
    Pool,
    Round,
    Tally,
    Warned,
)
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.vault import service as vault
from siyu.engines.zone import written
from siyu.identity import service as identity
from siyu.kernel.errors import BadInput, Conflict, NotFound
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Account, Posting, Request, Unit, issuer
from siyu.rewards import service as rewards


def publish(
    conn: Connection, principal: Principal, code: str, version: int, confirmed: Collection[str], now: datetime
) -> Round:
    """Publish a round of a pool or of free orders: its rule, its odds and the hash of its seed can be told from now on, and
    do not change any more. Its stock and its budget are set aside in the ledger. Audited.

    Safe to repeat: of a round that has not ended and was published of the same rule, that round is the answer.

    Args:
        conn: an open transaction.
        principal: who publishes.
        code: of the pool or the free orders.
        version: of the rules that were looked at.
        confirmed: codes of the warnings with which it is published nevertheless.
        now: the present.

    Raises:
        NotAllowed: without the right ``draws.manage``.
        NotFound: the rules have no such code.
        Conflict: the rules were changed meanwhile, or another round of the code runs in that time.
        BadInput: its time is over, or the ledger lacks a unit that it gives.
        NotConfirmed: something may be against the law, and is not confirmed.
    """
    access.require(principal, "draws.manage")
    kept.hold_code(conn, code)
    rule, limits = _rule(conn, code, version)
    said = POOL.dump_json(rule) if isinstance(rule, Pool) else FREE_ORDERS.dump_json(rule)
    other = kept.overlapping(conn, code, rule.opens_at, rule.closes_at)
    if other is not None:
        return _same(conn, other, proof.hash_of_rule(orjson.loads(said)))
    if rule.closes_at <= now:
        raise BadInput(
            reason=f"the time of '{code}' is over: it closed at {written(rule.closes_at)}; give it a later window.",
            reason_zh=f"“{code}”已于 {written(rule.closes_at)} 结束，请设置更晚的时间窗口。",
        )
    checking.check_units(rule, {one.code for one in loyalty.units(conn)})
    if isinstance(rule, Pool):
        _check_coupons(conn, rule, now)
    warned = {one.code for one in _confirmed(checking.warnings(rule, limits, now), confirmed)}
    seed = secrets.token_bytes(proof.SEED_BYTES)
    made = _keep(conn, principal, rule, version, said.decode(), seed, sorted(warned), now)
    if isinstance(rule, Pool):
        _fill(conn, made.id, rule, now)
    details = {"code": code, "version": version, "seed_hash": made.seed_hash, "confirmed": sorted(warned)}
    _record(conn, principal, "draws.published", made.id, details, now)
    return made


def _check_coupons(conn: Connection, pool: Pool, now: datetime) -> None:
    """Check that the templates of coupons give them now, and enough for the stock that is told."""
    for prize in pool.prizes:
        template_id = giving.coupon_of(prize)
        if template_id is None:
            continue
        found = rewards.template(conn, template_id, now)
        name, name_zh = f"'{prize.name}' gives coupons of '{found.template.terms.name}'", f"奖品“{prize.name}”"
        if found.template.state != "live":
            raise BadInput(
                reason=f"{name}, which are not given at present; have that template be live first.",
                reason_zh=f"{name_zh}使用的优惠券“{found.template.terms.name}”当前未发放，请先启用该券模板。",
            )
        wanted = (prize.stock or 0) * prize.amount
        if wanted > found.left:
            raise BadInput(
                reason=f"{name}: {wanted} at most, and its budget has {found.left} left; add to it, or lower the stock.",
                reason_zh=f"{name_zh}最多需要 {wanted} 张券，而模板剩余可发 {found.left} 张；请追加预算或减少库存。",
            )


def _keep(
    conn: Connection,
    principal: Principal,
    rule: Pool | FreeOrders,
    version: int,
    said: str,
    seed: bytes,
    confirmed: list[str],
    now: datetime,
) -> Round:
    new = kept.New(
        kind="pool" if isinstance(rule, Pool) else "free_orders",
        code=rule.code,
        version=version,
        rule=said,
        rule_hash=proof.hash_of_rule(orjson.loads(said)),
        seed=vault.seal(seed),
        seed_hash=proof.hash_of_seed(seed),
        opens_at=rule.opens_at,
        closes_at=rule.closes_at,
        due_at=rule.closes_at if isinstance(rule, Pool) else rule.draws_at,
        published_at=now,
        published_by=principal.actor,
        confirmed=confirmed,
    )
    return kept.insert(conn, new)


def _rule(conn: Connection, code: str, version: int) -> tuple[Pool | FreeOrders, DrawLimits]:
    found = VERSIONS.newest(conn)
    if found is not None and found.version != version:
        raise Conflict(
            reason=f"the rules were changed meanwhile, to version {found.version}; look at them and publish those.",
            reason_zh=f"规则已被他人更新至版本 {found.version}，请查看后再发布。",
        )
    there: list[Pool | FreeOrders] = [*found.rules.pools, *found.rules.free_orders] if found else []
    rule = next((one for one in there if one.code == code), None)
    if rule is None or found is None:
        raise NotFound(what="pool or free orders", what_zh="奖池或免单活动", key=code)
    return rule, found.rules.limits


def _same(conn: Connection, round_id: int, rule_hash: str) -> Round:
    found = kept.of_id(conn, round_id)
    assert found is not None
    if found.rule_hash != rule_hash:
        raise Conflict(
            reason=f"round {round_id} of it runs in that time by another rule; end that first, or choose a later window.",
            reason_zh=f"同一时段内轮次 {round_id} 正按其他规则进行，请先结束该轮次或选择更晚的时间窗口。",
        )
    return found


def _confirmed(found: Iterable[Warned], confirmed: Collection[str]) -> list[Warned]:
    warned = list(found)
    if missing := [one for one in warned if one.code not in confirmed]:
        raise NotConfirmed(
            reason=" ".join(one.en for one in missing),
            reason_zh="".join(one.zh for one in missing),
            codes=", ".join(sorted({one.code for one in missing})),
        )
    return warned


def _fill(conn: Connection, round_id: int, pool: Pool, now: datetime) -> None:
    """Set stock and budget aside, under units of the round's own; and coupons out of the budget of their templates."""
    for prize, template_id in giving.promised(pool):
        key = giving.promise_of(round_id, prize.code)
        rewards.promise_coupons(
            conn, template_id, (prize.stock or 0) * prize.amount, key, SYSTEM.actor, now, until=pool.closes_at
        )
    for prize in pool.prizes:
        if prize.thing or prize.stock is not None:
            code = giving.unit_of(round_id, prize.code)
            loyalty.ensure_unit(conn, SYSTEM, Unit(code, "prize", prize.name, by_hand=0), now)
    _move(conn, round_id, "filled", giving.filling(round_id, pool), now)


def _move(
    conn: Connection, round_id: int, what: str, moved: Iterable[tuple[Account, Account, int]], now: datetime
) -> None:
    wanted = [
        Request(
            f"draws:{round_id}:{what}:{to.unit if what == 'filled' else source.unit}",
            (Posting(source, -count), Posting(to, count)),
            "draw",
            source=f"draw_round:{round_id}",
        )
        for source, to, count in moved
    ]
    for answer in loyalty.post(conn, wanted, now):
        loyalty.sure(answer)


def warned_of(conn: Connection, code: str, now: datetime) -> list[Warned]:
    """What the law may have against publishing a pool or free orders now.

    Raises:
        NotFound: the rules have no such code.
    """
    found = VERSIONS.newest(conn)
    rule, limits = _rule(conn, code, found.version if found else 0)
    return checking.warnings(rule, limits, now)


def end_round(conn: Connection, principal: Principal, round_id: int, reason: str, now: datetime) -> Round:
    """End a round before its time: nobody draws in it any more, and its seed is told. Free orders are not drawn then.
    What is left of stock and budget goes back. Safe to repeat. Audited.

    Raises:
        NotAllowed: without the right ``draws.manage``.
        NotFound: there is no such round.
        BadInput: there is no reason.
        Conflict: it is of entrants, and ends with what they applied for.
    """
    access.require(principal, "draws.manage")
    said = access.reason_given(reason)
    found, seed = alone(conn, round_id)
    if found.ended_at is not None:
        return found
    if isinstance(found.rule, Entrants):
        raise Conflict(
            reason=f"round {round_id} belongs to '{found.code}'; it ends with that.",
            reason_zh=f"轮次 {round_id} 属于“{found.code}”，将随其结束。",
        )
    done = _end(conn, found, seed, principal.actor, now)
    _record(conn, principal, "draws.ended", round_id, {"code": found.code, "reason": said}, now)
    return done


def end_due(conn: Connection, now: datetime) -> int:
    """End the round whose time is over longest, and draw free orders whose time has come; returns how many, 0 or 1.

    Several may run at once: they wait for each other.
    """
    for round_id in kept.due(conn, now, 1):
        if isinstance(round_of(conn, round_id).rule, FreeOrders):
            identity.hold_people(conn, alone=True)  # no order is refunded, and nobody merged, while orders are drawn
        found, seed = alone(conn, round_id)
        if found.ended_at is None:
            if isinstance(found.rule, FreeOrders):
                free_orders.settle(conn, found, found.rule, seed, now)
            _end(conn, found, seed, SYSTEM.actor, now)
        return 1
    return 0


def alone(conn: Connection, round_id: int) -> tuple[Round, bytes]:
    """A round and its seed; nobody draws in it, or ends it, until the end of the transaction.

    Raises:
        NotFound: there is no such round.
    """
    kept.hold_round(conn, round_id, alone=True)
    found = kept.with_seed(conn, round_id)
    if found is None:
        raise NotFound(what="round of a draw", what_zh="抽奖轮次", key=round_id)
    return found[0], vault.open_sealed(found[1])


def _end(conn: Connection, found: Round, seed: bytes, actor: str, now: datetime) -> Round:
    if isinstance(found.rule, Pool):
        accounts = [to for _, to, _ in giving.filling(found.id, found.rule)]
        left = [(one.account, issuer(one.account.unit), one.balance) for one in loyalty.balances(conn, accounts, now)]
        _move(conn, found.id, "emptied", [one for one in left if one[2]], now)
        for prize, _ in giving.promised(found.rule):
            rewards.end_promise(conn, giving.promise_of(found.id, prize.code), actor, now)
    return kept.end(conn, found.id, seed.hex(), actor, now)


def round_of(conn: Connection, round_id: int) -> Round:
    """A round.

    Raises:
        NotFound: there is no such round.
    """
    found = kept.of_id(conn, round_id)
    if found is None:
        raise NotFound(what="round of a draw", what_zh="抽奖轮次", key=round_id)
    return found


def rounds(
    conn: Connection,
    *,
    code: str | None = None,
    open_at: datetime | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Round]:
    """Rounds of pools and free orders, newest first; with ``open_at`` only those in which can be drawn at that moment."""
    return kept.page(conn, code, open_at, before, limit)


def tally_of(conn: Connection, round_id: int, now: datetime) -> Tally:
    """What was drawn in a round of a pool, beside its odds.

    Raises:
        NotFound: there is no such round, or it is none of a pool.
    """
    found = round_of(conn, round_id)
    if not isinstance(found.rule, Pool):
        raise NotFound(what="round of a pool", what_zh="奖池轮次", key=round_id)
    stocked = [one.code for one in found.rule.prizes if one.stock is not None]
    accounts = [giving.stock_of(round_id, code) for code in stocked]
    *stocks, fen = loyalty.balances(conn, [*accounts, giving.budget_of(round_id)], now)
    left = {code: one.balance for code, one in zip(stocked, stocks, strict=True)}
    return chance.tally(found.rule, tables.counts(conn, round_id), left, fen.balance)


def _record(
    conn: Connection, principal: Principal, action: str, round_id: int, details: dict[str, object], now: datetime
) -> None:
    access.record(conn, actor=principal.actor, action=action, target=f"draw_round:{round_id}", details=details, now=now)
