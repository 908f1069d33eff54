"""Importing files: what a file is, what an import of it would do, and its messages.

Nothing here writes to a database: the caller stores the messages of a chunk, its rejects and its checkpoint.
"""

from collections.abc import Iterator
from pathlib import Path

from siyu.intake.files.looking import Column, columns_of
from siyu.intake.files.mapping import FileMapping, load_mapping, parse_mapping
from siyu.intake.files.preview import preview_run
from siyu.intake.files.recognition import describe, open_table
from siyu.intake.files.rejects import write_rejects
from siyu.intake.files.runner import Run
from siyu.intake.files.runner import file_key as key_of
from siyu.intake.files.types import Checkpoint, Chunk, ImportOptions, Preview, Recognition

__all__ = [
    "Column",
    "FileMapping",
    "columns_of",
    "file_key",
    "load_mapping",
    "parse_mapping",
    "preview",
    "read_messages",
    "recognise",
    "write_rejects",
]


def recognise(path: Path, options: ImportOptions) -> Recognition:
    """Say what a file is, from its first bytes and its header.

    Raises:
        UnknownFile: no known format fits; names the nearest and what it lacks.
        WrongFile: it holds orders where customers were asked for, or the other way round.
        MappingMissesColumns: it does not have the columns of the mapping.
        UnreadableFile: missing, empty, damaged, an old ``.xls``, with a password, a zip of several files.
        FileTooExpansive: it unpacks to far more than an export would.
    """
    return describe(*open_table(options, path))


def file_key(path: Path, options: ImportOptions) -> str:
    """What an import of this file, read in this way, is known by: the same key is the same import.

    Raises what :func:`recognise` raises.
    """
    return key_of(*open_table(options, path), options)


def preview(path: Path, options: ImportOptions, *, limit: int | None = None, examples: int = 5) -> Preview:
    """Say what an import would do, without doing it. ``limit`` is a number of rows; None reads the whole file.

    Memory is bounded: eight bytes for each order and each person. Raises what :func:`recognise` raises.
    """
    table, found = open_table(options, path)
    run = Run(table, found, options, "")  # nobody goes on with it
    return preview_run(run, describe(table, found), limit, examples, derived=bool(found.format.derive_order_no))


def read_messages(path: Path, options: ImportOptions, start_at: Checkpoint | None = None) -> Iterator[Chunk]:
    """The messages of a file, in chunks of about a thousand, from a checkpoint on.

    Each chunk's checkpoint lies behind all messages and rejects given so far, so an import that is killed and goes on
    from the last stored checkpoint loses nothing. What it reads again has the same message ids as before, and the
    queue drops it. A plain file is resumed by a seek; a packed or UTF-16 one by unpacking up to the place; a workbook
    by leaving out rows. The last chunk has ``checkpoint.done``; a done checkpoint yields nothing.

    Raises:
        CheckpointMismatch: the checkpoint belongs to another file, format, mapping, shop, zone or source.
        and what :func:`recognise` raises, before the first chunk; ``UnreadableFile`` and ``FileTooExpansive`` also later.
    """
    table, found = open_table(options, path)
    return Run(table, found, options, key_of(table, found, options), start_at).chunks()
