"""Templates of coupons, and their figures."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from siyu.engines.postgres import one, rows, run
from siyu.rewards.types.coupons import COUPON, CouponTerms, Template

_FIELDS: Final = "id, CAST(terms AS text), state, version, created_at, changed_at"


class Figures(NamedTuple):
    """How many coupons of a template were made, are held, were used, ended and came back, and what was taken off."""

    issued: int
    held: int
    expired: int
    used: int
    used_fen: int
    returned: int


def insert(conn: Connection, terms: CouponTerms, now: datetime) -> Template | None:
    """A new draft; ``None`` when its shared code is another template's."""
    found = one(
        conn,
        f"""INSERT INTO rewards.template (terms, state, version, shared_code, created_at, changed_at)
            VALUES (CAST(:terms AS jsonb), 'draft', 1, :shared, :now, :now) ON CONFLICT DO NOTHING RETURNING {_FIELDS}""",
        terms=COUPON.dump_json(terms).decode(),
        shared=terms.shared_code,
        now=now,
    )
    return _template(found) if found else None


def write(conn: Connection, template_id: int, terms: CouponTerms, state: str, version: int, now: datetime) -> None:
    """Change a locked template."""
    run(
        conn,
        """UPDATE rewards.template SET terms = CAST(:terms AS jsonb), state = :state, version = :version, changed_at = :now
           WHERE id = :id""",
        id=template_id,
        terms=COUPON.dump_json(terms).decode(),
        state=state,
        version=version,
        now=now,
    )


def find(conn: Connection, template_id: int, *, lock: bool = False) -> Template | None:
    found = one(
        conn,
        f"SELECT {_FIELDS} FROM rewards.template WHERE id = :id {'FOR NO KEY UPDATE' if lock else ''}",
        id=template_id,
    )
    return _template(found) if found else None


def find_many(conn: Connection, ids: Collection[int]) -> dict[int, Template]:
    found = rows(
        conn,
        f"SELECT {_FIELDS} FROM rewards.template WHERE id = ANY(CAST(:ids AS bigint[]))",
        ids=sorted(ids),
    )
    return {row[0]: _template(row) for row in found}


def live_and(conn: Connection, ids: Collection[int]) -> dict[int, Template]:
    """Templates that are live, and these."""
    found = rows(
        conn,
        f"SELECT {_FIELDS} FROM rewards.template WHERE state = 'live' OR id = ANY(CAST(:ids AS bigint[])) ORDER BY id",
        ids=sorted(ids),
    )
    return {row[0]: _template(row) for row in found}


def of_shared_code(conn: Connection, code: str) -> Template | None:
    found = one(conn, f"SELECT {_FIELDS} FROM rewards.template WHERE shared_code = :code", code=code)
    return _template(found) if found else None


def page(conn: Connection, state: str | None, before: int | None, limit: int) -> list[Template]:
    """Newest first."""
    found = rows(
        conn,
        f"""SELECT {_FIELDS} FROM rewards.template
            WHERE (CAST(:state AS text) IS NULL OR state = :state) AND (CAST(:before AS bigint) IS NULL OR id < :before)
            ORDER BY id DESC LIMIT :limit""",
        state=state,
        before=before,
        limit=limit,
    )
    return [_template(row) for row in found]


def figures(conn: Connection, ids: Sequence[int], now: datetime) -> dict[int, Figures]:
    found = rows(
        conn,
        """
        SELECT asked.id, coalesce(made.issued, 0), coalesce(made.held, 0), coalesce(made.expired, 0),
               coalesce(gone.used, 0), coalesce(gone.off_fen, 0),
               (SELECT count(*) FROM rewards.use_coupon WHERE template_id = asked.id AND returned_at IS NOT NULL)
        FROM unnest(CAST(:ids AS bigint[])) AS asked (id)
        LEFT JOIN (
            SELECT template_id AS id, count(*) AS issued,
                   count(*) FILTER (WHERE state = 'held' AND coalesce(valid_until > :now, true)) AS held,
                   count(*) FILTER (WHERE state = 'expired' OR (state = 'held' AND valid_until <= :now)) AS expired
            FROM rewards.coupon WHERE template_id = ANY(CAST(:ids AS bigint[])) GROUP BY template_id
        ) AS made USING (id)
        LEFT JOIN (
            SELECT template_id AS id, count(*) AS used, CAST(sum(off_fen) AS bigint) AS off_fen FROM rewards.use_coupon
            WHERE returned_at IS NULL AND template_id = ANY(CAST(:ids AS bigint[])) GROUP BY template_id
        ) AS gone USING (id)
        """,
        ids=list(ids),
        now=now,
    )
    return {row[0]: Figures(*row[1:]) for row in found}


def _template(row: Sequence[Any]) -> Template:
    return Template(row[0], _parsed(row[1]), *row[2:6])


@lru_cache(maxsize=500)
def _parsed(said: str) -> CouponTerms:
    return COUPON.validate_json(said)
