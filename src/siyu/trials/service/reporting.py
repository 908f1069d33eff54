"""Members report on what they tried; operators approve reports, which earns the reward, or send them back."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b

import orjson
from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.identity import service as identity
from siyu.kernel.errors import Conflict, NotFound
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Request
from siyu.rewards import service as rewards
from siyu.timeline import service as timeline
from siyu.trials.rules import applying, pieces
from siyu.trials.service.applying import application
from siyu.trials.service.choosing import locked
from siyu.trials.service.making import SYSTEM, record, there
from siyu.trials.service.moving import told
from siyu.trials.store import applications as tables
from siyu.trials.store import trials as kept
from siyu.trials.types import Application, Trial


def report(conn: Connection, customer_id: int, trial_id: int, stars: int, text: str, now: datetime) -> Application:
    """Report on what one was sent, or write a report again that was sent back. Safe to repeat with the same words.

    Args:
        conn: an open transaction of isolation READ COMMITTED.
        customer_id: who; the id of somebody merged away leads to who stayed.
        trial_id: of which.
        stars: 1 to 5.
        text: as long as the trial asks for, up to 5,000 characters.
        now: the present.

    Raises:
        NotFound: there is no such trial or customer.
        BadInput: stars or text cannot be.
        NothingToReport: nothing was sent to them, it is reported on, or it is too late.
    """
    identity.hold_people(conn, alone=False)
    living = identity.living(conn, customer_id)
    found = there(conn, trial_id)
    if found.state == "draft":
        raise NotFound(what="trial", what_zh="试用", key=trial_id)
    theirs = tables.lock_of(conn, trial_id, living)
    own = next((one for one in theirs if one.state in {"sent", "sent_back"}), theirs[0] if theirs else None)
    clean = applying.check_report(found.terms, stars, text)
    if own is not None and (own.state, own.stars, own.report) == ("reported", stars, clean):
        return own
    applying.check_reporting(found.terms.name, own, now)
    assert own is not None
    tables.set_report(conn, own.id, stars, clean, now)
    timeline.append(conn, [told("trial.reported", own, found, now, stars=stars)])
    return application(conn, own.id)


def approve(
    conn: Connection, principal: Principal, trial_id: int, application_ids: Collection[int], now: datetime
) -> list[Application]:
    """Approve these reports: each earns what the trial gives, exactly once. All of them, or none. Audited. Safe to repeat.

    Raises:
        NotAllowed: without the right ``trials.serve``.
        NotFound: there is no such trial, or it has no such application.
        Conflict: one has no report to look at, or a coupon cannot be given.
        CouponRefused: the coupon is not live, or has ended.
    """
    access.require(principal, "trials.serve")
    identity.hold_people(conn, alone=False)
    found = there(conn, trial_id)
    wanted = locked(conn, trial_id, application_ids)
    new = [one for one in wanted if one.state != "rewarded"]
    _check_reported(new)
    if not new:
        return wanted
    tables.set_state(conn, [one.id for one in new], "rewarded", now)
    terms = found.terms
    coupon = terms.reward_coupon_id or 0
    timeline.append(
        conn,
        [
            told("trial.rewarded", one, found, now, stars=one.stars, points=terms.reward_points, coupon=coupon)
            for one in new
        ],
    )
    record(conn, principal.actor, trial_id, now, {"applications": [one.id for one in new]}, action="trials.approved")
    if coupon:
        _give_coupons(conn, found, coupon, new, now)
    if terms.reward_points:
        _give_points(conn, found, new, principal.actor, now)
    return list(tables.lock(conn, trial_id, application_ids).values())


def send_back(
    conn: Connection,
    principal: Principal,
    trial_id: int,
    application_ids: Collection[int],
    note: str,
    now: datetime,
) -> list[Application]:
    """Have these reports be written again; there are at least as many days for it as the trial says. Audited.

    Args:
        conn: an open transaction of isolation READ COMMITTED.
        principal: who has read them.
        trial_id: of which.
        application_ids: whose reports.
        note: what is missing, 3 to 500 characters; its writer reads it.
        now: the present.

    Raises:
        NotAllowed: without the right ``trials.serve``.
        NotFound: there is no such trial, or it has no such application.
        BadInput: the note is too short or too long.
        Conflict: one has no report to look at.
    """
    access.require(principal, "trials.serve")
    said = access.reason_given(note)
    found = there(conn, trial_id)
    wanted = locked(conn, trial_id, application_ids)
    new = [one for one in wanted if (one.state, one.note) != ("sent_back", said)]
    _check_reported(new)
    if not new:
        return wanted
    tables.send_back(conn, [one.id for one in new], said, applying.due(found.terms, now), now)
    timeline.append(conn, [told("trial.sent_back", one, found, now, stars=one.stars) for one in new])
    record(conn, principal.actor, trial_id, now, {"applications": [one.id for one in new]}, action="trials.sent_back")
    return list(tables.lock(conn, trial_id, application_ids).values())


def mark_missed(conn: Connection, now: datetime, *, limit: int = 500) -> int:
    """Mark up to ``limit`` people whose report did not come in time, and bar them as the trial says; returns how many.

    Several may run at once.
    """
    identity.hold_people(conn, alone=False)
    late = tables.lock_late(conn, now, limit)
    if not late:
        return 0
    of = kept.find_many(conn, {one.trial_id for one in late})
    barred: dict[int, datetime | None] = {}
    for one in late:
        days = of[one.trial_id].terms.barred_days
        barred[one.id] = now + timedelta(days) if days else None
    tables.set_missed(conn, barred, now)
    timeline.append(conn, [told("trial.missed", one, of[one.trial_id], now) for one in late])
    return len(late)


def end_finished(conn: Connection, now: datetime, *, limit: int = 100) -> int:
    """End trials of which nothing is waited for any more; returns how many. Several may run at once."""
    return kept.end_finished(conn, now, limit)


def release_coupons(conn: Connection, now: datetime, *, limit: int = 100) -> int:
    """Give the coupons that are left of ended trials back to their templates; returns of how many trials. Several may run at
    once.
    """
    ended = kept.take_released(conn, limit)
    for trial_id in ended:
        rewards.end_promise(conn, f"trial:{trial_id}", SYSTEM.actor, now)
    return len(ended)


def _check_reported(wanted: Sequence[Application]) -> None:
    for one in wanted:
        if one.state != "reported":
            raise Conflict(
                reason=f"application {one.id} has no report to look at; leave it out.",
                reason_zh=f"申请 {one.id} 没有待审核的报告，请去掉后重试。",
            )


def _give_points(conn: Connection, of: Trial, new: Sequence[Application], actor: str, now: datetime) -> None:
    requests = [
        Request(
            f"trial_reward:{one.id}",
            pieces.rewarding(of.terms, one.customer_id, now),
            "trial",
            f"trial:{of.id}",
            actor,
        )
        for one in new
    ]
    for answer in loyalty.post(conn, requests, now):
        loyalty.sure(answer)


def _give_coupons(conn: Connection, of: Trial, template_id: int, new: Sequence[Application], now: datetime) -> None:
    """One for each report; who was merged and has several reports gets as many, in as many batches."""
    left = sorted(new, key=lambda one: one.id)
    while left:
        batch = {one.customer_id: one for one in reversed(left)}
        others = [one for one in left if batch[one.customer_id] is not one]
        ids = blake2b(orjson.dumps([one.id for one in batch.values()]), digest_size=16).hexdigest()
        done = rewards.issue(
            conn, SYSTEM, template_id, list(batch), f"trial_reward:{of.id}:{ids}", now, promised=f"trial:{of.id}"
        )
        if done.refused:
            why, theirs = done.refused[0], batch[done.refused[0].who]
            raise Conflict(
                reason=f"application {theirs.id} gets no coupon: {why.en}",
                reason_zh=f"申请 {theirs.id} 无法发放优惠券：{why.zh}",
            )
        left = others
