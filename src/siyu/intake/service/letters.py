"""Dead letters: what could not be understood, why, and another try."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow
from siyu.engines.vault import service as vault
from siyu.intake import store
from siyu.intake.admission import admit_again
from siyu.intake.service.queue import put_parts
from siyu.intake.types import DeadLetter, Lane, LetterGroup, LettersOf, Settling

_GROUPS = 200


def bury(conn: Connection, letters: Sequence[DeadLetter]) -> None:
    """Keep what could not be understood, sealed, with its reason."""
    store.insert_dead_letters(conn, [replace(letter, body=vault.seal(letter.body)) for letter in letters])


def dead_letters(
    conn: Connection,
    *,
    state: str = "open",
    source_id: int | None = None,
    code: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """Dead letters, newest first, without their bodies; ``before`` is the id of the last one of the page before."""
    found = store.list_dead_letters(conn, state=state, source_id=source_id, code=code, before=before, limit=limit)
    return [row._asdict() for row in found]


def dead_letter_groups(conn: Connection, source_id: int | None = None) -> list[LetterGroup]:
    """Open dead letters by source and by what they died of: the 200 largest groups, the largest first."""
    return [LetterGroup(**row._asdict()) for row in store.group_dead_letters(conn, source_id, _GROUPS)]


def last_dead_letter(conn: Connection) -> int:
    """The id of the newest dead letter, 0 when there never was one."""
    return store.last_dead_letter(conn)


def dead_letters_after(conn: Connection, after: int, *, limit: int = 50) -> list[dict[str, Any]]:
    """Dead letters that came after that one, oldest first, without their bodies."""
    return [row._asdict() for row in store.dead_letters_after(conn, after, limit)]


def dead_letter_counts(conn: Connection) -> dict[str, int]:
    """Open dead letters by code."""
    return store.count_dead_letters(conn)


def count_letters_of(conn: Connection, of: LettersOf) -> int:
    """How many such dead letters are open."""
    return store.count_dead_letters_of(conn, of)


def settle(conn: Connection, how: Settling, ids: Sequence[int], now: datetime) -> int:
    """Put those of these dead letters that are open back into the queue, or give them up; return how many it were.

    A letter that died at the door is put to the door's rules again and stays where it is when they still refuse it. Each is
    settled once, however often and by however many this is called, and stays on record for a time.
    """
    return _settle(conn, how, store.lock_dead_letters(conn, ids), now)


def settle_piece(
    conn: Connection, how: Settling, of: LettersOf, after: int, now: datetime, *, limit: int = 500
) -> tuple[int, int | None]:
    """The same of the next so many of a kind that are newer than the one with the id ``after``.

    Returns:
        how many were settled, and the id of the last that was looked at; ``None`` when there was none left.
    """
    letters = store.lock_dead_letters_of(conn, of, after, limit)
    return _settle(conn, how, letters, now), letters[-1].id if letters else None


def _settle(conn: Connection, how: Settling, letters: Sequence[AnyRow], now: datetime) -> int:
    parts: list[bytes] = []
    done: list[int] = []
    for letter in letters:
        if how == "replayed":
            body = vault.open_sealed(bytes(letter.body))
            again = admit_again(body) if letter.stage == "door" else body
            if not isinstance(again, bytes):
                continue
            parts.append(again)
        done.append(letter.id)
    store.turn_dead_letters(conn, done, how, now)
    put_parts(conn, Lane.BULK, parts, known_new=True)
    return len(done)
