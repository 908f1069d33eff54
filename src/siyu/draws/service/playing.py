"""A turn at a draw: what the seed says, given as far as stock and budget go, and kept with everything by which it is checked."""

from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import blake2b
from re import fullmatch
from typing import Final, NamedTuple

import orjson
from sqlalchemy import Connection

from siyu.draws.rules import giving, proof
from siyu.draws.store import draws as tables
from siyu.draws.store import rounds as kept
from siyu.draws.store.draws import Player
from siyu.draws.types import Draw, DrawNotOpen, NoTurnsLeft, Pool, Prize, Round, Why
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.postgres import savepoint
from siyu.engines.vault import service as vault
from siyu.engines.zone import here, written
from siyu.identity import service as identity
from siyu.kernel.errors import BadInput, Conflict, IdempotencyMismatch, NotFound
from siyu.kernel.fact import Fact
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import NotEnough, NotPosted, Posted, Posting, Request, customer, spent
from siyu.rewards import service as rewards
from siyu.rewards.types import CouponRefused
from siyu.timeline import service as timeline

_KEY: Final = r"[A-Za-z0-9_.:-]{8,100}"
_CLIENT_SEED: Final = r"[!-~]{0,64}"


class _Asked(NamedTuple):
    customer_id: int
    round_id: int
    key: str
    client_seed: str
    input_hash: bytes
    actor: str
    now: datetime


_Asks = Callable[[str, tuple[Posting, ...]], list[Request]]


class _Outcome(NamedTuple):
    prize: Prize
    why: Why
    stock: tuple[int, int] | None
    budget: tuple[int, int] | None
    paid_by: int | None
    given_by: int | None


def draw(
    conn: Connection,
    customer_id: int,
    round_id: int,
    now: datetime,
    *,
    key: str,
    client_seed: str = "",
    actor: str = "system:siyu",
) -> Draw:
    """Have a customer draw once. What is drawn follows from the round's seed, the customer, how often they have drawn, and
    what they add; where it is out of stock or over the budget they get the fallback, and the record says so.

    Idempotent by key: the same request again is answered with the first draw, also when the round has ended.

    Args:
        conn: an open transaction of isolation READ COMMITTED. Stock and budget stay locked until its end.
        customer_id: who draws; the id of somebody merged away leads to who stayed.
        round_id: of a pool.
        now: the present.
        key: of the request, 8 to 100 letters, digits and ``_.:-``.
        client_seed: 0 to 64 printable characters without spaces, of the customer's own choice.
        actor: who had it drawn.

    Raises:
        BadInput: the key or the client's seed cannot be one.
        NotFound: there is no such round of a pool, or nobody ever had this id.
        DrawNotOpen: the round is not open now.
        NoTurnsLeft: they have drawn as often as they may.
        NotEnough: they cannot pay for the turn.
        IdempotencyMismatch: the key was used before with something else.
    """
    _check(key, client_seed)
    identity.hold_people(conn, alone=False)
    living = identity.living(conn, customer_id)
    kept.hold_round(conn, round_id, alone=False)
    found = kept.with_seed(conn, round_id)
    if found is None or not isinstance(found[0].rule, Pool):
        raise NotFound(what="round of a pool", what_zh="奖池轮次", key=round_id)
    round_, pool = found[0], found[0].rule
    player = tables.lock_player(conn, round_id, living)
    input_hash = blake2b(orjson.dumps([customer_id, round_id, client_seed]), digest_size=16).digest()
    if (before := tables.of_key(conn, key)) is not None:
        return _again(*before, input_hash)
    _may(round_, pool, player, now)
    number = proof.number_of(vault.open_sealed(found[1]), round_id, living, player.nonce, client_seed)
    drawn = proof.prize_at(pool.prizes, number)
    done = _give(conn, round_id, pool, drawn, living, player.nonce, actor, now)
    asked = _Asked(living, round_id, key, client_seed, input_hash, actor, now)
    new = _new(asked, round_.version, player.nonce, number, drawn, done)
    draw_id = tables.insert(conn, new, here(now).date())
    if draw_id is None:  # somebody else, at this moment
        raise IdempotencyMismatch(key=key)
    kept_as = {name: value for name, value in new._asdict().items() if name != "input_hash"}
    made = Draw(id=draw_id, **kept_as)
    timeline.append(conn, [_told(made, round_, done.prize)])
    return made


def draw_for(
    conn: Connection,
    principal: Principal,
    customer_id: int,
    round_id: int,
    now: datetime,
    *,
    key: str,
    client_seed: str = "",
) -> Draw:
    """The same as :func:`draw`, by an operator for a customer. Audited where it is new.

    Raises:
        NotAllowed: without the right ``draws.serve``.
        BadInput, NotFound, DrawNotOpen, NoTurnsLeft, NotEnough, IdempotencyMismatch: see there.
    """
    access.require(principal, "draws.serve")
    made = draw(conn, customer_id, round_id, now, key=key, client_seed=client_seed, actor=principal.actor)
    if not made.repeated:
        _record(conn, principal, "draws.drawn", made, {"round": round_id, "prize": made.prize}, now)
    return made


def hand_out(conn: Connection, principal: Principal, draw_id: int, note: str, now: datetime) -> Draw:
    """Say that a thing that was won is with the customer. Safe to repeat: it is handed out once. Audited.

    Args:
        conn: an open transaction.
        principal: who hands it out.
        draw_id: by which it was won.
        note: 3 to 500 characters, kept in the record: how it went, the number of the parcel.
        now: the present.

    Raises:
        NotAllowed: without the right ``draws.serve``.
        NotFound: there is no such draw.
        BadInput: there is no note.
        Conflict: nothing was won by it that can be handed out.
    """
    access.require(principal, "draws.serve")
    said = access.reason_given(note)
    found = tables.lock(conn, draw_id)
    if found is None:
        raise NotFound(what="draw", what_zh="抽奖记录", key=draw_id)
    if found.handed_out_at is not None:
        return found
    round_ = kept.of_id(conn, found.round_id)
    assert round_ is not None
    assert isinstance(round_.rule, Pool)
    prize = next(one for one in round_.rule.prizes if one.code == found.prize)
    if not prize.thing:
        raise Conflict(
            reason=f"'{prize.name}' is nothing that is handed out.",
            reason_zh=f"“{prize.name}”不是需要发放的实物奖品。",
        )
    unit = giving.unit_of(found.round_id, prize.code)
    lines = (Posting(customer(found.customer_id, unit), -1), Posting(spent(unit), 1))
    source = f"draw:{draw_id}"
    posted = loyalty.post_one(
        conn, Request(f"handed_out:{draw_id}", lines, "handed_out", source=source, actor=principal.actor), now
    )
    tables.hand_out(conn, draw_id, now, principal.actor, said, posted.transaction_id)
    properties = {"pool": round_.code, "round": round_.id, "draw": draw_id, "prize": prize.code}
    living = identity.living(conn, found.customer_id)
    timeline.append(conn, [Fact("prize.handed_out", living, 0, now, name=prize.name, properties=properties)])
    _record(conn, principal, "draws.handed_out", found, {"prize": prize.code, "note": said}, now)
    done = tables.of_id(conn, draw_id)
    assert done is not None
    return done


def _check(key: str, client_seed: str) -> None:
    if not fullmatch(_KEY, key):
        raise BadInput(
            reason="the key of a draw is 8 to 100 letters, digits and '_.:-'.",
            reason_zh="抽奖请求的键须为 8 至 100 个字母、数字或“_.:-”。",
        )
    if not fullmatch(_CLIENT_SEED, client_seed):
        raise BadInput(
            reason="the client's seed is up to 64 printable characters of ASCII without spaces.",
            reason_zh="客户端种子最多 64 个可见的 ASCII 字符，且不含空格。",
        )


def _again(before: Draw, hash_before: bytes, input_hash: bytes) -> Draw:
    if hash_before != input_hash:
        raise IdempotencyMismatch(key=before.key)
    names = [name for name in Draw.__slots__ if name != "repeated"]
    return Draw(**{name: getattr(before, name) for name in names}, repeated=True)


def _may(round_: Round, pool: Pool, player: Player, now: datetime) -> None:
    if round_.ended_at is not None or not round_.opens_at <= now < round_.closes_at:
        closes_at = min(round_.closes_at, round_.ended_at or round_.closes_at)
        raise DrawNotOpen(
            round_id=round_.id, opens_at=round_.opens_at.isoformat(), opens_here=written(round_.opens_at),
            closes_at=closes_at.isoformat(), closes_here=written(closes_at),
        )  # fmt: skip
    if pool.per_person is not None and player.drawn >= pool.per_person:
        raise NoTurnsLeft(limit=pool.per_person, of="of this round", of_zh="本轮")
    today = here(now).date()
    if pool.per_day is not None and player.day == today and player.of_day >= pool.per_day:
        raise NoTurnsLeft(limit=pool.per_day, of="of today", of_zh="今日")


def _new(asked: _Asked, version: int, nonce: int, number: int, drawn: Prize, done: _Outcome) -> tables.New:
    return tables.New(
        round_id=asked.round_id,
        version=version,
        key=asked.key,
        input_hash=asked.input_hash,
        customer_id=asked.customer_id,
        nonce=nonce,
        client_seed=asked.client_seed,
        number=number,
        drawn=drawn.code,
        prize=done.prize.code,
        why=done.why,
        stock_before=done.stock[0] if done.stock else None,
        stock_after=done.stock[1] if done.stock else None,
        budget_before=done.budget[0] if done.budget else None,
        budget_after=done.budget[1] if done.budget else None,
        paid_by=done.paid_by,
        given_by=done.given_by,
        actor=asked.actor,
        at=asked.now,
    )


def _give(
    conn: Connection, round_id: int, pool: Pool, drawn: Prize, customer_id: int, nonce: int, actor: str, now: datetime
) -> _Outcome:
    """Have the turn paid for and the prize given, or the fallback."""

    def asked(what: str, lines: tuple[Posting, ...]) -> list[Request]:
        key = f"draw:{round_id}:{customer_id}:{nonce}:{what}"
        return [Request(key, lines, "draw", source=f"draw_round:{round_id}", actor=actor)] if lines else []

    price = asked("price", giving.paying(pool, customer_id))
    if giving.coupon_of(drawn) is not None:
        paid = [loyalty.sure(one).transaction_id for one in loyalty.post(conn, price, now)]
        done = _give_coupon(conn, round_id, pool, drawn, customer_id, nonce, actor, now, asked)
        return done._replace(paid_by=paid[0] if paid else None)
    prize = asked("prize", giving.prize_postings(round_id, drawn, customer_id, now))
    answers = loyalty.post(conn, [*price, *prize], now)
    paid_by = loyalty.sure(answers[0]).transaction_id if price else None
    given = answers[-1] if prize else None
    if not isinstance(given, NotPosted):
        given_by = given.transaction_id if given else None
        return _outcome(round_id, drawn, given, given_by)._replace(paid_by=paid_by)
    if not isinstance(given.error, NotEnough):
        raise given.error
    return _instead(conn, round_id, pool, drawn, customer_id, now, asked)._replace(paid_by=paid_by)


def _give_coupon(
    conn: Connection,
    round_id: int,
    pool: Pool,
    drawn: Prize,
    customer_id: int,
    nonce: int,
    actor: str,
    now: datetime,
    asked: _Asks,
) -> _Outcome:
    """Have coupons be given by their template, and counted by the round; or nothing of both, and the fallback."""
    template_id = giving.coupon_of(drawn)
    assert template_id is not None
    why: Why = ""
    try:
        with savepoint(conn):
            answers = loyalty.post(conn, asked("prize", giving.prize_postings(round_id, drawn, customer_id, now)), now)
            counted = loyalty.sure(answers[0]) if answers else None
            key = f"draw:{round_id}:{customer_id}:{nonce}"
            promised = giving.promise_of(round_id, drawn.code) if drawn.stock is not None else ""
            given_by = rewards.give_won(
                conn, template_id, customer_id, drawn.amount, key, actor, now, promised=promised
            )
            return _outcome(round_id, drawn, counted, given_by)
    except CouponRefused:
        why = "no_coupon"
    except NotEnough:
        pass  # of the round's stock or budget, which says it itself
    done = _instead(conn, round_id, pool, drawn, customer_id, now, asked)
    return done._replace(why=why or done.why)


def _outcome(round_id: int, drawn: Prize, posted: Posted | None, given_by: int | None) -> _Outcome:
    stock, budget = giving.stock_of(round_id, drawn.code), giving.budget_of(round_id)
    changes = posted.changes if posted else ()
    found = {one.account: (one.balance - one.amount, one.balance) for one in changes if one.balance is not None}
    return _Outcome(drawn, "", found.get(stock), found.get(budget), None, given_by)


def _instead(
    conn: Connection, round_id: int, pool: Pool, drawn: Prize, customer_id: int, now: datetime, asked: _Asks
) -> _Outcome:
    """The fallback, and what of stock or budget was missing."""
    stock, budget = giving.stock_of(round_id, drawn.code), giving.budget_of(round_id)
    left = loyalty.balances(conn, [stock, budget], now)
    why: Why = "out_of_stock" if drawn.stock is not None and not left[0].balance else "over_budget"
    instead = asked("prize", giving.prize_postings(round_id, pool.fallen_back, customer_id, now))
    posted: Sequence[Posted] = [loyalty.sure(one) for one in loyalty.post(conn, instead, now)]
    return _Outcome(
        pool.fallen_back,
        why,
        (left[0].balance, left[0].balance) if drawn.stock is not None else None,
        (left[1].balance, left[1].balance) if drawn.cost_fen else None,
        None,
        posted[0].transaction_id if posted else None,
    )


def _told(made: Draw, round_: Round, prize: Prize) -> Fact:
    won = prize.unit is not None or prize.thing
    said = {
        "pool": round_.code,
        "round": round_.id,
        "draw": made.id,
        "prize": prize.code,
        "won": won,
        "instead": made.drawn if made.why else "",
    }
    return Fact("draw.made", made.customer_id, 0, made.at, name=prize.name, properties=said)


def _record(
    conn: Connection, principal: Principal, action: str, made: Draw, details: dict[str, object], now: datetime
) -> None:
    access.record(conn, actor=principal.actor, action=action, target=f"draw:{made.id}", details=details, now=now)
