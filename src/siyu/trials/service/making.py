"""Trials are drafted, put live with their pieces and the proof of their draw, and read."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from siyu.draws import service as draws
from siyu.draws.types import Entrants
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.validation import read_json
from siyu.kernel.errors import Conflict, NotFound
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Request, Unit
from siyu.rewards import service as rewards
from siyu.segments import service as segments
from siyu.trials.rules import pieces
from siyu.trials.rules import terms as rules
from siyu.trials.store import trials as tables
from siyu.trials.store.trials import Counts
from siyu.trials.types import TRIAL, TRIAL_STATES, Trial, TrialRead, TrialState, TrialTerms

SYSTEM: Final = access.system("trials")
_ZH: Final = {"draft": "草稿", "live": "进行中", "chosen": "已公布", "ended": "已结束"}


def read_trial(said: Any) -> TrialTerms:
    """Terms from JSON.

    Raises:
        BadInput: says what to change.
    """
    found = read_json(TRIAL, said, "terms")
    rules.check(found)
    return found


def make_trial(conn: Connection, principal: Principal, terms: TrialTerms, now: datetime) -> Trial:
    """Draft a trial. Nobody sees it until it is live. Audited.

    Raises:
        NotAllowed: without the right ``trials.manage``.
        BadInput: the terms make no sense together.
        NotFound: there is no such segment or coupon.
    """
    access.require(principal, "trials.manage")
    _check(conn, terms, now)
    made = tables.insert(conn, terms, now)
    record(conn, principal.actor, made.id, now, {"name": terms.name}, action="trials.made")
    return made


def change_trial(
    conn: Connection, principal: Principal, trial_id: int, terms: TrialTerms, version: int, now: datetime
) -> Trial:
    """Change the terms of a trial, all of them; once it was live only its description and a later end for reports.

    Audited. Safe to repeat.

    Raises:
        NotAllowed: without the right ``trials.manage``.
        NotFound: there is no such trial, segment or coupon.
        BadInput: the terms make no sense together.
        Conflict: it was changed meanwhile, has ended, or people have read what would change.
    """
    access.require(principal, "trials.manage")
    _check(conn, terms, now)
    found = alone(conn, trial_id)
    if terms == found.terms:
        return found
    if found.version != version:
        raise Conflict(
            reason=f"the trial was changed meanwhile, to version {found.version}; look at it and change that.",
            reason_zh=f"该试用已被他人更新至版本 {found.version}，请查看后再修改。",
        )
    rules.check_change(found, terms)
    changed = tables.write(conn, replace(found, terms=terms, version=found.version + 1), now)
    record(conn, principal.actor, trial_id, now, {"version": changed.version}, action="trials.changed")
    return changed


def start_trial(conn: Connection, principal: Principal, trial_id: int, now: datetime) -> Trial:
    """Put a trial live: its pieces and the coupons of its reports are set aside, and where its chosen are drawn, the hash of the seed is told from now on.

    Audited. Safe to repeat.

    Raises:
        NotAllowed: without the right ``trials.manage``.
        NotFound: there is no such trial, or its segment was deleted.
        BadInput: its window to apply is over.
        Conflict: it has ended, or its chosen are known.
        CouponRefused: its coupon is not given now, or its budget has not one for each piece.
    """
    access.require(principal, "trials.manage")
    found = alone(conn, trial_id)
    if found.state == "live":
        return found
    if found.state != "draft":
        raise Conflict(
            reason=f"a trial that is '{found.state}' cannot go live; make a new one.",
            reason_zh=f"“{_ZH[found.state]}”的试用不能重新开始，请新建。",
        )
    terms = found.terms
    rules.check_start(terms, now)
    round_id = None
    if terms.how == "draw":
        drawn = Entrants(
            code=f"trial:{trial_id}",
            name=terms.name,
            opens_at=terms.opens_at,
            closes_at=terms.closes_at,
            draws_at=terms.chosen_by,
            winners=terms.pieces,
        )
        round_id = draws.publish_entrants(conn, drawn, principal.actor, now).id
    announce_segment(conn, trial_id, terms)
    started = tables.write(conn, replace(found, state="live", round_id=round_id), now)
    loyalty.ensure_unit(conn, SYSTEM, Unit(pieces.unit_of(trial_id), "stock", terms.name, by_hand=0), now)
    lines = pieces.filling(trial_id, terms.pieces)
    loyalty.post_one(
        conn, Request(f"trial:{trial_id}:filled", lines, "trial", f"trial:{trial_id}", principal.actor), now
    )
    if terms.reward_coupon_id is not None:
        promise = f"trial:{trial_id}"
        rewards.promise_coupons(
            conn, terms.reward_coupon_id, terms.pieces, promise, principal.actor, now, until=terms.reports_until
        )
        tables.set_aside(conn, trial_id)
    record(conn, principal.actor, trial_id, now, {"pieces": terms.pieces, "how": terms.how}, action="trials.started")
    return started


def trial(conn: Connection, trial_id: int, now: datetime) -> TrialRead:
    """One trial with its figures.

    Raises:
        NotFound: there is no such trial.
    """
    return _figures(conn, [there(conn, trial_id)], now)[0]


def trials(
    conn: Connection,
    now: datetime,
    *,
    states: Sequence[TrialState] = TRIAL_STATES,
    before: int | None = None,
    limit: int = 50,
) -> list[TrialRead]:
    """Trials in these states with their figures, newest first; ``before``: only those with a lower id."""
    return _figures(conn, tables.page(conn, states, before, max(1, min(limit, 200))), now)


def there(conn: Connection, trial_id: int) -> Trial:
    """A trial.

    Raises:
        NotFound: there is no such trial.
    """
    found = tables.find(conn, trial_id)
    if found is None:
        raise NotFound(what="trial", what_zh="试用", key=trial_id)
    return found


def alone(conn: Connection, trial_id: int) -> Trial:
    """A trial; nobody else changes it, applies or chooses until the end of the transaction.

    Raises:
        NotFound: there is no such trial.
    """
    tables.hold(conn, trial_id, alone=True)
    return there(conn, trial_id)


def announce_segment(conn: Connection, trial_id: int, terms: TrialTerms | None) -> None:
    """Say that a live trial builds on its segment; ``None``: it does no more, and the segment can be deleted.

    Raises:
        NotFound: the segment is not there.
    """
    used = [terms.segment_id] if terms is not None and terms.segment_id is not None else []
    segments.announce_use(conn, f"trial:{trial_id}", terms.name if terms else "", used)


def _check(conn: Connection, terms: TrialTerms, now: datetime) -> None:
    rules.check(terms)
    if terms.segment_id is not None:
        segments.segment(conn, terms.segment_id)
    if terms.reward_coupon_id is not None:
        rewards.template(conn, terms.reward_coupon_id, now)


def _figures(conn: Connection, found: Sequence[Trial], now: datetime) -> list[TrialRead]:
    if not found:
        return []
    left = loyalty.balances(conn, [pieces.stock_of(one.id) for one in found], now)
    people = tables.counts(conn, [one.id for one in found])
    return [
        TrialRead(one, has.balance, **people.get(one.id, Counts())._asdict())
        for one, has in zip(found, left, strict=True)
    ]


def record(conn: Connection, actor: str, trial_id: int, now: datetime, details: dict[str, Any], *, action: str) -> None:
    """An audit row of a trial."""
    access.record(conn, actor=actor, action=action, target=f"trial:{trial_id}", details=details, now=now)
