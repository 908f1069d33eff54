"""SQL of the rules in their versions, and of programmes that do not simply run."""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache

import orjson
from sqlalchemy import Connection

from siyu.engines.postgres import one, rows, run, scalar
from siyu.touch.types.programmes import Sending
from siyu.touch.types.ruleset import RULES, RuleSet, RuleVersion

_VERSION = "version, CAST(rules AS text), at, actor, reason"


def newest(conn: Connection) -> tuple[int, RuleSet]:
    """The rules in force."""
    found = one(conn, "SELECT version, CAST(rules AS text) FROM touch.rule_set ORDER BY version DESC LIMIT 1")
    assert found is not None  # the migration makes the first
    return int(found[0]), _rules(found[1])


def lock(conn: Connection) -> None:
    """Whoever changes the rules does so one after the other."""
    run(conn, "SELECT pg_advisory_xact_lock(hashtext('touch.rule_set'))")


def versions(conn: Connection, limit: int) -> list[RuleVersion]:
    """Newest first."""
    found = rows(conn, f"SELECT {_VERSION} FROM touch.rule_set ORDER BY version DESC LIMIT :limit", limit=limit)
    return [RuleVersion(row[0], _rules(row[1]), *row[2:]) for row in found]


def add(conn: Connection, rules: RuleSet, actor: str, reason: str, now: datetime) -> int:
    """A new version; returns its number."""
    return int(
        scalar(
            conn,
            """INSERT INTO touch.rule_set (rules, at, actor, reason)
               VALUES (CAST(:rules AS jsonb), :now, :actor, :reason) RETURNING version""",
            rules=RULES.dump_json(rules).decode(),
            now=now,
            actor=actor,
            reason=reason,
        )
    )


@lru_cache(maxsize=64)
def _rules(said: str) -> RuleSet:
    return RULES.validate_python(orjson.loads(said))


def sendings(conn: Connection, programme_ids: Collection[int]) -> list[Sending]:
    """How these programmes stand, as far as anybody ever said."""
    found = rows(
        conn,
        """SELECT programme_id, state, at, actor, reason FROM touch.sending
           WHERE programme_id = ANY(CAST(:ids AS bigint[])) ORDER BY programme_id""",
        ids=list(programme_ids),
    )
    return [Sending(*row) for row in found]


def put_sending(conn: Connection, sending: Sending) -> None:
    """How a programme stands from now on."""
    run(
        conn,
        """INSERT INTO touch.sending (programme_id, state, at, actor, reason)
           VALUES (:programme_id, :state, :at, :actor, :reason)
           ON CONFLICT (programme_id) DO UPDATE SET state = excluded.state, at = excluded.at, actor = excluded.actor,
               reason = excluded.reason""",
        programme_id=sending.programme_id,
        state=sending.state,
        at=sending.at,
        actor=sending.actor,
        reason=sending.reason,
    )
