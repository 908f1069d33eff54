"""Writing down what was decided. Every function is set-based and does nothing for nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection

from siyu.engines.postgres import rows, run
from siyu.identity.rules.claims import Key

_PEOPLE_LOCK: Final = 0x5159_5530_0006


def hold_people(conn: Connection, *, alone: bool) -> None:
    """The lock of all who write rows by customer, in common or alone, until the end of the transaction."""
    shared = "" if alone else "_shared"
    run(conn, f"SELECT pg_advisory_xact_lock{shared}(:key)", key=_PEOPLE_LOCK)


class NewIdentifier(NamedTuple):
    """An identifier to be made."""

    id: int
    customer_id: int
    key: Key
    seen: datetime


class EvidenceRow(NamedTuple):
    """An edge to be made, or to be brought up to what was decided now."""

    stronger: int
    weaker: int
    contact_seq: int | None
    self_seq: int | None
    seen: datetime
    source_id: int
    message_id: str
    strength: int
    state: int
    reason: str


class LedgerRow(NamedTuple):
    """An act to be entered in the ledger."""

    seq: int
    op: str
    customer_id: int
    other_id: int
    identifiers: list[int]
    stronger: int
    weaker: int
    actor: str
    reason: str


def take(conn: Connection, sequence: str, count: int) -> list[int]:
    """The next ``count`` numbers of ``id_seq`` or ``log_seq``."""
    if count == 0:
        return []
    found = rows(conn, f"SELECT nextval('identity.{sequence}') FROM generate_series(1, :count)", count=count)
    return [row[0] for row in found]


def insert_customers(conn: Connection, ids: Sequence[int], now: datetime) -> None:
    """New customers."""
    if ids:
        run(
            conn,
            "INSERT INTO identity.customer (id, created_at) SELECT id, :now FROM unnest(CAST(:ids AS bigint[])) AS n(id)",
            ids=list(ids), now=now,
        )  # fmt: skip


def insert_identifiers(conn: Connection, new: Sequence[NewIdentifier], now: datetime) -> bool:
    """New identifiers. False when another transaction made one of them first (then nothing of this may stay).

    In the order of their values, so that two transactions with the same ones wait for each other only one way.
    """
    if not new:
        return True
    ordered = sorted(new, key=lambda item: item.key)
    made = rows(
        conn,
        """
        INSERT INTO identity.identifier (id, customer_id, type, scope, value, first_seen, last_seen)
        SELECT id, customer_id, type, scope, value, seen, greatest(seen, :now)
        FROM unnest(CAST(:ids AS bigint[]), CAST(:customers AS bigint[]), CAST(:types AS text[]),
                    CAST(:scopes AS text[]), CAST(:values AS text[]), CAST(:seen AS timestamptz[]))
             AS n(id, customer_id, type, scope, value, seen)
        ON CONFLICT (value, type, scope) DO NOTHING RETURNING id
        """,
        ids=[item.id for item in ordered], customers=[item.customer_id for item in ordered],
        types=[item.key[0] for item in ordered], scopes=[item.key[1] for item in ordered],
        values=[item.key[2] for item in ordered], seen=[item.seen for item in ordered], now=now,
    )  # fmt: skip
    return len(made) == len(new)


def move_identifiers(conn: Connection, changes: Sequence[tuple[int, int, int, bool]]) -> None:
    """(identifier, customer, conflicts, left a customer) of those that changed."""
    if changes:
        run(
            conn,
            """
            UPDATE identity.identifier i
            SET customer_id = n.customer_id, conflicts = n.conflicts, moved = i.moved OR n.moved
            FROM unnest(CAST(:ids AS bigint[]), CAST(:customers AS bigint[]), CAST(:conflicts AS smallint[]),
                        CAST(:moved AS boolean[])) AS n(id, customer_id, conflicts, moved)
            WHERE i.id = n.id
            """,
            ids=[c[0] for c in changes], customers=[c[1] for c in changes], conflicts=[c[2] for c in changes],
            moved=[c[3] for c in changes],
        )  # fmt: skip


def merge_customers(conn: Connection, merges: Sequence[tuple[int, int]]) -> None:
    """(loser, final winner): the loser is closed."""
    if merges:
        run(
            conn,
            """
            UPDATE identity.customer c SET merged_into = n.winner
            FROM unnest(CAST(:losers AS bigint[]), CAST(:winners AS bigint[])) AS n(loser, winner) WHERE c.id = n.loser
            """,
            losers=[m[0] for m in merges], winners=[m[1] for m in merges],
        )  # fmt: skip


def write_aliases(
    conn: Connection, merges: Sequence[tuple[int, int]], moved: Sequence[tuple[int, int]], version: int
) -> list[tuple[int, int]]:
    """Bring the alias map up to date; return every (id, customer) of it that is new or changed.

    Args:
        conn: an open transaction.
        merges: (loser, final winner).
        moved: (identifier, its customer now) of identifiers that left a customer.
        version: grows with every change.
    """
    if not merges and not moved:
        return []
    repointed = rows(
        conn,
        """
        UPDATE identity.alias a SET customer_id = n.winner, version = :version
        FROM unnest(CAST(:losers AS bigint[]), CAST(:winners AS bigint[])) AS n(loser, winner)
        WHERE a.customer_id = n.loser RETURNING a.id, a.customer_id
        """,
        losers=[m[0] for m in merges], winners=[m[1] for m in merges], version=version,
    )  # fmt: skip
    fresh = [(*pair, False) for pair in merges] + [(*pair, True) for pair in moved]
    run(
        conn,
        """
        INSERT INTO identity.alias (id, customer_id, version, is_identifier)
        SELECT id, customer_id, :version, is_identifier
        FROM unnest(CAST(:ids AS bigint[]), CAST(:customers AS bigint[]), CAST(:kinds AS boolean[]))
             AS n(id, customer_id, is_identifier)
        ON CONFLICT (id) DO UPDATE SET customer_id = excluded.customer_id, version = excluded.version
        """,
        ids=[f[0] for f in fresh], customers=[f[1] for f in fresh], kinds=[f[2] for f in fresh], version=version,
    )  # fmt: skip
    return sorted(({row[0]: row[1] for row in repointed} | {f[0]: f[1] for f in fresh}).items())


def write_departures(conn: Connection, left: Sequence[tuple[int, int]]) -> None:
    """(customer, identifier) of identifiers that left."""
    if left:
        run(
            conn,
            """
            INSERT INTO identity.departure (customer_id, identifier_id)
            SELECT DISTINCT * FROM unnest(CAST(:customers AS bigint[]), CAST(:ids AS bigint[])) ON CONFLICT DO NOTHING
            """,
            customers=[pair[0] for pair in left], ids=[pair[1] for pair in left],
        )  # fmt: skip


def write_evidence(conn: Connection, found: Sequence[EvidenceRow], now: datetime) -> None:
    """One row a pair: made, or brought up to date. What came first stays what came first."""
    if not found:
        return
    columns = list(zip(*found, strict=True))
    names = ("stronger", "weaker", "contact_seq", "self_seq", "seen", "source_id", "message_id", "strength", "state", "reason")  # fmt: skip
    run(
        conn,
        """
        INSERT INTO identity.evidence AS e (stronger, weaker, contact_seq, self_seq, first_seen, last_seen, source_id,
                                            message_id, strength, state, reason, times)
        SELECT stronger, weaker, contact_seq, self_seq, seen, greatest(seen, :now), source_id, message_id, strength,
               state, reason, 1
        FROM unnest(CAST(:stronger AS bigint[]), CAST(:weaker AS bigint[]), CAST(:contact_seq AS bigint[]),
                    CAST(:self_seq AS bigint[]), CAST(:seen AS timestamptz[]), CAST(:source_id AS bigint[]),
                    CAST(:message_id AS text[]), CAST(:strength AS smallint[]), CAST(:state AS smallint[]),
                    CAST(:reason AS text[]))
             AS n(stronger, weaker, contact_seq, self_seq, seen, source_id, message_id, strength, state, reason)
        ON CONFLICT (stronger, weaker) DO UPDATE SET
            contact_seq = coalesce(e.contact_seq, excluded.contact_seq),
            self_seq = coalesce(e.self_seq, excluded.self_seq),
            strength = excluded.strength, state = excluded.state, reason = excluded.reason,
            last_seen = greatest(e.last_seen, excluded.last_seen), times = e.times + 1
        """,
        now=now, **{name: list(column) for name, column in zip(names, columns, strict=True)},
    )  # fmt: skip


def change_evidence(conn: Connection, changes: Sequence[tuple[int, int, int, str]]) -> None:
    """(stronger, weaker, state, reason) of edges that no longer hold, or hold by an operator's word."""
    if changes:
        run(
            conn,
            """
            UPDATE identity.evidence e SET state = n.state, reason = n.reason
            FROM unnest(CAST(:stronger AS bigint[]), CAST(:weaker AS bigint[]), CAST(:state AS smallint[]),
                        CAST(:reason AS text[])) AS n(stronger, weaker, state, reason)
            WHERE e.stronger = n.stronger AND e.weaker = n.weaker
            """,
            stronger=[c[0] for c in changes], weaker=[c[1] for c in changes], state=[c[2] for c in changes],
            reason=[c[3] for c in changes],
        )  # fmt: skip


def touch(conn: Connection, identifiers: Sequence[int], seen_pairs: Sequence[tuple[int, int]], now: datetime) -> None:
    """Note that these were seen again. A row that somebody else holds is skipped: this is coarse on purpose."""
    if identifiers:
        run(
            conn,
            """
            WITH free AS (SELECT id FROM identity.identifier WHERE id = ANY(CAST(:ids AS bigint[]))
                          FOR NO KEY UPDATE SKIP LOCKED)
            UPDATE identity.identifier i SET last_seen = greatest(i.last_seen, :now) FROM free WHERE i.id = free.id
            """,
            ids=list(identifiers), now=now,
        )  # fmt: skip
    if seen_pairs:
        run(
            conn,
            """
            WITH free AS (
                SELECT e.stronger, e.weaker FROM identity.evidence e
                JOIN unnest(CAST(:stronger AS bigint[]), CAST(:weaker AS bigint[])) AS n(stronger, weaker)
                  USING (stronger, weaker)
                FOR NO KEY UPDATE OF e SKIP LOCKED)
            UPDATE identity.evidence e SET last_seen = greatest(e.last_seen, :now), times = e.times + 1
            FROM free WHERE e.stronger = free.stronger AND e.weaker = free.weaker
            """,
            stronger=[pair[0] for pair in seen_pairs], weaker=[pair[1] for pair in seen_pairs], now=now,
        )  # fmt: skip


def write_aparts(conn: Connection, keep: Sequence[tuple[int, int]], lift: Sequence[tuple[int, int]]) -> None:
    """Pairs of identifiers, the lower id first, to be kept apart, and such that may come together again."""
    for sql, chosen in (
        ("INSERT INTO identity.apart (one, other) SELECT n.one, n.other FROM n ON CONFLICT DO NOTHING", keep),
        ("DELETE FROM identity.apart a USING n WHERE a.one = n.one AND a.other = n.other", lift),
    ):
        if chosen:
            run(
                conn,
                f"""
                WITH n AS (SELECT * FROM unnest(CAST(:one AS bigint[]), CAST(:other AS bigint[])) AS n(one, other))
                {sql}
                """,
                one=[pair[0] for pair in chosen], other=[pair[1] for pair in chosen],
            )  # fmt: skip


def write_ledger(conn: Connection, entries: Sequence[LedgerRow], now: datetime) -> None:
    """Enter acts, in this order."""
    if not entries:
        return
    columns = {name: [getattr(entry, name) for entry in entries] for name in LedgerRow._fields}
    columns["identifiers"] = ["{" + ",".join(map(str, entry.identifiers)) + "}" for entry in entries]
    run(
        conn,
        """
        INSERT INTO identity.ledger (seq, op, customer_id, other_id, identifiers, stronger, weaker, actor, reason, at)
        SELECT seq, op, customer_id, other_id, CAST(identifiers AS bigint[]), stronger, weaker, actor, reason, :now
        FROM unnest(CAST(:seq AS bigint[]), CAST(:op AS text[]), CAST(:customer_id AS bigint[]),
                    CAST(:other_id AS bigint[]), CAST(:identifiers AS text[]), CAST(:stronger AS bigint[]),
                    CAST(:weaker AS bigint[]), CAST(:actor AS text[]), CAST(:reason AS text[])) WITH ORDINALITY
             AS n(seq, op, customer_id, other_id, identifiers, stronger, weaker, actor, reason, place)
        ORDER BY place
        """,
        now=now, **columns,
    )  # fmt: skip


def mark_moved(conn: Connection, identifiers: Sequence[int]) -> None:
    """These left a customer."""
    if identifiers:
        run(
            conn,
            "UPDATE identity.identifier SET moved = true WHERE id = ANY(CAST(:ids AS bigint[]))",
            ids=list(identifiers),
        )


def blank(conn: Connection, customer_id: int) -> None:
    """Identifiers of a customer lose their values; each keeps its place in the graph.

    What stands there instead has the form of a fingerprint, which rooms take to the vault, and nobody can name it.
    """
    run(
        conn,
        """UPDATE identity.identifier SET value = replace(CAST(gen_random_uuid() AS text), '-', '')
           WHERE customer_id = :id""",
        id=customer_id,
    )
