"""Dead letters: what could not be understood, why, and another try."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from siyu.engines.vault import service as vault
from siyu.intake import store
from siyu.intake.admission import admit_again
from siyu.intake.service.queue import put_parts
from siyu.intake.types import DeadLetter, Lane


def bury(conn: Connection, letters: Sequence[DeadLetter]) -> None:
    """Keep what could not be understood, sealed, with its reason."""
    store.insert_dead_letters(conn, [replace(letter, body=vault.seal(letter.body)) for letter in letters])


def dead_letters(
    conn: Connection, *, state: str = "open", source_id: int | None = None, before: int | None = None, limit: int = 50
) -> list[dict[str, Any]]:
    """Dead letters, newest first, without their bodies; ``before`` is the id of the last one of the page before."""
    found = store.list_dead_letters(conn, state=state, source_id=source_id, before=before, limit=limit)
    return [row._asdict() for row in found]


def last_dead_letter(conn: Connection) -> int:
    """The id of the newest dead letter, 0 when there never was one."""
    return store.last_dead_letter(conn)


def dead_letters_after(conn: Connection, after: int, *, limit: int = 50) -> list[dict[str, Any]]:
    """Dead letters that came after that one, oldest first, without their bodies."""
    return [row._asdict() for row in store.dead_letters_after(conn, after, limit)]


def dead_letter_counts(conn: Connection) -> dict[str, int]:
    """Open dead letters by code."""
    return store.count_dead_letters(conn)


def replay(conn: Connection, now: datetime, ids: Sequence[int] | None = None, *, limit: int = 1000) -> int:
    """Put open dead letters (those named, or the oldest ``limit``) back into the queue; return how many went.

    A letter that died at the door is put to the door's rules again and stays where it is when they still refuse it.
    Each letter is replayed once, however often and by however many this is called.
    """
    parts: list[bytes] = []
    taken: list[int] = []
    for letter in store.lock_dead_letters(conn, ids, limit):
        body = vault.open_sealed(bytes(letter.body))
        answer = admit_again(body) if letter.stage == "door" else body
        if isinstance(answer, bytes):
            parts.append(answer)
            taken.append(letter.id)
    store.turn_dead_letters(conn, taken, "replayed", now)
    put_parts(conn, Lane.BULK, parts, known_new=True)
    return len(parts)


def discard(conn: Connection, now: datetime, ids: Sequence[int]) -> int:
    """Give open dead letters up; return how many were open. They stay on record."""
    locked = [row.id for row in store.lock_dead_letters(conn, ids, len(ids))]
    store.turn_dead_letters(conn, locked, "discarded", now)
    return len(locked)
