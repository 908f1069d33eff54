"""Some of those who have applied are drawn: the proof of it, for rooms above that know what was applied for."""

import secrets
from collections.abc import Iterable
from datetime import datetime

import orjson
from sqlalchemy import Connection

from siyu.draws.rules import entrants as rules
from siyu.draws.rules import proof
from siyu.draws.service.rounds import alone
from siyu.draws.store import entrants as tables
from siyu.draws.store import rounds as kept
from siyu.draws.types import ENTRANTS, Entrant, Entrants, Round
from siyu.engines.vault import service as vault
from siyu.kernel.errors import Conflict, NotFound


def publish_entrants(conn: Connection, rule: Entrants, actor: str, now: datetime) -> Round:
    """Publish how many of those who apply are drawn, with the hash of a seed: from now on neither changes.

    Safe to repeat: what was published of the same rule is the answer. Whoever calls it has looked at rights and rule.

    Args:
        conn: an open transaction.
        rule: its code is published once.
        actor: who has it published.
        now: the present.

    Raises:
        Conflict: the code was published with another rule.
    """
    kept.hold_code(conn, rule.code)
    said = ENTRANTS.dump_json(rule)
    rule_hash = proof.hash_of_rule(orjson.loads(said))
    before = tables.of_code(conn, rule.code)
    found = kept.of_id(conn, before) if before is not None else None
    if found is not None and found.rule_hash != rule_hash:
        raise Conflict(
            reason=f"'{rule.code}' was published by another rule; make a new one.",
            reason_zh=f"“{rule.code}”已按其他规则公示，请新建。",
        )
    if found is not None:
        return found
    seed = secrets.token_bytes(proof.SEED_BYTES)
    new = kept.New(
        kind="entrants",
        code=rule.code,
        version=None,
        rule=said.decode(),
        rule_hash=rule_hash,
        seed=vault.seal(seed),
        seed_hash=proof.hash_of_seed(seed),
        opens_at=rule.opens_at,
        closes_at=rule.closes_at,
        due_at=rule.draws_at,
        published_at=now,
        published_by=actor,
        confirmed=[],
    )
    return kept.insert(conn, new)


def rank_entrants(conn: Connection, round_id: int, names: Iterable[str], actor: str, now: datetime) -> list[str]:
    """Draw among those who take part: the names with the lowest digests win, and the round ends: its seed is told.

    Everybody who took part is kept with digest and place. Safe to repeat: a round that has ended is answered with its winners,
    whoever is named then. Without any name nobody is drawn, and the seed is told.

    Args:
        conn: an open transaction.
        round_id: of entrants.
        names: of those who take part, each once; names say nothing of who they are: anybody may read them.
        actor: who has it drawn.
        now: the present.

    Raises:
        NotFound: there is no such round of entrants.
    """
    found, seed = alone(conn, round_id)
    if not isinstance(found.rule, Entrants):
        raise _missing(round_id)
    if found.ended_at is not None:
        return tables.winners(conn, round_id)
    ranked = rules.rank(seed, round_id, names, found.rule.winners)
    tables.insert(conn, round_id, ranked, now)
    kept.end(conn, round_id, seed.hex(), actor, now)
    return [one.name for one in ranked if one.won]


def entrants_of_round(conn: Connection, round_id: int, *, after: int = 0, limit: int = 1000) -> list[Entrant]:
    """Who took part in a round of entrants, the winners first; nobody before it is drawn.

    Raises:
        NotFound: there is no such round of entrants.
    """
    found = kept.of_id(conn, round_id)
    if found is None or not isinstance(found.rule, Entrants):
        raise _missing(round_id)
    return tables.page(conn, round_id, after, limit)


def _missing(round_id: int) -> NotFound:
    return NotFound(what="round of entrants", what_zh="申请抽选轮次", key=round_id)
