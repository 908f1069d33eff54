"""Codes of invitations, and first sign-ins with who brought whom."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from siyu.engines.postgres import one, rows, run, scalar
from siyu.members.rules.invitations import First, Owner
from siyu.members.types import Referral

# Who turned out to be their own inviter was brought by nobody, nor was who had signed in before.
_REFERRED: Final = """
    came.inviter_id <> came.customer_id AND NOT EXISTS (
        SELECT FROM members.first_sign_in AS before WHERE before.customer_id = came.customer_id
            AND (before.at, before.identifier_id) < (came.at, came.identifier_id))"""
_COLUMNS: Final = "came.customer_id, came.inviter_id, came.at, came.way"


def code_of(conn: Connection, customer_id: int) -> str | None:
    """The oldest code of a customer's; a merged one may have several, which all count."""
    found = one(
        conn,
        """SELECT code FROM members.invitation WHERE customer_id = :id AND ended_at IS NULL
           ORDER BY made_at, identifier_id LIMIT 1""",
        id=customer_id,
    )
    return None if found is None else str(found[0])


def insert_code(conn: Connection, code: str, identifier_id: int, customer_id: int, now: datetime) -> None:
    """Nothing happens where the identifier has one, or somebody has the same."""
    run(
        conn,
        """INSERT INTO members.invitation (code, identifier_id, customer_id, made_at)
           VALUES (:code, :identifier_id, :customer_id, :now) ON CONFLICT DO NOTHING""",
        code=code,
        identifier_id=identifier_id,
        customer_id=customer_id,
        now=now,
    )


def owners(conn: Connection, codes: Collection[str]) -> dict[str, Owner]:
    """Whose these codes are; those that nobody has, or has no more, are absent."""
    found = rows(
        conn,
        """SELECT code, identifier_id, customer_id FROM members.invitation
           WHERE code = ANY(CAST(:codes AS text[])) AND ended_at IS NULL""",
        codes=sorted(codes),
    )
    return {row[0]: Owner(row[1], row[2]) for row in found}


def end_codes(conn: Connection, customer_id: int, now: datetime) -> None:
    run(
        conn,
        "UPDATE members.invitation SET ended_at = :now WHERE customer_id = :id AND ended_at IS NULL",
        id=customer_id,
        now=now,
    )


def lock(conn: Connection, customer_ids: Collection[int]) -> None:
    """Whoever notes a first sign-in by an invitation of one of these waits until this transaction ends."""
    run(
        conn,
        """SELECT pg_advisory_xact_lock(hashtext('members.first_sign_in'), CAST(id % 2147483647 AS integer))
           FROM (SELECT DISTINCT id FROM unnest(CAST(:ids AS bigint[])) AS of (id) ORDER BY id) AS ordered""",
        ids=sorted(customer_ids),
    )


def members(conn: Connection, customer_ids: Collection[int]) -> set[int]:
    """Those of these customers who have signed in."""
    found = rows(
        conn,
        "SELECT DISTINCT customer_id FROM members.first_sign_in WHERE customer_id = ANY(CAST(:ids AS bigint[]))",
        ids=sorted(customer_ids),
    )
    return {row[0] for row in found}


def insert(conn: Connection, firsts: Sequence[First]) -> set[int]:
    """Note first sign-ins; returns the identifiers of which none was noted before."""
    ordered = sorted(firsts, key=lambda first: first.signed_in.identifier_id)
    found = rows(
        conn,
        """
        INSERT INTO members.first_sign_in (identifier_id, customer_id, at, way, inviter_via, inviter_id)
        SELECT * FROM unnest(CAST(:identifiers AS bigint[]), CAST(:customers AS bigint[]), CAST(:ats AS timestamptz[]),
                             CAST(:ways AS text[]), CAST(:vias AS bigint[]), CAST(:inviters AS bigint[]))
        ON CONFLICT (identifier_id) DO NOTHING RETURNING identifier_id
        """,
        identifiers=[first.signed_in.identifier_id for first in ordered],
        customers=[first.signed_in.customer_id for first in ordered],
        ats=[first.signed_in.at for first in ordered],
        ways=[first.signed_in.way for first in ordered],
        vias=[first.inviter and first.inviter.identifier_id for first in ordered],
        inviters=[first.inviter and first.inviter.customer_id for first in ordered],
    )
    return {row[0] for row in found}


def move(conn: Connection, losers: Sequence[int], winners: Sequence[int]) -> None:
    """After merges: codes and sign-ins of each loser are the winner's."""
    for table, column in _HELD:
        run(
            conn,
            f"""UPDATE members.{table} AS had SET {column} = pair.winner
                FROM unnest(CAST(:losers AS bigint[]), CAST(:winners AS bigint[])) AS pair (loser, winner)
                WHERE had.{column} = pair.loser""",
            losers=list(losers),
            winners=list(winners),
        )


_HELD: Final = (("invitation", "customer_id"), ("first_sign_in", "customer_id"), ("first_sign_in", "inviter_id"))


def part(conn: Connection, identifier_ids: Sequence[int], customer_id: int) -> None:
    """After a split: what belongs to these identifiers belongs to this customer."""
    for (table, column), via in zip(_HELD, ("identifier_id", "identifier_id", "inviter_via"), strict=True):
        run(
            conn,
            f"UPDATE members.{table} SET {column} = :customer WHERE {via} = ANY(CAST(:ids AS bigint[]))",
            customer=customer_id,
            ids=list(identifier_ids),
        )


def brought_by(conn: Connection, customer_ids: Collection[int]) -> list[Referral]:
    """Who brought these customers, each with their own; who was brought by nobody is absent."""
    return _referrals(conn, "came.customer_id = ANY(CAST(:ids AS bigint[]))", ids=sorted(customer_ids))


def friends(conn: Connection, inviter_ids: Collection[int]) -> list[Referral]:
    """Whom these customers brought, the newest first."""
    return _referrals(conn, "came.inviter_id = ANY(CAST(:ids AS bigint[]))", ids=sorted(inviter_ids))


def between(conn: Connection, since: datetime | None, until: datetime | None, inviter_id: int | None) -> list[int]:
    """Customers who were brought from ``since`` on and before ``until``, by anybody or by this one."""
    condition = """(CAST(:since AS timestamptz) IS NULL OR came.at >= :since)
        AND (CAST(:until AS timestamptz) IS NULL OR came.at < :until)
        AND (CAST(:inviter AS bigint) IS NULL OR came.inviter_id = :inviter)"""
    return [one.customer_id for one in _referrals(conn, condition, since=since, until=until, inviter=inviter_id)]


def count(conn: Connection, since: datetime, until: datetime) -> int:
    return int(
        scalar(
            conn,
            f"""SELECT count(*) FROM members.first_sign_in AS came
                WHERE came.at >= :since AND came.at < :until AND {_REFERRED}""",
            since=since,
            until=until,
        )
    )


def exist(conn: Connection) -> bool:
    """Whether anybody was ever brought."""
    return bool(scalar(conn, f"SELECT EXISTS (SELECT FROM members.first_sign_in AS came WHERE {_REFERRED})"))


def _referrals(conn: Connection, condition: str, **values: Any) -> list[Referral]:
    found = rows(
        conn,
        f"""SELECT {_COLUMNS} FROM members.first_sign_in AS came WHERE {condition} AND {_REFERRED}
            ORDER BY came.at DESC, came.customer_id DESC""",
        **values,
    )
    return [Referral(*row) for row in found]
