"""Calling other systems behind the transactions that asked for it: at least once, signed, with a key against repeats."""

from collections.abc import Sequence
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
from siyu.journeys.types.running import CallSecret, MadeCall
from siyu.kernel.clock import Clock
from siyu.kernel.errors import Conflict, NotFound

_AT_ONCE: Final = 8
_PATIENCE: Final = 10.0  # seconds
_LEASE: Final = timedelta(minutes=2)  # longer than a piece takes; whoever dies leaves it to others
_LONGEST_ANSWER: Final = 500
_SHOWN: Final = 4  # signs of a secret by which to know it
_REPEATS: Final = timedelta(minutes=10)  # of a request whose answer was lost


def _secret(journey_id: int, number: int) -> str:
    """The secret of this number; the first has none in it, as it was before there could be others."""
    return vault.sign("journeys.call", (f"{journey_id}" if number == 1 else f"{journey_id}.{number}").encode()).hex()


def show_secret(conn: Connection, principal: Principal, journey_id: int, now: datetime) -> CallSecret:
    """With which the calls of a journey are signed, for an operator who gives it to the other system: once, audited. Afterwards
    only how it ends; who has lost it makes a new one.

    Raises:
        NotAllowed: without the right ``journeys.manage``.
        NotFound: there is no such journey.
    """
    access.require(principal, "journeys.manage")
    number, made_at = _known(conn, journey_id, lock=True)
    shown = tables.show_secret(conn, journey_id, now)
    secret = _secret(journey_id, number)
    if shown is not None:
        return CallSecret(None, secret[-_SHOWN:], number, made_at, shown)
    access.record(
        conn, actor=principal.actor, action="journey.secret_seen", target=f"journey:{journey_id}", details={}, now=now
    )
    return CallSecret(secret, secret[-_SHOWN:], number, made_at)


def renew_secret(
    conn: Connection, principal: Principal, journey_id: int, replaces: int, reason: str, now: datetime
) -> CallSecret:
    """Make a new secret in place of the one of this number, and show it. For a day calls are signed by both. Audited; a repeat
    within ten minutes shows what was made, a later one only how it ends.

    Args:
        conn: an open transaction.
        principal: who does it.
        journey_id: of which.
        replaces: the number of the secret that was seen, so that nobody replaces one that they do not know.
        reason: why, in 3 to 500 characters.
        now: the moment.

    Raises:
        NotAllowed: without the right ``journeys.manage``.
        NotFound: there is no such journey.
        BadInput: without a reason.
        Conflict: another one was made meanwhile.
    """
    access.require(principal, "journeys.manage")
    said = access.reason_given(reason)
    number, made_at = _known(conn, journey_id, lock=True)
    if replaces == number:
        number, made_at = replaces + 1, now
        tables.put_secret(conn, journey_id, number, now)
        access.record(
            conn,
            actor=principal.actor,
            action="journey.secret_renewed",
            target=f"journey:{journey_id}",
            details={"number": number, "reason": said},
            now=now,
        )
    elif replaces != number - 1:
        raise Conflict(
            reason=f"the secret is the {number}. by now, and not the {replaces}. Look at it again.",
            reason_zh=f"签名密钥已是第 {number} 个，而非第 {replaces} 个，请重新查看。",
        )
    secret = _secret(journey_id, number)
    if made_at is not None and now - made_at <= _REPEATS:
        return CallSecret(secret, secret[-_SHOWN:], number, made_at)
    return CallSecret(None, secret[-_SHOWN:], number, made_at, made_at)


def _known(conn: Connection, journey_id: int, *, lock: bool = False) -> tuple[int, datetime | None]:
    found = tables.secrets(conn, [journey_id], lock=lock).get(journey_id)
    if found is None:
        raise NotFound(what="journey", what_zh="旅程", key=journey_id)
    return found


def call_others(database: Database, clock: Clock, client: httpx.Client, *, most: int = 40) -> int:
    """Make the calls that are due, some at a time; returns how many. Several processes may do so at once.

    A call is repeated until it is answered with success, with pauses that grow to half a day, and given up after nine
    tries. The body is the same each time, ``Idempotency-Key`` names it, ``Siyu-Signature`` is made with
    the secret of the journey.
    """
    now = clock.now()
    with database.transaction() as conn:
        due = tables.take_calls(conn, now, now + _LEASE, most)
        known = tables.secrets(conn, sorted({call.journey_id for call in due})) if due else {}
    if not due:
        return 0
    secrets = {one: [_secret(one, number) for number in rules.signed_by(*secret, now)] for one, secret in known.items()}
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = list(pool.map(lambda call: _call(client, call, secrets[call.journey_id], now), due))
    noted = []
    for call, (done, said) in zip(due, answers, strict=True):
        pause = rules.after(call.tries)
        state = "done" if done else "waiting" if pause else "failed"
        noted.append((call.id, state, said, now + (pause or timedelta())))
    with database.transaction() as conn:
        tables.note_calls(conn, noted, clock.now())
    return len(due)


def _call(client: httpx.Client, call: tables.Call, secrets: Sequence[str], now: datetime) -> tuple[bool, str]:
    body = orjson.dumps({"id": call.key, **call.body})
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": call.key,
        "Siyu-Signature": rules.signature(secrets, int(now.timestamp()), body),
    }
    try:
        with client.stream("POST", call.url, content=body, headers=headers, timeout=_PATIENCE) as answer:
            return rules.heard(answer.status_code), f"{answer.status_code} {answer.reason_phrase}"[:_LONGEST_ANSWER]
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return False, f"{type(error).__name__}: {error}"[:_LONGEST_ANSWER]


def calls(conn: Connection, journey_id: int, limit: int = 100) -> list[MadeCall]:
    """The newest calls of a journey, with what was answered."""
    return [MadeCall(*row) for row in tables.calls(conn, journey_id, max(1, min(limit, 500)))]
