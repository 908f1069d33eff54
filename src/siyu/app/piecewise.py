"""Work that waits is done in pieces, each in a transaction of its own, until there is none or the process ends."""

from collections.abc import Callable, Iterable

from sqlalchemy import Connection

from siyu.app.context import Context


def in_pieces(
    context: Context, works: Iterable[tuple[str, Callable[[Connection], int]]], ending: Callable[[], bool]
) -> dict[str, int]:
    """Do one work after the other; returns how much of each was done. What is left waits for the next time.

    Args:
        context: whose database.
        works: by name what does a piece, and says how much that was; 0 when nothing is left.
        ending: whether the process ends.
    """
    done: dict[str, int] = {}
    for what, piece in works:
        done[what] = 0
        while not ending():
            with context.database.transaction() as conn:
                count = piece(conn)
            done[what] += count
            if not count:
                break
    return done
