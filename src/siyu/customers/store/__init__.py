"""All SQL of customers. The lock on a profile row also stands for the customer's relations and consents."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from siyu.customers.rules import Traits
from siyu.customers.types import Consent, ConsentChange, Relation, Tag, TagChange
from siyu.engines.postgres import AnyRow, rows, run


@dataclass(slots=True)
class StoredProfile:
    """A row of ``customers.profile``."""

    customer_id: int
    traits: Traits
    first_seen_at: datetime
    last_seen_at: datetime
    first_source_id: int


@dataclass(slots=True)
class StoredRelation:
    """A row of ``customers.relation``; ``as_of`` is the time of the newest word on it."""

    customer_id: int
    kind: str
    scope: str
    since: datetime
    ended_at: datetime | None
    source: str
    as_of: datetime


_PROFILE: Final = "customer_id, traits, personal, trait_times, first_seen_at, last_seen_at, first_source_id"
_SEEN: Final = """
    unnest(CAST(:ids AS bigint[]), CAST(:first AS timestamptz[]), CAST(:last AS timestamptz[]),
           CAST(:sources AS bigint[])) AS seen (customer_id, first, last, source_id)
"""
_MOVES: Final = "seen.last >= old.last_seen_at + interval '10 minutes' OR seen.first < old.first_seen_at"


def touch(
    conn: Connection,
    ids: Sequence[int],
    first: Sequence[datetime],
    last: Sequence[datetime],
    sources: Sequence[int],
    *,
    lock: Iterable[int] = (),
) -> None:
    """Make profiles that are missing; move ``last_seen_at`` where that is ten minutes or more, ``first_seen_at`` back.

    Rows that need neither are not even locked, unless they are among ``lock``: then they are locked together with the
    rest in the order of their ids, so that two batches never wait for each other.
    """
    seen = {"ids": list(ids), "first": list(first), "last": list(last), "sources": list(sources)}
    if lock:
        run(
            conn,
            f"""
            SELECT FROM {_SEEN} JOIN customers.profile AS old USING (customer_id)
            WHERE {_MOVES} OR customer_id = ANY(CAST(:lock AS bigint[]))
            ORDER BY customer_id FOR UPDATE OF old
            """,
            **seen,
            lock=list(lock),
        )
    run(
        conn,
        f"""
        INSERT INTO customers.profile AS profile (customer_id, first_seen_at, last_seen_at, first_source_id)
        SELECT seen.customer_id, seen.first, seen.last, seen.source_id
        FROM {_SEEN} LEFT JOIN customers.profile AS old ON old.customer_id = seen.customer_id
        WHERE old.customer_id IS NULL OR {_MOVES}
        ORDER BY seen.customer_id
        ON CONFLICT (customer_id) DO UPDATE
        SET last_seen_at = greatest(profile.last_seen_at, excluded.last_seen_at),
            first_seen_at = least(profile.first_seen_at, excluded.first_seen_at),
            first_source_id = CASE WHEN excluded.first_seen_at < profile.first_seen_at
                                   THEN excluded.first_source_id ELSE profile.first_source_id END
        """,
        **seen,
    )


def profiles(conn: Connection, ids: Iterable[int], *, lock: bool = False) -> dict[int, StoredProfile]:
    """The profiles that exist among ``ids``, by id."""
    found = rows(
        conn,
        f"""SELECT {_PROFILE} FROM customers.profile WHERE customer_id = ANY(CAST(:ids AS bigint[]))
            ORDER BY customer_id {"FOR UPDATE" if lock else ""}""",
        ids=sorted(ids),
    )
    return {row[0]: StoredProfile(row[0], Traits(*row[1:4]), *row[4:]) for row in found}


def without_profile(conn: Connection, ids: Sequence[int]) -> list[int]:
    """Those of these ids that have no profile."""
    return [
        row[0]
        for row in rows(
            conn,
            """SELECT id FROM unnest(CAST(:ids AS bigint[])) AS asked (id)
               WHERE NOT EXISTS (SELECT FROM customers.profile WHERE customer_id = id) ORDER BY id""",
            ids=list(ids),
        )
    ]


def write_profiles(conn: Connection, written: Sequence[StoredProfile]) -> None:
    """Insert or overwrite whole profiles."""
    if not written:
        return
    run(
        conn,
        f"""
        INSERT INTO customers.profile ({_PROFILE}, tokens)
        SELECT {_PROFILE}, ARRAY(SELECT DISTINCT value FROM jsonb_each_text(personal) ORDER BY value)
        FROM json_to_recordset(CAST(:profiles AS json)) AS new (customer_id bigint, traits jsonb, personal jsonb,
            trait_times jsonb, first_seen_at timestamptz, last_seen_at timestamptz, first_source_id bigint)
        ORDER BY customer_id
        ON CONFLICT (customer_id) DO UPDATE
        SET traits = excluded.traits, personal = excluded.personal, trait_times = excluded.trait_times,
            tokens = excluded.tokens, first_seen_at = excluded.first_seen_at, last_seen_at = excluded.last_seen_at,
            first_source_id = excluded.first_source_id
        """,
        profiles=_json(
            [
                {
                    "customer_id": one.customer_id,
                    "traits": one.traits.plain,
                    "personal": one.traits.personal,
                    "trait_times": one.traits.times,
                    "first_seen_at": one.first_seen_at,
                    "last_seen_at": one.last_seen_at,
                    "first_source_id": one.first_source_id,
                }
                for one in written
            ]
        ),
    )


def relations(conn: Connection, ids: Iterable[int]) -> list[StoredRelation]:
    """Every relation, standing or ended, of the customers."""
    return [
        StoredRelation(*row)
        for row in rows(
            conn,
            """SELECT customer_id, kind, scope, since, ended_at, source, as_of FROM customers.relation
               WHERE customer_id = ANY(CAST(:ids AS bigint[])) ORDER BY customer_id, kind, scope""",
            ids=list(ids),
        )
    ]


def write_relations(conn: Connection, written: Sequence[StoredRelation]) -> None:
    """Insert or overwrite relations."""
    if not written:
        return
    run(
        conn,
        """
        INSERT INTO customers.relation (customer_id, kind, scope, since, ended_at, source, as_of)
        SELECT customer_id, kind, scope, since, ended_at, source, as_of
        FROM json_to_recordset(CAST(:relations AS json)) AS new (customer_id bigint, kind text, scope text,
            since timestamptz, ended_at timestamptz, source text, as_of timestamptz)
        ON CONFLICT (customer_id, kind, scope) DO UPDATE
        SET since = excluded.since, ended_at = excluded.ended_at, source = excluded.source, as_of = excluded.as_of
        """,
        relations=_json([{name: getattr(one, name) for name in StoredRelation.__slots__} for one in written]),
    )


def consents(conn: Connection, ids: Iterable[int]) -> dict[tuple[int, str, str], Consent]:
    """By (customer, channel, purpose)."""
    return {
        (row[0], row[1], row[2]): Consent(*row[1:])
        for row in rows(
            conn,
            """SELECT customer_id, channel, purpose, state, since, source FROM customers.consent
               WHERE customer_id = ANY(CAST(:ids AS bigint[])) ORDER BY customer_id, channel, purpose""",
            ids=list(ids),
        )
    }


def consent_states(conn: Connection, ids: Sequence[int]) -> list[AnyRow]:
    """(customer, channel, purpose, state)."""
    return rows(
        conn,
        """SELECT customer_id, channel, purpose, state FROM customers.consent
           WHERE customer_id = ANY(CAST(:ids AS bigint[]))""",
        ids=list(ids),
    )


def zones(conn: Connection, ids: Sequence[int]) -> dict[int, str]:
    """The trait ``timezone`` of those who have it as a text."""
    found = rows(
        conn,
        """SELECT customer_id, traits ->> 'timezone' FROM customers.profile
           WHERE customer_id = ANY(CAST(:ids AS bigint[])) AND jsonb_typeof(traits -> 'timezone') = 'string'""",
        ids=list(ids),
    )
    return {int(row[0]): str(row[1]) for row in found}


def write_consents(conn: Connection, written: Mapping[tuple[int, str, str], Consent | ConsentChange]) -> None:
    """Insert or overwrite what customers agreed to."""
    if not written:
        return
    run(
        conn,
        """
        INSERT INTO customers.consent (customer_id, channel, purpose, state, since, source)
        SELECT customer_id, channel, purpose, state, since, source
        FROM json_to_recordset(CAST(:consents AS json)) AS new (customer_id bigint, channel text, purpose text,
            state text, since timestamptz, source text)
        ON CONFLICT (customer_id, channel, purpose) DO UPDATE
        SET state = excluded.state, since = excluded.since, source = excluded.source
        """,
        consents=_json(
            [
                {
                    "customer_id": key[0],
                    "channel": key[1],
                    "purpose": key[2],
                    "state": one.state,
                    "since": one.at if isinstance(one, ConsentChange) else one.since,
                    "source": one.source,
                }
                for key, one in written.items()
            ]
        ),
    )


def add_tags(conn: Connection, changes: Sequence[TagChange]) -> dict[tuple[int, str], bool]:
    """Put tags on customers; returns (customer, tag) of what is new, and whether no source had put it before."""
    found = rows(
        conn,
        """
        WITH wanted AS (
            SELECT DISTINCT ON (customer_id, tag, source) *
            FROM json_to_recordset(CAST(:tags AS json))
                AS new (customer_id bigint, tag text, source text, since timestamptz)
            ORDER BY customer_id, tag, source, since
        ), made AS (
            INSERT INTO customers.tag (customer_id, tag, source, since) SELECT * FROM wanted
            ON CONFLICT (customer_id, tag, source) DO NOTHING RETURNING customer_id, tag
        )
        SELECT DISTINCT customer_id, tag,
               NOT EXISTS (SELECT FROM customers.tag AS old
                           WHERE old.customer_id = made.customer_id AND old.tag = made.tag)
        FROM made
        """,
        tags=_tags(changes),
    )
    return {(row[0], row[1]): row[2] for row in found}


def remove_tags(conn: Connection, changes: Sequence[TagChange]) -> dict[tuple[int, str], bool]:
    """Take tags of a source off; returns (customer, tag) of what is gone, and whether no source holds it any more."""
    found = rows(
        conn,
        """
        WITH gone AS (
            DELETE FROM customers.tag USING json_to_recordset(CAST(:tags AS json))
                AS new (customer_id bigint, tag text, source text)
            WHERE tag.customer_id = new.customer_id AND tag.tag = new.tag AND tag.source = new.source
            RETURNING tag.customer_id, tag.tag, tag.source
        )
        SELECT DISTINCT customer_id, tag, NOT EXISTS (
            SELECT FROM customers.tag AS kept
            WHERE kept.customer_id = gone.customer_id AND kept.tag = gone.tag
              AND (kept.customer_id, kept.tag, kept.source) NOT IN (SELECT customer_id, tag, source FROM gone)
        )
        FROM gone
        """,
        tags=_tags(changes),
    )
    return {(row[0], row[1]): row[2] for row in found}


def _tags(changes: Sequence[TagChange]) -> str:
    return _json(
        [{"customer_id": one.customer_id, "tag": one.tag, "source": one.source, "since": one.at} for one in changes]
    )


def tags(conn: Connection, ids: Sequence[int]) -> list[tuple[int, Tag]]:
    """Tags of customers with their sources, by name."""
    return [
        (row[0], Tag(*row[1:]))
        for row in rows(
            conn,
            """SELECT customer_id, tag, source, since FROM customers.tag
               WHERE customer_id = ANY(CAST(:ids AS bigint[])) ORDER BY customer_id, tag, source""",
            ids=list(ids),
        )
    ]


def move_tags(conn: Connection, losers: Sequence[int], winners: Sequence[int]) -> None:
    """Give the tags of losers to winners; of the same tag by the same source the earlier one stays."""
    run(
        conn,
        """
        WITH gone AS (
            DELETE FROM customers.tag USING unnest(CAST(:losers AS bigint[]), CAST(:winners AS bigint[]))
                AS pair (loser, winner)
            WHERE tag.customer_id = pair.loser
            RETURNING pair.winner, tag.tag, tag.source, tag.since
        )
        INSERT INTO customers.tag AS tag (customer_id, tag, source, since)
        SELECT winner, gone.tag, gone.source, min(gone.since) FROM gone GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        ON CONFLICT (customer_id, tag, source) DO UPDATE SET since = least(tag.since, excluded.since)
        """,
        losers=losers,
        winners=winners,
    )


def forget(conn: Connection, ids: Sequence[int]) -> None:
    """Delete the profile, relations and consents of customers that were merged away, and where they stood."""
    for table in ("relation", "consent", "profile", "standing"):
        run(conn, f"DELETE FROM customers.{table} WHERE customer_id = ANY(CAST(:ids AS bigint[]))", ids=ids)


_FILTERS: Final = {
    "token": "tokens <> '{}' AND tokens @> ARRAY[CAST(:token AS text)]",
    "tag": "EXISTS (SELECT FROM customers.tag WHERE tag.customer_id = profile.customer_id AND tag.tag = :tag)",
    "relation": "EXISTS (SELECT FROM customers.relation WHERE relation.customer_id = profile.customer_id "
    "AND relation.kind = :relation AND ended_at IS NULL)",
    "source_id": "first_source_id = :source_id",
    "seen_from": "last_seen_at >= :seen_from",
    "seen_before": "last_seen_at < :seen_before",
    "before_id": "customer_id < :before_id",
}


def page(conn: Connection, limit: int, **filters: Any) -> list[StoredProfile]:
    """Profiles that pass every filter given, newest customer first."""
    given = {name: value for name, value in filters.items() if value is not None}
    where = " AND ".join(["true", *(_FILTERS[name] for name in given)])
    found = rows(
        conn,
        f"SELECT {_PROFILE} FROM customers.profile WHERE {where} ORDER BY customer_id DESC LIMIT :limit",
        limit=limit,
        **given,
    )
    return [StoredProfile(row[0], Traits(*row[1:4]), *row[4:]) for row in found]


def standing_kinds(conn: Connection, ids: Sequence[int]) -> dict[int, list[str]]:
    """Kinds of the relations that stand, by customer."""
    return {
        row[0]: row[1]
        for row in rows(
            conn,
            """SELECT customer_id, array_agg(DISTINCT kind ORDER BY kind) FROM customers.relation
               WHERE customer_id = ANY(CAST(:ids AS bigint[])) AND ended_at IS NULL GROUP BY customer_id""",
            ids=list(ids),
        )
    }


def relation_counts(conn: Connection) -> dict[str, int]:
    """How many customers stand in each kind of relation."""
    return {
        row[0]: row[1]
        for row in rows(
            conn,
            """SELECT kind, count(DISTINCT customer_id) FROM customers.relation
               WHERE ended_at IS NULL GROUP BY kind""",
        )
    }


def as_relation(stored: StoredRelation) -> Relation:
    return Relation(stored.kind, stored.scope, stored.since, stored.ended_at, stored.source)


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
