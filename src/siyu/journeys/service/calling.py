"""Calling other systems behind the transactions that asked for it: at least once, signed, with a key against repeats."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Final

import httpx
import orjson
from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.postgres import Database
from siyu.engines.vault import service as vault
from siyu.journeys.rules import calls as rules
from siyu.journeys.store import calls as tables
from siyu.journeys.types.running import MadeCall
from siyu.kernel.clock import Clock

_AT_ONCE: Final = 8
_PATIENCE: Final = 10.0  # seconds
_LEASE: Final = timedelta(minutes=2)  # longer than a piece takes; whoever dies leaves it to others
_LONGEST_ANSWER: Final = 500


def secret_of(journey_id: int) -> str:
    """With which the calls of a journey are signed; known to this Siyu and to whom an operator gives it."""
    return vault.sign("journeys.call", str(journey_id).encode()).hex()


def show_secret(conn: Connection, principal: Principal, journey_id: int, now: datetime) -> str:
    """The same for an operator; audited.

    Raises:
        NotAllowed: without the right ``journeys.manage``.
    """
    access.require(principal, "journeys.manage")
    access.record(
        conn, actor=principal.actor, action="journey.secret_seen", target=f"journey:{journey_id}", details={}, now=now
    )
    return secret_of(journey_id)


def call_others(database: Database, clock: Clock, client: httpx.Client, *, most: int = 40) -> int:
    """Make the calls that are due, some at a time; returns how many. Several processes may do so at once.

    A call is repeated until it is answered with success, with pauses that grow to half a day, and given up after nine
    tries. The body is the same each time, ``Idempotency-Key`` names it, ``Siyu-Signature`` is made with
    :func:`secret_of`.
    """
    now = clock.now()
    with database.transaction() as conn:
        due = tables.take_calls(conn, now, now + _LEASE, most)
    if not due:
        return 0
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = list(pool.map(lambda call: _call(client, call, now), due))
    noted = []
    for call, (done, said) in zip(due, answers, strict=True):
        pause = rules.after(call.tries)
        state = "done" if done else "waiting" if pause else "failed"
        noted.append((call.id, state, said, now + (pause or timedelta())))
    with database.transaction() as conn:
        tables.note_calls(conn, noted, clock.now())
    return len(due)


def _call(client: httpx.Client, call: tables.Call, now: datetime) -> tuple[bool, str]:
    body = orjson.dumps({"id": call.key, **call.body})
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": call.key,
        "Siyu-Signature": rules.signature(secret_of(call.journey_id), int(now.timestamp()), body),
    }
    try:
        with client.stream("POST", call.url, content=body, headers=headers, timeout=_PATIENCE) as answer:
            return rules.heard(answer.status_code), f"{answer.status_code} {answer.reason_phrase}"[:_LONGEST_ANSWER]
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return False, f"{type(error).__name__}: {error}"[:_LONGEST_ANSWER]


def calls(conn: Connection, journey_id: int, limit: int = 100) -> list[MadeCall]:
    """The newest calls of a journey, with what was answered."""
    return [MadeCall(*row) for row in tables.calls(conn, journey_id, max(1, min(limit, 500)))]
