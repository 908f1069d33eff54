"""Offers."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection

from siyu.engines.postgres import one, rows, scalar
from siyu.rewards.types import TERMS, Offer, OfferTerms

_FIELDS: Final = "id, CAST(terms AS text), state, version, created_at, changed_at"


def insert(conn: Connection, terms: OfferTerms, now: datetime) -> Offer:
    """A new draft."""
    found = one(
        conn,
        f"""INSERT INTO rewards.offer (terms, state, version, created_at, changed_at)
            VALUES (CAST(:terms AS jsonb), 'draft', 1, :now, :now) RETURNING {_FIELDS}""",
        terms=TERMS.dump_json(terms).decode(),
        now=now,
    )
    assert found is not None
    return offer_of(found)


def find(conn: Connection, offer_id: int, *, lock: bool = False) -> Offer | None:
    found = one(
        conn,
        f"SELECT {_FIELDS} FROM rewards.offer WHERE id = :id {'FOR NO KEY UPDATE' if lock else ''}",
        id=offer_id,
    )
    return offer_of(found) if found else None


def find_many(conn: Connection, ids: Collection[int]) -> list[Offer]:
    """Those of these offers that there are."""
    found = rows(
        conn, f"SELECT {_FIELDS} FROM rewards.offer WHERE id = ANY(CAST(:ids AS bigint[])) ORDER BY id", ids=sorted(ids)
    )
    return [offer_of(row) for row in found]


def write(conn: Connection, offer_id: int, terms: OfferTerms, state: str, version: int, now: datetime) -> None:
    """Change a locked offer."""
    scalar(
        conn,
        """UPDATE rewards.offer SET terms = CAST(:terms AS jsonb), state = :state, version = :version, changed_at = :now
           WHERE id = :id RETURNING id""",
        id=offer_id,
        terms=TERMS.dump_json(terms).decode(),
        state=state,
        version=version,
        now=now,
    )


def page(conn: Connection, states: Collection[str], before: int | None, limit: int) -> list[Offer]:
    """Offers in these states, newest first."""
    found = rows(
        conn,
        f"""SELECT {_FIELDS} FROM rewards.offer
            WHERE state = ANY(CAST(:states AS text[])) AND (CAST(:before AS bigint) IS NULL OR id < :before)
            ORDER BY id DESC LIMIT :limit""",
        states=sorted(states),
        before=before,
        limit=limit,
    )
    return [offer_of(row) for row in found]


def lock_live(conn: Connection) -> list[Offer]:
    """Every offer that is live; none becomes live, or changes, until the end of the transaction."""
    scalar(conn, "SELECT pg_advisory_xact_lock(hashtext('rewards.live'))")
    return [
        offer_of(row) for row in rows(conn, f"SELECT {_FIELDS} FROM rewards.offer WHERE state = 'live' ORDER BY id")
    ]


def hold_rules(conn: Connection) -> None:
    """What points are worth does not change until the end of the transaction."""
    scalar(conn, "SELECT pg_advisory_xact_lock_shared(hashtext('rewards.live'))")


def offer_of(row: Sequence[Any]) -> Offer:
    return Offer(row[0], _parsed(row[1]), *row[2:6])


@lru_cache(maxsize=500)
def _parsed(said: str) -> OfferTerms:
    """Terms as they lie there: of an offer that many want at once they are read once."""
    return TERMS.validate_json(said)
