"""Members apply for trials and withdraw; what a trial looks like for one of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from siyu.engines.cursor import decode_cursor, encode_cursor
from siyu.engines.zone import written
from siyu.identity import service as identity
from siyu.kernel.errors import Conflict, NotFound
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Hold, customer
from siyu.segments import service as segments
from siyu.timeline import service as timeline
from siyu.trials.rules import applying as rules
from siyu.trials.service.making import there
from siyu.trials.service.moving import give_points_back, hold_key, told
from siyu.trials.store import applications as tables
from siyu.trials.store import trials as kept
from siyu.trials.types import (
    APPLICATION_STATES,
    AlreadyApplied,
    Application,
    ApplicationPage,
    ApplicationState,
    Trial,
    TrialBarred,
    TrialShown,
)

_MOST: Final = 200


def apply_for(
    conn: Connection, customer_id: int, trial_id: int, text: str, answers: Sequence[str], now: datetime
) -> Application:
    """Apply for a trial; the points that it costs are held. Once for each person: a second time is refused.

    Args:
        conn: an open transaction of isolation READ COMMITTED.
        customer_id: who; the id of somebody merged away leads to who stayed.
        trial_id: for which.
        text: why they, 1 to 1,000 characters.
        answers: to its questions, in their order, 1 to 500 characters each.
        now: the present.

    Raises:
        NotFound: there is no such trial or customer.
        BadInput: the text or an answer cannot be.
        TrialClosed: it is not live, or not within its window.
        TrialNotForYou: it is for other tiers, or for people of a segment.
        TrialBarred: they did not report on what they were given before.
        AlreadyApplied: they have.
        NotEnough: they have fewer points.
    """
    identity.hold_people(conn, alone=False)
    living = identity.living(conn, customer_id)
    kept.hold(conn, trial_id, alone=False)
    found = _seen(conn, trial_id)
    rules.check_open(found, now)
    clean, said = rules.check_application(found.terms, text, answers)
    rules.check_may(found, _tier(conn, [found], living), in_segment=found.id in _within(conn, [found], living))
    if (until := tables.barred_until(conn, living, now)) is not None:
        raise TrialBarred(until=until.isoformat(), until_here=written(until))
    made = tables.insert(conn, trial_id, living, clean, said, now)
    if made is None:
        raise AlreadyApplied(name=found.terms.name)
    points = found.terms.points
    if points:
        account, until = customer(living, "points"), rules.held_until(found.terms)
        wanted = Hold(hold_key(made.id), account, points, until, "trial", f"trial:{trial_id}")
        loyalty.sure(loyalty.hold(conn, [wanted], now)[0])
    timeline.append(conn, [told("trial.applied", made, found, now, points=points)])
    return made


def withdraw(conn: Connection, customer_id: int, trial_id: int, now: datetime) -> Application:
    """Take an application back, while nobody was chosen by it; points that are held go back. Safe to repeat.

    Raises:
        NotFound: there is no such trial or customer, or they never applied.
        Conflict: they were chosen, or others were.
    """
    identity.hold_people(conn, alone=False)
    living = identity.living(conn, customer_id)
    kept.hold(conn, trial_id, alone=False)
    found = _seen(conn, trial_id)
    own = tables.lock_of(conn, trial_id, living)
    if not own:
        raise NotFound(what="application for this trial", what_zh="该试用的申请", key=trial_id)
    one = own[0]
    if one.state == "withdrawn":
        return one
    if one.state != "applied":
        raise Conflict(
            reason="the chosen are known; it cannot be withdrawn any more.", reason_zh="入选名单已公布，不能再撤回。"
        )
    give_points_back(conn, found, [one.id], now)
    tables.set_state(conn, [one.id], "withdrawn", now)
    timeline.append(conn, [told("trial.withdrawn", one, found, now)])
    return application(conn, one.id)


def application(conn: Connection, application_id: int) -> Application:
    """One application.

    Raises:
        NotFound: there is none.
    """
    found = tables.find(conn, application_id)
    if found is None:
        raise NotFound(what="application", what_zh="试用申请", key=application_id)
    return found


def applications(
    conn: Connection,
    trial_id: int,
    *,
    states: Sequence[ApplicationState] = APPLICATION_STATES,
    cursor: str | None = None,
    limit: int = 50,
) -> ApplicationPage:
    """Applications for a trial in these states, newest first.

    Args:
        conn: an open transaction.
        trial_id: for which.
        states: those that are wanted.
        cursor: ``next`` of the page before; ``None`` for the first.
        limit: 1 to 500.

    Raises:
        NotFound: there is no such trial.
        BadInput: the cursor is none of ours.
    """
    there(conn, trial_id)
    limit, place = max(1, min(limit, 500)), decode_cursor(cursor, int)
    found = tables.page(conn, trial_id, states, int(place[0]) if place else None, limit + 1)
    shown = found[:limit]
    return ApplicationPage(tuple(shown), encode_cursor([shown[-1].id]) if len(found) > limit else None)


def applications_of(
    conn: Connection, customer_id: int, *, before: int | None = None, limit: int = 20
) -> list[tuple[Application, Trial]]:
    """What a customer has applied for, newest first, with the trials.

    Raises:
        NotFound: nobody ever had this id.
    """
    found = tables.of_customer(conn, identity.living(conn, customer_id), before, max(1, min(limit, 500)))
    of = kept.find_many(conn, {one.trial_id for one in found})
    return [(one, of[one.trial_id]) for one in found]


def trials_for(conn: Connection, customer_id: int, now: datetime) -> list[TrialShown]:
    """What a customer can apply for now or later, or has applied for and the chosen are not known; the newest first."""
    living = identity.living(conn, customer_id)
    found = kept.page(conn, ["live"], None, _MOST)
    shown = _shown(conn, found, living, now)
    return [one for one in shown if one.stands != "over"]


def trial_for(conn: Connection, customer_id: int, trial_id: int, now: datetime) -> TrialShown:
    """One trial, as :func:`trials_for` has it; also when its time is over.

    Raises:
        NotFound: there is no such trial, or nobody was ever shown it.
    """
    living = identity.living(conn, customer_id)
    return _shown(conn, [_seen(conn, trial_id)], living, now)[0]


def _seen(conn: Connection, trial_id: int) -> Trial:
    """A trial that is no draft."""
    found = there(conn, trial_id)
    if found.state == "draft":
        raise NotFound(what="trial", what_zh="试用", key=trial_id)
    return found


def _shown(conn: Connection, found: Sequence[Trial], living: int, now: datetime) -> list[TrialShown]:
    if not found:
        return []
    ids = [one.id for one in found]
    own, counted = tables.own(conn, ids, living), kept.counts(conn, ids)
    tier, within = _tier(conn, found, living), _within(conn, found, living)
    barred = tables.barred_until(conn, living, now) is not None
    return [
        TrialShown(
            trial=one,
            stands=rules.stands(one, own.get(one.id), tier, now, in_segment=one.id in within, barred=barred),
            applied=counted[one.id].applied if one.id in counted else 0,
            own=own.get(one.id),
        )
        for one in found
    ]


def _tier(conn: Connection, found: Sequence[Trial], living: int) -> str | None:
    """In which tier somebody is, where one of these trials asks."""
    standing = loyalty.tier_of(conn, living) if any(one.terms.tiers for one in found) else None
    return standing.tier.code if standing else None


def _within(conn: Connection, found: Sequence[Trial], living: int) -> set[int]:
    """Of these trials, those that are live and in whose segment somebody is."""
    asked = {one.id: one.terms.segment_id for one in found if one.state == "live" and one.terms.segment_id is not None}
    inside = {one for one in set(asked.values()) if segments.contains(conn, one, [living])}
    return {trial_id for trial_id, one in asked.items() if one in inside}
