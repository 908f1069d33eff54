"""Accounts and units. Locks are taken in the order of the accounts' ids."""

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from siyu.engines.postgres import one, rows, run
from siyu.loyalty.types import Account, Unit


class Found(NamedTuple):
    """An account as it is stored; ``moved_to`` another when its owner was merged away."""

    id: int
    account: Account
    balance: int
    moved_to: int | None


_FEW: Final = 4
_ARRAYS: Final = """
    unnest(CAST(:{name}_kinds AS text[]), CAST(:{name}_owners AS bigint[]), CAST(:{name}_units AS text[]))"""
_TAKE: Final = """
    WITH locked AS MATERIALIZED (
        SELECT had.id, had.kind, had.owner, had.unit, had.balance, had.moved_to
        FROM {locked} AS wanted (kind, owner, unit) JOIN loyalty.account AS had USING (kind, owner, unit)
        ORDER BY had.id FOR NO KEY UPDATE OF had
    )
    SELECT id, kind, owner, unit, balance, moved_to FROM locked
    UNION ALL
    SELECT had.id, had.kind, had.owner, had.unit, 0, NULL
    FROM {counted} AS wanted (kind, owner, unit) JOIN loyalty.account AS had USING (kind, owner, unit)
    UNION ALL
    SELECT nextval('loyalty.transaction_id_seq'), NULL, NULL, NULL, NULL, NULL{numbers}
"""


@lru_cache(maxsize=100)
def _take(locked: int, counted: int, numbers: int) -> str:
    """The statement. Few rows are spelled out: then PostgreSQL knows how many there are, and does not plan it each time anew."""
    return _TAKE.format(
        locked=_wanted("locked", locked),
        counted=_wanted("counted", counted),
        numbers="" if numbers == 1 else " FROM generate_series(1, CAST(:numbers AS integer))",
    )


def _wanted(name: str, number: int) -> str:
    if not 1 <= number <= _FEW:
        return _ARRAYS.format(name=name)
    lines = [
        f"(CAST(:{name}_kind{n} AS text), CAST(:{name}_owner{n} AS bigint), CAST(:{name}_unit{n} AS text))"
        for n in range(number)
    ]
    return f"(VALUES {', '.join(lines)})"


def _parameters(name: str, accounts: Sequence[Account]) -> dict[str, Any]:
    if 1 <= len(accounts) <= _FEW:
        fields = ("kind", "owner", "unit")
        return {
            f"{name}_{field}{n}": value
            for n, one in enumerate(accounts)
            for field, value in zip(fields, one, strict=True)
        }
    return {f"{name}_{field}s": [one[n] for one in accounts] for n, field in enumerate(("kind", "owner", "unit"))}


def take(
    conn: Connection, locked: Sequence[Account], counted: Sequence[Account], numbers: int
) -> tuple[list[Found], list[int]]:
    """Lock accounts and look up those that nobody locks; those that there are. Also gives out ids of transactions."""
    parameters = {**_parameters("locked", locked), **_parameters("counted", counted), "numbers": numbers}
    few = (min(len(locked), _FEW + 1), min(len(counted), _FEW + 1), min(numbers, 2))
    found = rows(conn, _take(*few), **parameters)
    return [_found(row) for row in found if row[1] is not None], [row[0] for row in found if row[1] is None]


def lock(conn: Connection, ids: Iterable[int]) -> list[Found]:
    """Lock accounts by their ids."""
    found = rows(
        conn,
        """SELECT id, kind, owner, unit, balance, moved_to FROM loyalty.account
           WHERE id = ANY(CAST(:ids AS bigint[])) ORDER BY id FOR NO KEY UPDATE""",
        ids=sorted(set(ids)),
    )
    return [_found(row) for row in found]


def make(conn: Connection, accounts: Collection[Account], below_zero: Collection[str]) -> None:
    """Make accounts where there are none; those of some kinds may go below zero."""
    wanted = sorted(accounts)
    run(
        conn,
        """
        INSERT INTO loyalty.account (kind, owner, unit, below_zero)
        SELECT kind, owner, unit, kind = ANY(CAST(:below_zero AS text[]))
        FROM unnest(CAST(:kinds AS text[]), CAST(:owners AS bigint[]), CAST(:units AS text[])) AS new (kind, owner, unit)
        ON CONFLICT DO NOTHING
        """,
        kinds=[one.kind for one in wanted],
        owners=[one.owner for one in wanted],
        units=[one.unit for one in wanted],
        below_zero=list(below_zero),
    )


def find(conn: Connection, accounts: Sequence[Account]) -> dict[Account, Found]:
    """Accounts as they are now, without a lock."""
    found = rows(
        conn,
        """
        SELECT had.id, had.kind, had.owner, had.unit, had.balance, had.moved_to
        FROM unnest(CAST(:kinds AS text[]), CAST(:owners AS bigint[]), CAST(:units AS text[])) AS wanted (kind, owner, unit)
        JOIN loyalty.account AS had USING (kind, owner, unit)
        """,
        kinds=[one.kind for one in accounts],
        owners=[one.owner for one in accounts],
        units=[one.unit for one in accounts],
    )
    return {one.account: one for one in map(_found, found)}


def of_owner(conn: Connection, kinds: Sequence[str], owners: Sequence[int]) -> list[Found]:
    """Accounts of these kinds and owners that were not moved to somebody else's."""
    found = rows(
        conn,
        """SELECT id, kind, owner, unit, balance, moved_to FROM loyalty.account
           WHERE owner = ANY(CAST(:owners AS bigint[])) AND kind = ANY(CAST(:kinds AS text[])) AND moved_to IS NULL
           ORDER BY unit, kind, owner""",
        owners=list(owners),
        kinds=list(kinds),
    )
    return [_found(row) for row in found]


def of_things(conn: Connection, kind: str, after: tuple[int, str], limit: int) -> list[Account]:
    """Accounts of this kind behind an owner and unit, by these."""
    found = rows(
        conn,
        """SELECT kind, owner, unit FROM loyalty.account
           WHERE kind = :kind AND (owner, unit) > (CAST(:owner AS bigint), CAST(:unit AS text) COLLATE "C")
           ORDER BY owner, unit LIMIT :limit""",
        kind=kind,
        owner=after[0],
        unit=after[1],
        limit=limit,
    )
    return [Account(*row) for row in found]


def move(conn: Connection, old: Sequence[int], new: Sequence[int]) -> None:
    """From now on everything for the old accounts goes to the new ones, also what went to the old ones."""
    run(
        conn,
        """
        UPDATE loyalty.account AS had SET moved_to = went.new
        FROM unnest(CAST(:old AS bigint[]), CAST(:new AS bigint[])) AS went (old, new)
        WHERE had.id = went.old OR had.moved_to = went.old
        """,
        old=list(old),
        new=list(new),
    )


def units(conn: Connection) -> list[Unit]:
    return [
        Unit(*row) for row in rows(conn, "SELECT code, kind, name, grace_days, by_hand FROM loyalty.unit ORDER BY code")
    ]


def write_unit(conn: Connection, unit: Unit) -> None:
    run(
        conn,
        """INSERT INTO loyalty.unit (code, kind, name, grace_days, by_hand)
           VALUES (:code, :kind, :name, :grace_days, :by_hand)
           ON CONFLICT (code) DO UPDATE SET name = excluded.name, grace_days = excluded.grace_days, by_hand = excluded.by_hand""",
        code=unit.code,
        kind=unit.kind,
        name=unit.name,
        grace_days=unit.grace_days,
        by_hand=unit.by_hand,
    )


def counted_balance(conn: Connection, account_id: int) -> int:
    """Of an account whose balance the sealer counts: with what is not sealed yet.

    What waits is looked up by its key, one by one: joined freely, statistics of an hour ago that know few postings let
    the planner read all that waits for each of them.
    """
    found = one(
        conn,
        """
        SELECT balance + coalesce((
            SELECT sum(new.amount) FROM loyalty.unsealed AS waits CROSS JOIN LATERAL (
                SELECT sum(posting.amount) AS amount FROM loyalty.posting
                WHERE posting.account_id = :id AND posting.transaction_id = waits.transaction_id
            ) AS new), 0)
        FROM loyalty.account WHERE id = :id
        """,
        id=account_id,
    )
    return int(found[0]) if found else 0


def _found(row: Sequence[Any]) -> Found:
    return Found(row[0], Account(row[1], row[2], row[3]), row[4], row[5])
