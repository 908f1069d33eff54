"""Applications, and the reports in them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from siyu.engines.postgres import one, rows, run, scalar
from siyu.trials.types import Application, ApplicationState

_FIELDS: Final = """id, trial_id, customer_id, state, counts, text, answers, applied_at, changed_at, chosen_at, sent_at, parcel,
    due_at, stars, report, reported_at, note, rewarded_at, barred_until"""


class Outranked(NamedTuple):
    """An application that counts no more, because one of the same person does; ``waiting``: nobody had chosen yet."""

    id: int
    trial_id: int
    customer_id: int
    waiting: bool


def insert(
    conn: Connection, trial_id: int, customer_id: int, text: str, answers: Sequence[str], now: datetime
) -> Application | None:
    """A new application; ``None`` when there is one of this person that counts."""
    found = one(
        conn,
        f"""INSERT INTO trials.application (trial_id, customer_id, state, text, answers, applied_at, changed_at)
            VALUES (:trial, :customer, 'applied', :text, CAST(:answers AS text[]), :now, :now)
            ON CONFLICT (trial_id, customer_id) WHERE counts DO NOTHING RETURNING {_FIELDS}""",
        trial=trial_id,
        customer=customer_id,
        text=text,
        answers=list(answers),
        now=now,
    )
    return _read(found) if found else None


def find(conn: Connection, application_id: int) -> Application | None:
    found = one(conn, f"SELECT {_FIELDS} FROM trials.application WHERE id = :id", id=application_id)
    return _read(found) if found else None


def lock(conn: Connection, trial_id: int, ids: Collection[int]) -> dict[int, Application]:
    """Those of these that are of the trial, locked in the order of their ids."""
    found = rows(
        conn,
        f"""SELECT {_FIELDS} FROM trials.application WHERE trial_id = :trial AND id = ANY(CAST(:ids AS bigint[]))
            ORDER BY id FOR NO KEY UPDATE""",
        trial=trial_id,
        ids=sorted(ids),
    )
    return {row[0]: _read(row) for row in found}


def lock_in_state(conn: Connection, trial_id: int, states: Collection[ApplicationState]) -> list[Application]:
    """Those of a trial in these states, locked in the order of their ids."""
    found = rows(
        conn,
        f"""SELECT {_FIELDS} FROM trials.application WHERE trial_id = :trial AND state = ANY(CAST(:states AS text[]))
            ORDER BY id FOR NO KEY UPDATE""",
        trial=trial_id,
        states=sorted(states),
    )
    return [_read(row) for row in found]


def lock_of(conn: Connection, trial_id: int, customer_id: int) -> list[Application]:
    """Those of a person for a trial, locked, the one that counts first, then the newest."""
    found = rows(
        conn,
        f"""SELECT {_FIELDS} FROM trials.application WHERE trial_id = :trial AND customer_id = :customer
            ORDER BY counts DESC, id DESC FOR NO KEY UPDATE""",
        trial=trial_id,
        customer=customer_id,
    )
    return [_read(row) for row in found]


def lock_late(conn: Connection, now: datetime, limit: int) -> list[Application]:
    """Those whose report should have come; what another looks after is passed by."""
    found = rows(
        conn,
        f"""SELECT {_FIELDS} FROM trials.application WHERE state IN ('sent', 'sent_back') AND due_at <= :now
            ORDER BY due_at, id LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED""",
        now=now,
        limit=limit,
    )
    return [_read(row) for row in found]


def set_state(conn: Connection, ids: Sequence[int], state: ApplicationState, now: datetime) -> None:
    """Have locked ones be in another state; who is chosen or rewarded is so from now on."""
    run(
        conn,
        """
        UPDATE trials.application SET state = :state, changed_at = :now,
            counts = counts AND :state <> 'withdrawn',
            chosen_at = CASE WHEN :state = 'chosen' THEN :now ELSE chosen_at END,
            rewarded_at = CASE WHEN :state = 'rewarded' THEN :now ELSE rewarded_at END
        WHERE id = ANY(CAST(:ids AS bigint[]))
        """,
        ids=list(ids),
        state=state,
        now=now,
    )


def set_sent(conn: Connection, ids: Sequence[int], parcel: str, due_at: datetime, now: datetime) -> None:
    """Have locked ones be sent."""
    run(
        conn,
        """UPDATE trials.application SET state = 'sent', changed_at = :now, sent_at = :now, parcel = :parcel, due_at = :due
           WHERE id = ANY(CAST(:ids AS bigint[]))""",
        ids=list(ids),
        parcel=parcel,
        due=due_at,
        now=now,
    )


def set_report(conn: Connection, application_id: int, stars: int, text: str, now: datetime) -> None:
    """Keep the report of a locked one."""
    run(
        conn,
        """UPDATE trials.application SET state = 'reported', changed_at = :now, reported_at = :now, stars = :stars,
               report = :text WHERE id = :id""",
        id=application_id,
        stars=stars,
        text=text,
        now=now,
    )


def send_back(conn: Connection, ids: Sequence[int], note: str, due_at: datetime, now: datetime) -> None:
    """Have the reports of locked ones be written again."""
    run(
        conn,
        """UPDATE trials.application SET state = 'sent_back', changed_at = :now, note = :note, due_at = greatest(due_at, :due)
           WHERE id = ANY(CAST(:ids AS bigint[]))""",
        ids=list(ids),
        note=note,
        due=due_at,
        now=now,
    )


def set_missed(conn: Connection, barred: Mapping[int, datetime | None], now: datetime) -> None:
    """Mark locked ones whose report did not come, each with until when they may not apply."""
    run(
        conn,
        """
        UPDATE trials.application SET state = 'missed', changed_at = :now, barred_until = missed.until
        FROM unnest(CAST(:ids AS bigint[]), CAST(:untils AS timestamptz[])) AS missed (id, until)
        WHERE application.id = missed.id
        """,
        ids=list(barred),
        untils=list(barred.values()),
        now=now,
    )


def barred_until(conn: Connection, customer_id: int, now: datetime) -> datetime | None:
    """Until when somebody may not apply; ``None``: they may."""
    found: datetime | None = scalar(
        conn,
        "SELECT max(barred_until) FROM trials.application WHERE customer_id = :customer AND barred_until > :now",
        customer=customer_id,
        now=now,
    )
    return found


def page(
    conn: Connection, trial_id: int, states: Collection[ApplicationState], before: int | None, limit: int
) -> list[Application]:
    """Those of a trial in these states, newest first."""
    found = rows(
        conn,
        f"""SELECT {_FIELDS} FROM trials.application
            WHERE trial_id = :trial AND state = ANY(CAST(:states AS text[]))
              AND (CAST(:before AS bigint) IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit""",
        trial=trial_id,
        states=sorted(states),
        before=before,
        limit=limit,
    )
    return [_read(row) for row in found]


def of_customer(conn: Connection, customer_id: int, before: int | None, limit: int) -> list[Application]:
    """Those of a person, newest first."""
    found = rows(
        conn,
        f"""SELECT {_FIELDS} FROM trials.application WHERE customer_id = :customer
              AND (CAST(:before AS bigint) IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit""",
        customer=customer_id,
        before=before,
        limit=limit,
    )
    return [_read(row) for row in found]


def own(conn: Connection, trial_ids: Sequence[int], customer_id: int) -> dict[int, Application]:
    """By trial, the application of a person: the one that counts, else the newest."""
    found = rows(
        conn,
        f"""SELECT DISTINCT ON (trial_id) {_FIELDS} FROM trials.application
            WHERE customer_id = :customer AND trial_id = ANY(CAST(:trials AS bigint[]))
            ORDER BY trial_id, counts DESC, id DESC""",
        customer=customer_id,
        trials=list(trial_ids),
    )
    return {row[1]: _read(row) for row in found}


def outrank(
    conn: Connection, final: Mapping[int, int], further: Sequence[ApplicationState], now: datetime
) -> list[Outranked]:
    """Where several of one trial are of people who were merged, the furthest counts; those that waited are withdrawn.

    Args:
        conn: a transaction that is alone with the people.
        final: winners by losers.
        further: states, the furthest last.
        now: the present.
    """
    found = rows(
        conn,
        """
        WITH pair AS (
            SELECT * FROM unnest(CAST(:losers AS bigint[]), CAST(:winners AS bigint[])) AS pair (loser, winner)
        ), ranked AS (
            SELECT application.id, state, coalesce(winner, customer_id) AS customer_id,
                   row_number() OVER (
                       PARTITION BY trial_id, coalesce(winner, customer_id)
                       ORDER BY array_position(CAST(:further AS text[]), state) DESC, application.id
                   ) AS place
            FROM trials.application LEFT JOIN pair ON loser = customer_id
            WHERE counts AND customer_id = ANY(CAST(:losers AS bigint[]) || CAST(:winners AS bigint[]))
        )
        UPDATE trials.application AS had SET counts = false, changed_at = :now,
            state = CASE WHEN had.state = 'applied' THEN 'withdrawn' ELSE had.state END
        FROM ranked WHERE ranked.id = had.id AND place > 1
        RETURNING had.id, trial_id, ranked.customer_id, ranked.state = 'applied'
        """,
        losers=list(final),
        winners=list(final.values()),
        further=list(further),
        now=now,
    )
    return [Outranked(*row) for row in sorted(found)]


def move(conn: Connection, final: Mapping[int, int]) -> None:
    """What losers applied for, their winners have."""
    run(
        conn,
        """
        UPDATE trials.application SET customer_id = winner
        FROM unnest(CAST(:losers AS bigint[]), CAST(:winners AS bigint[])) AS pair (loser, winner)
        WHERE customer_id = loser
        """,
        losers=list(final),
        winners=list(final.values()),
    )


def forget(conn: Connection, customer_id: int) -> None:
    """What somebody wrote goes; that they applied, and what became of it, stays."""
    run(
        conn,
        """UPDATE trials.application SET text = '', answers = '{}', report = '', parcel = '', note = ''
           WHERE customer_id = :customer""",
        customer=customer_id,
    )


def _read(row: Sequence[Any]) -> Application:
    values = [*row]
    values[6] = tuple(row[6])
    return Application(*values)
