"""The first pass over files: who is who in all of them, before any is imported.

A module of its own, because it needs every room that knows people, and an import does not.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import structlog

from siyu.app import imports, people
from siyu.app.context import Context
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.identity import service as identity
from siyu.identity.types import BulkResult
from siyu.intake.files import service as files
from siyu.intake.types import Message
from siyu.kernel.errors import SiyuError
from siyu.timeline import service as timeline

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FirstPass:
    """How far the first pass over the files is.

    Attributes:
        file: which is being read; empty when all are read and it is being decided who is who.
        bytes_read: of all files.
        rows: of all files.
    """

    file: str
    bytes_read: int
    rows: int


def link_first(
    context: Context,
    begun: Sequence[imports.Begun],
    *,
    actor: Principal,
    progress: Callable[[FirstPass], None] = lambda _: None,
) -> BulkResult:
    """Before any of these files is imported, read all of them and decide who is who in them, the surest links first.

    The import itself decides in the order of the rows, with what it knows by then; here the order of rows and files
    does not count. It then finds the people as they are, merges nobody, and its batches run side by side. One
    transaction: all of it or nothing; meanwhile the pipeline waits, so this is for a first import.

    Safe to repeat at any time, also in the middle of the import that follows: what is known already changes nothing. So
    nothing remembers that it was done; after a kill it is simply done again, which costs another reading.

    Args:
        context: open engines.
        begun: the files.
        actor: who imports.
        progress: called with each piece that was read, and when there is no more.

    Raises:
        UnreadableFile, FileTooExpansive: nobody was linked.
    """
    try:
        with context.database.transaction() as conn:
            now = context.clock.now()
            result = identity.resolve_bulk(conn, identity.links_of(_messages(begun, progress)), now)
            people.follow(conn, result, now)
            timeline.append(conn, result.facts)
            details = {
                "imports": [each.run.id for each in begun],
                "identifiers": result.identifiers,
                "customers": result.customers,
                "merged": len(result.merged),
            }
            access.record(
                conn, actor=actor.actor, action="import.linked_first", target="imports", details=details, now=now
            )
    except SiyuError as error:
        imports.fail(context, [each.run for each in begun], error)
        raise
    log.info("import.linked_first", **details, links=dict(result.links))
    return result


def _messages(begun: Sequence[imports.Begun], progress: Callable[[FirstPass], None]) -> Iterator[Message]:
    bytes_before = rows_before = 0
    for each in begun:
        rows = 0
        for chunk in files.read_messages(each.path, each.options):
            rows = chunk.checkpoint.rows
            progress(FirstPass(each.run.file_name, bytes_before + chunk.read_bytes, rows_before + rows))
            yield from chunk.messages
        bytes_before += each.run.file_bytes
        rows_before += rows
    progress(FirstPass("", bytes_before, rows_before))
