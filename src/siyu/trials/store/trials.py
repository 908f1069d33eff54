"""Trials. An advisory lock of a trial stands for who may be in it: who applies shares it, who chooses or ends is alone."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from siyu.engines.postgres import one, rows, run, scalar
from siyu.trials.types import TRIAL, Trial, TrialTerms

_FIELDS: Final = "id, CAST(terms AS text), state, version, round_id, created_at, changed_at"


class Counts(NamedTuple):
    """How many people are how far in a trial; see :class:`siyu.trials.types.TrialRead`."""

    applied: int = 0
    chosen: int = 0
    sent: int = 0
    reported: int = 0
    rewarded: int = 0
    missed: int = 0
    waiting: int = 0
    stars: int | None = None


def hold(conn: Connection, trial_id: int, *, alone: bool) -> None:
    """Who applies does so beside others; who chooses or ends waits for them, and they for it."""
    how = "" if alone else "_shared"
    run(
        conn,
        f"SELECT pg_advisory_xact_lock{how}(hashtext('trials.trial'), CAST(:id % 2147483647 AS integer))",
        id=trial_id,
    )


def insert(conn: Connection, terms: TrialTerms, now: datetime) -> Trial:
    """A new draft."""
    found = one(
        conn,
        f"""INSERT INTO trials.trial (terms, state, version, chosen_by, created_at, changed_at)
            VALUES (CAST(:terms AS jsonb), 'draft', 1, :chosen_by, :now, :now) RETURNING {_FIELDS}""",
        terms=TRIAL.dump_json(terms).decode(),
        chosen_by=terms.chosen_by,
        now=now,
    )
    assert found is not None
    return _read(found)


def find(conn: Connection, trial_id: int) -> Trial | None:
    found = one(conn, f"SELECT {_FIELDS} FROM trials.trial WHERE id = :id", id=trial_id)
    return _read(found) if found else None


def find_many(conn: Connection, ids: Collection[int]) -> dict[int, Trial]:
    """Those of these trials that there are."""
    found = rows(conn, f"SELECT {_FIELDS} FROM trials.trial WHERE id = ANY(CAST(:ids AS bigint[]))", ids=sorted(ids))
    return {row[0]: _read(row) for row in found}


def write(conn: Connection, one_: Trial, now: datetime) -> Trial:
    """Change a trial that is held alone."""
    found = one(
        conn,
        f"""UPDATE trials.trial SET terms = CAST(:terms AS jsonb), state = :state, version = :version, round_id = :round,
                chosen_by = :chosen_by, changed_at = :now WHERE id = :id RETURNING {_FIELDS}""",
        id=one_.id,
        terms=TRIAL.dump_json(one_.terms).decode(),
        state=one_.state,
        version=one_.version,
        round=one_.round_id,
        chosen_by=one_.terms.chosen_by,
        now=now,
    )
    assert found is not None
    return _read(found)


def page(conn: Connection, states: Collection[str], before: int | None, limit: int) -> list[Trial]:
    """Trials in these states, newest first."""
    found = rows(
        conn,
        f"""SELECT {_FIELDS} FROM trials.trial
            WHERE state = ANY(CAST(:states AS text[])) AND (CAST(:before AS bigint) IS NULL OR id < :before)
            ORDER BY id DESC LIMIT :limit""",
        states=sorted(states),
        before=before,
        limit=limit,
    )
    return [_read(row) for row in found]


def due(conn: Connection, now: datetime) -> int | None:
    """The live trial whose choosing should have been over first; ``None``: no such."""
    found = scalar(
        conn,
        "SELECT id FROM trials.trial WHERE state = 'live' AND chosen_by <= :now ORDER BY chosen_by, id LIMIT 1",
        now=now,
    )
    return None if found is None else int(found)


def end_finished(conn: Connection, now: datetime, limit: int) -> int:
    """End trials of which the chosen are known and nothing is waited for any more; returns how many."""
    found = rows(
        conn,
        """
        UPDATE trials.trial SET state = 'ended', changed_at = :now
        WHERE id IN (
            SELECT id FROM trials.trial
            WHERE state = 'chosen' AND CAST(terms ->> 'reports_until' AS timestamptz) <= :now
              AND NOT EXISTS (
                  SELECT FROM trials.application
                  WHERE trial_id = trial.id AND application.state IN ('chosen', 'sent', 'reported', 'sent_back')
              )
            ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
        )
        RETURNING id
        """,
        now=now,
        limit=limit,
    )
    return len(found)


def set_aside(conn: Connection, trial_id: int) -> None:
    """Coupons are set aside for its reports."""
    run(conn, "UPDATE trials.trial SET coupons_aside = true WHERE id = :id", id=trial_id)


def take_released(conn: Connection, limit: int) -> list[int]:
    """Trials that have ended and of which no report comes any more, whose coupons were still set aside."""
    found = rows(
        conn,
        """
        UPDATE trials.trial SET coupons_aside = false
        WHERE id IN (
            SELECT id FROM trials.trial
            WHERE coupons_aside AND state = 'ended'
              AND NOT EXISTS (
                  SELECT FROM trials.application
                  WHERE trial_id = trial.id AND application.state IN ('chosen', 'sent', 'reported', 'sent_back')
              )
            ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
        )
        RETURNING id
        """,
        limit=limit,
    )
    return sorted(row[0] for row in found)


def counts(conn: Connection, ids: Sequence[int]) -> dict[int, Counts]:
    """By trial, how many people are how far; one for which nobody applied is absent."""
    found = rows(
        conn,
        """
        SELECT trial_id,
               count(*) FILTER (WHERE state <> 'withdrawn'),
               count(*) FILTER (WHERE chosen_at IS NOT NULL AND state <> 'not_chosen'),
               count(sent_at), count(*) FILTER (WHERE state IN ('reported', 'sent_back', 'rewarded')), count(rewarded_at),
               count(*) FILTER (WHERE state = 'missed'), count(*) FILTER (WHERE state = 'reported'),
               CAST(round(avg(stars) * 100) AS integer)
        FROM trials.application WHERE trial_id = ANY(CAST(:ids AS bigint[])) GROUP BY trial_id
        """,
        ids=list(ids),
    )
    return {row[0]: Counts(*row[1:]) for row in found}


def _read(row: Sequence[Any]) -> Trial:
    return Trial(row[0], _parsed(row[1]), *row[2:7])


@lru_cache(maxsize=500)
def _parsed(said: str) -> TrialTerms:
    """Terms as they lie there, read once."""
    return TRIAL.validate_json(said)
