"""Quotas. Rows of ``quota_use`` are locked in the order of their keys, and stand for the grants of their subject too.

What is taken of 24 hours lies among the grants: nothing is left of it, and it counts until it ends.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import Connection

from siyu.channels.rules.quotas import Held, Key
from siyu.channels.types import Taken
from siyu.engines.postgres import rows, run


class Used(NamedTuple):
    start: datetime
    used: int


class Summed(NamedTuple):
    used: int
    subjects: int
    full: int


def lock(
    conn: Connection, account_id: int, starts: Mapping[Key, datetime], added: Mapping[Key, int] = MappingProxyType({})
) -> dict[Key, Used]:
    """Lock these allowances, made where they are missing, and move them on to the window that begins then.

    One that is in a later window already stays there: another's clock is ahead. What is ``added`` is added to what was
    used, in the same stroke; what is returned is how they stood before.
    """
    keys = sorted(starts)
    more = [added.get(key, 0) for key in keys]
    # An upsert says something of each row, in the order in which they come.
    found = rows(
        conn,
        """
        INSERT INTO channels.quota_use AS old
            (account_id, quota, time_window, subject, subject_id, window_start, used)
        SELECT :account_id, quota, time_window, subject, subject_id, start, added
        FROM unnest(CAST(:quotas AS text[]), CAST(:windows AS text[]), CAST(:subjects AS text[]),
                    CAST(:ids AS text[]), CAST(:starts AS timestamptz[]), CAST(:added AS integer[]))
            WITH ORDINALITY AS wanted (quota, time_window, subject, subject_id, start, added, place)
        ORDER BY place
        ON CONFLICT (account_id, quota, time_window, subject, subject_id) DO UPDATE
        SET window_start = greatest(old.window_start, excluded.window_start),
            used = excluded.used + CASE WHEN old.window_start < excluded.window_start THEN 0 ELSE old.used END
        RETURNING window_start, used
        """,
        account_id=account_id,
        **_columns(keys),
        starts=[starts[key] for key in keys],
        added=more,
    )
    return {key: Used(start, used - own) for key, own, (start, used) in zip(keys, more, found, strict=True)}


def change(conn: Connection, account_id: int, changes: Mapping[Key, tuple[datetime, int]]) -> None:
    """Add to what is used (below zero: take away) of locked allowances, where the window is still this one."""
    if not changes:
        return
    run(
        conn,
        """
        UPDATE channels.quota_use AS old SET used = greatest(0, old.used + new.change)
        FROM unnest(CAST(:quotas AS text[]), CAST(:windows AS text[]), CAST(:subjects AS text[]),
                    CAST(:ids AS text[]), CAST(:starts AS timestamptz[]), CAST(:changes AS integer[]))
            AS new (quota, time_window, subject, subject_id, start, change)
        WHERE old.account_id = :account_id AND old.quota = new.quota AND old.time_window = new.time_window
          AND old.subject = new.subject AND old.subject_id = new.subject_id AND old.window_start = new.start
        """,
        account_id=account_id,
        **_columns(list(changes)),
        starts=[start for start, _ in changes.values()],
        changes=[count for _, count in changes.values()],
    )


def held(conn: Connection, account_id: int, keys: Collection[Key], now: datetime) -> dict[Key, list[Held]]:
    """What locked allowances hold of grants, and what they took of 24 hours, that has not ended: the first to end first."""
    if not keys:
        return {}
    by_subject = {(key.quota, key.subject_id): key for key in keys}
    found = rows(
        conn,
        """
        SELECT had.quota, had.subject_id, nullif(had.until, 'infinity') AS until, had.granted, had.remaining
        FROM channels.grant_left AS had
        JOIN unnest(CAST(:quotas AS text[]), CAST(:ids AS text[])) AS wanted (quota, subject_id)
            ON had.quota = wanted.quota AND had.subject_id = wanted.subject_id
        WHERE had.account_id = :account_id AND had.until > :now
        ORDER BY had.until
        """,
        account_id=account_id,
        quotas=[key.quota for key in keys],
        ids=[key.subject_id for key in keys],
        now=now,
    )
    answer: dict[Key, list[Held]] = {key: [] for key in keys}
    for row in found:
        answer[by_subject[row.quota, row.subject_id]].append(Held(row.until, row.granted, row.remaining))
    return answer


def spend(conn: Connection, account_id: int, taken: Iterable[Taken], sign: int) -> None:
    """Take from grants of locked allowances (``sign`` 1), or give back to those that are still there (-1)."""
    summed: dict[tuple[str, str, datetime | None], int] = {}
    for one in taken:
        place = (one.quota, one.subject_id, one.at)
        summed[place] = summed.get(place, 0) + one.count * sign
    if not summed:
        return
    run(
        conn,
        """
        UPDATE channels.grant_left AS had SET remaining = least(had.granted, had.remaining - new.count)
        FROM unnest(CAST(:quotas AS text[]), CAST(:ids AS text[]), CAST(:untils AS timestamptz[]),
                    CAST(:counts AS integer[])) AS new (quota, subject_id, until, count)
        WHERE had.account_id = :account_id AND had.quota = new.quota AND had.subject_id = new.subject_id
          AND had.until = coalesce(new.until, 'infinity')
        """,
        account_id=account_id,
        quotas=[quota for quota, _, _ in summed],
        ids=[subject_id for _, subject_id, _ in summed],
        untils=[until for _, _, until in summed],
        counts=list(summed.values()),
    )


def use(conn: Connection, account_id: int, taken: Iterable[Taken], now: datetime) -> None:
    """Keep what was taken of the 24 hours of locked allowances; what is over goes."""
    parameters = _used(account_id, taken)
    if not parameters["quotas"]:
        return
    run(
        conn,
        """DELETE FROM channels.grant_left AS had
           USING unnest(CAST(:quotas AS text[]), CAST(:ids AS text[])) AS new (quota, subject_id)
           WHERE had.account_id = :account_id AND had.quota = new.quota AND had.subject_id = new.subject_id
             AND had.until <= :now""",
        account_id=account_id,
        quotas=parameters["quotas"],
        ids=parameters["ids"],
        now=now,
    )
    run(
        conn,
        """
        INSERT INTO channels.grant_left AS had (account_id, quota, subject_id, until, granted, remaining)
        SELECT :account_id, quota, subject_id, until, sum(count), 0
        FROM unnest(CAST(:quotas AS text[]), CAST(:ids AS text[]), CAST(:untils AS timestamptz[]),
                    CAST(:counts AS integer[])) AS new (quota, subject_id, until, count) GROUP BY 2, 3, 4
        ON CONFLICT (account_id, quota, subject_id, until) DO UPDATE SET granted = had.granted + excluded.granted
        """,
        **parameters,
    )


def use_less(conn: Connection, account_id: int, taken: Iterable[Taken]) -> None:
    """Take away what was kept by :func:`use`, of locked allowances."""
    parameters = _used(account_id, taken)
    if not parameters["quotas"]:
        return
    new = """(SELECT quota, subject_id, until, sum(count) AS count
              FROM unnest(CAST(:quotas AS text[]), CAST(:ids AS text[]), CAST(:untils AS timestamptz[]),
                          CAST(:counts AS integer[])) AS one (quota, subject_id, until, count) GROUP BY 1, 2, 3) AS new"""
    same = """had.account_id = :account_id AND had.quota = new.quota AND had.subject_id = new.subject_id
              AND had.until = new.until"""
    run(
        conn,
        f"UPDATE channels.grant_left AS had SET granted = greatest(0, had.granted - new.count) FROM {new} WHERE {same}",
        **parameters,
    )
    run(conn, f"DELETE FROM channels.grant_left AS had USING {new} WHERE {same} AND had.granted = 0", **parameters)


def _used(account_id: int, taken: Iterable[Taken]) -> dict[str, Any]:
    some = [one for one in taken if one.window == "24h"]
    return {
        "account_id": account_id,
        "quotas": [one.quota for one in some],
        "ids": [one.subject_id for one in some],
        "untils": [one.at for one in some],
        "counts": [one.count for one in some],
    }


def take_back(conn: Connection, account_id: int, places: Sequence[tuple[str, str]]) -> None:
    """Nothing is granted any more to these (quota, subject), which are locked."""
    run(
        conn,
        """DELETE FROM channels.grant_left AS had
           USING unnest(CAST(:quotas AS text[]), CAST(:ids AS text[])) AS back (quota, subject_id)
           WHERE had.account_id = :account_id AND had.quota = back.quota AND had.subject_id = back.subject_id""",
        account_id=account_id,
        quotas=[quota for quota, _ in places],
        ids=[subject_id for _, subject_id in places],
    )


def put_grants(
    conn: Connection, account_id: int, grants: Mapping[tuple[str, str, datetime | None], tuple[int, int]]
) -> None:
    """Keep (quota, subject, end) → (count, most) under locked allowances; what ends before one of them goes.

    A grant with the same end is the same grant and stays as it is; those without an end add up, to ``most`` at once
    (0: without limit). One that ends before another of which something is left is late, and adds nothing.
    """
    parameters = {
        "account_id": account_id,
        "quotas": [quota for quota, _, _ in grants],
        "ids": [subject_id for _, subject_id, _ in grants],
        "untils": [until for _, _, until in grants],
    }
    run(
        conn,
        """
        DELETE FROM channels.grant_left AS had
        USING unnest(CAST(:quotas AS text[]), CAST(:ids AS text[]), CAST(:untils AS timestamptz[]))
            AS new (quota, subject_id, until)
        WHERE had.account_id = :account_id AND had.quota = new.quota AND had.subject_id = new.subject_id
          AND had.until < new.until
        """,
        **parameters,
    )
    run(
        conn,
        """
        INSERT INTO channels.grant_left AS had (account_id, quota, subject_id, until, granted, remaining)
        SELECT :account_id, quota, subject_id, coalesce(until, 'infinity'), count, count
        FROM unnest(CAST(:quotas AS text[]), CAST(:ids AS text[]), CAST(:untils AS timestamptz[]),
                    CAST(:counts AS integer[])) AS new (quota, subject_id, until, count)
        WHERE NOT EXISTS (
            SELECT FROM channels.grant_left AS later
            WHERE later.account_id = :account_id AND later.quota = new.quota AND later.subject_id = new.subject_id
              AND later.until > new.until AND later.remaining > 0
        )
        ON CONFLICT (account_id, quota, subject_id, until) DO UPDATE
        SET granted = CASE WHEN had.until = 'infinity' THEN had.remaining + excluded.granted ELSE had.granted END,
            remaining = CASE WHEN had.until = 'infinity' THEN had.remaining + excluded.granted ELSE had.remaining END
        """,
        **parameters,
        counts=[count for count, _ in grants.values()],
    )
    run(
        conn,
        """
        UPDATE channels.grant_left AS had SET granted = new.most, remaining = least(had.remaining, new.most)
        FROM unnest(CAST(:quotas AS text[]), CAST(:ids AS text[]), CAST(:most AS integer[]))
            AS new (quota, subject_id, most)
        WHERE had.account_id = :account_id AND had.quota = new.quota AND had.subject_id = new.subject_id
          AND new.most > 0 AND had.granted > new.most
        """,
        account_id=account_id,
        quotas=parameters["quotas"],
        ids=parameters["ids"],
        most=[most for _, most in grants.values()],
    )


def sums(
    conn: Connection, account_id: int, limits: Mapping[Key, tuple[datetime, int]]
) -> dict[tuple[str, str, str], Summed]:
    """By (quota, window, subject) what all subjects used in the window that begins then; ``full`` by the limit."""
    keys = list(limits)
    found = rows(
        conn,
        """
        SELECT wanted.quota, wanted.time_window, wanted.subject, coalesce(sum(u.used), 0) AS used,
               count(*) FILTER (WHERE u.used > 0) AS subjects, count(*) FILTER (WHERE u.used >= wanted.most) AS full_
        FROM unnest(CAST(:quotas AS text[]), CAST(:windows AS text[]), CAST(:subjects AS text[]),
                    CAST(:starts AS timestamptz[]), CAST(:most AS integer[]))
            AS wanted (quota, time_window, subject, start, most)
        LEFT JOIN channels.quota_use AS u ON u.account_id = :account_id AND u.quota = wanted.quota
            AND u.time_window = wanted.time_window AND u.subject = wanted.subject AND u.window_start = wanted.start
        GROUP BY 1, 2, 3
        """,
        account_id=account_id,
        quotas=[key.quota for key in keys],
        windows=[key.window for key in keys],
        subjects=[key.subject for key in keys],
        starts=[start for start, _ in limits.values()],
        most=[limit for _, limit in limits.values()],
    )
    return {(row[0], row[1], row[2]): Summed(row.used, row.subjects, row.full_) for row in found}


def grant_sums(conn: Connection, account_id: int, now: datetime) -> dict[str, tuple[int, int, int, int]]:
    """By quota, of grants that have not ended: granted, left, subjects with some left, subjects with none left."""
    found = rows(
        conn,
        """
        SELECT quota, sum(granted) AS granted, sum(remaining) AS remaining,
               count(*) FILTER (WHERE remaining > 0) AS open, count(*) FILTER (WHERE remaining = 0) AS spent
        FROM (
            SELECT quota, subject_id, sum(granted) AS granted, sum(remaining) AS remaining
            FROM channels.grant_left WHERE account_id = :account_id AND until > :now GROUP BY 1, 2
        ) AS had
        GROUP BY 1
        """,
        account_id=account_id,
        now=now,
    )
    return {row.quota: (row.granted, row.remaining, row.open, row.spent) for row in found}


def use_sums(conn: Connection, account_id: int, limits: Mapping[str, int], now: datetime) -> dict[str, Summed]:
    """By quota what all subjects took in the last 24 hours; ``full`` by the limit."""
    found = rows(
        conn,
        """
        SELECT quota, sum(used) AS used, count(*) AS subjects, count(*) FILTER (WHERE used >= most) AS full_
        FROM (
            SELECT quota, subject_id, most, sum(granted) AS used
            FROM channels.grant_left JOIN unnest(CAST(:quotas AS text[]), CAST(:most AS integer[])) AS one (quota, most)
                USING (quota)
            WHERE account_id = :account_id AND until > :now GROUP BY 1, 2, 3
        ) AS had
        GROUP BY 1
        """,
        account_id=account_id,
        quotas=list(limits),
        most=list(limits.values()),
        now=now,
    )
    return {row.quota: Summed(int(row.used), row.subjects, row.full_) for row in found}


def _columns(keys: Sequence[Key]) -> dict[str, list[str]]:
    return {
        "quotas": [key.quota for key in keys],
        "windows": [key.window for key in keys],
        "subjects": [key.subject for key in keys],
        "ids": [key.subject_id for key in keys],
    }
