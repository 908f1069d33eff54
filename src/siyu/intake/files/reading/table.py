"""One file as a table: find out how it is written, then give its rows from any place in it."""

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from siyu.intake.files.errors import unreadable
from siyu.intake.files.mapping import Layout
from siyu.intake.files.reading.container import ByteStream, Container, container_of, open_bytes, workbook_inside
from siyu.intake.files.reading.encoding import decode, detect_encoding
from siyu.intake.files.reading.rows import BLOCK, BlockReader, CsvLines, CutLines, RowBatch
from siyu.intake.files.reading.workbook import Workbook
from siyu.intake.files.types import Limits

PREFIX = 1 << 20
ASCII_LIMIT = 64 << 20  # how far to look for the first letter that tells the encoding
HEADER_ROWS = 15  # titles and remarks that may stand above the header
DELIMITERS = ",\t;|"
Chooser = Callable[[list[list[str]]], int]


@dataclass(frozen=True, slots=True)
class Table:
    """How a file is written, and its header.

    Attributes:
        offset, line: the place of the first row after the header (rows for a workbook).
    """

    path: Path
    container: Container
    layout: Layout
    encoding: str
    delimiter: str
    returns: bool
    header: tuple[str, ...]
    offset: int
    line: int
    total_bytes: int


class Recoded:
    """A UTF-16 file, or one whose lines end in a bare carriage return, as UTF-8 with line feeds."""

    def __init__(self, stream: ByteStream, encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        self._ready = b""

    def read(self, size: int) -> bytes:
        while not self._ready:
            data = self._stream.read(size)
            text = self._decoder.decode(data, final=not data)
            self._ready = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
            if not data:
                break
        ready, self._ready = self._ready, b""
        return ready

    def skip(self, offset: int) -> None:
        """Places are counted in the recoded bytes, so it is read up to there."""
        while offset > 0:
            data = self.read(BLOCK)
            if not data:
                return
            if len(data) > offset:
                self._ready = data[offset:]
            offset -= len(data)

    def consumed(self) -> int:
        return self._stream.consumed()

    def close(self) -> None:
        self._stream.close()


def _open(path: Path, limits: Limits, encoding: str, *, returns: bool) -> ByteStream:
    stream, _ = open_bytes(path, limits)
    if encoding.startswith("utf-16") or returns:
        return Recoded(stream, "utf-16" if encoding.startswith("utf-16") else encoding)
    return stream


def inspect(path: Path, layout: Layout, limits: Limits, choose_header: Chooser) -> Table:
    """Find out how a file is written; ``choose_header`` gets the first rows and says which of them is the header.

    Raises:
        UnreadableFile, FileTooExpansive: see there.
    """
    container, _ = container_of(path)
    unpacked = workbook_inside(path, limits) if container == "zip" else None
    if unpacked:
        unpacked.close()
    if container == "xlsx" or unpacked:
        return _inspect_workbook(path, layout, limits, choose_header)
    prefix = _prefix(path, limits)
    encoding, mark = _encoding(prefix, path, layout, limits)
    first = prefix[:PREFIX]
    bare = first.count(b"\r") - first.count(b"\r\n")
    returns = bare > first.count(b"\n") and not encoding.startswith("utf-16")
    stored = encoding
    if encoding.startswith("utf-16") or returns:
        text = first.decode("utf-16" if mark == 2 else encoding, "replace").replace("\r\n", "\n").replace("\r", "\n")
        prefix, mark, stored = text.encode("utf-8", "replace"), 3 if text.startswith("\ufeff") else 0, "utf-8"
    body = prefix[mark : PREFIX + mark]
    text = decode(body, stored)[0].replace("\x00", "")
    lines = io.StringIO(text, newline="\n").readlines()
    if layout.type != "delimited":
        delimiter = ""
    else:
        delimiter = layout.delimiter if layout.delimiter != "auto" else _delimiter(lines[layout.skip :])
    header, used = _find_header(path.name, lines, layout, delimiter, choose_header)
    sizes = body.split(b"\n")
    offset = min(mark + sum(len(part) + 1 for part in sizes[:used]), mark + len(body)) if used else mark
    return Table(path, container, layout, encoding, delimiter, returns, header, offset, used, path.stat().st_size)


def _prefix(path: Path, limits: Limits) -> bytes:
    """The beginning of the unpacked file: a megabyte, or more where that much is plain ASCII and tells no encoding."""
    stream, _ = open_bytes(path, limits)
    try:
        data = b""
        while len(data) < PREFIX and (more := stream.read(PREFIX - len(data))):
            data += more
        if len(data) == PREFIX and data.isascii():
            seen = len(data)
            while seen < ASCII_LIMIT and (more := stream.read(PREFIX)):
                seen += len(more)
                if not more.isascii():
                    return data + more
        return data
    finally:
        stream.close()


def _encoding(prefix: bytes, path: Path, layout: Layout, limits: Limits) -> tuple[str, int]:
    complete = path.stat().st_size <= len(prefix) <= limits.free_bytes
    # in a prefix that goes on after an ASCII beginning, what tells is at its end; a character may be cut at the seam
    found, mark = detect_encoding(prefix[PREFIX:].partition(b"\n")[2] or prefix, complete=complete)
    if layout.encoding == "auto":
        return found, mark
    if layout.encoding == "utf-16":
        return (found, mark) if found.startswith("utf-16") else ("utf-16-le", 0)
    return layout.encoding, mark if found == layout.encoding else 0


def _delimiter(lines: list[str]) -> str:
    """The candidate that splits the first line of several cells into most. Cells may begin with a tab, headers do not."""
    best, most = ",", 1
    for line in lines[:HEADER_ROWS]:
        for candidate in DELIMITERS:
            cells = len(next(csv.reader([line], delimiter=candidate), []))
            if cells > most:
                best, most = candidate, cells
        if most > 2:
            break
    return best


def _find_header(
    name: str, lines: list[str], layout: Layout, delimiter: str, choose_header: Chooser
) -> tuple[tuple[str, ...], int]:
    """The header and the number of lines up to its end."""
    if not layout.header:
        return layout.columns, layout.skip
    if layout.type != "delimited":
        if len(lines) <= layout.skip:
            raise unreadable(name, "it has no rows", "文件没有数据行")
        return layout.columns or tuple(lines[layout.skip].split()), layout.skip + 1
    reader = csv.reader(lines[layout.skip :], delimiter=delimiter)
    rows: list[list[str]] = []
    ends: list[int] = []
    try:
        for row in islice(reader, 1 if layout.skip or layout.columns else HEADER_ROWS):
            rows.append(row)
            ends.append(layout.skip + reader.line_num)
    except csv.Error:
        pass  # a broken row above or below the header; the header is looked for among the others
    if not any(any(row) for row in rows):
        raise unreadable(name, "it has no header", "文件没有表头")
    at = choose_header(rows)
    return layout.columns or tuple(rows[at]), ends[at]


def _inspect_workbook(path: Path, layout: Layout, limits: Limits, choose_header: Chooser) -> Table:
    book = Workbook(path, limits)
    try:
        rows = list(islice(book.rows(), layout.skip, layout.skip + HEADER_ROWS))
    finally:
        book.close()
    if not any(any(row) for row in rows):
        raise unreadable(path.name, "the workbook has no rows", "工作簿没有数据行")
    at = choose_header(rows) if layout.header else -1
    header = list(layout.columns or rows[at])
    while header and not header[-1].strip():
        header.pop()
    done = layout.skip + at + 1
    return Table(path, "xlsx", layout, "", "", False, tuple(header), done, done, path.stat().st_size)


def read_rows(table: Table, limits: Limits, offset: int | None = None, line: int | None = None) -> Iterator[RowBatch]:
    """The rows of a table from a place (by default after the header), in batches."""
    width = len(table.header)
    offset = table.offset if offset is None else offset
    line = table.line if line is None else line
    if table.container == "xlsx":
        book = Workbook(table.path, limits)
        try:
            yield from book.batches(islice(book.rows(), offset, None), width, offset)
        finally:
            book.close()
        return
    recoded = table.encoding.startswith("utf-16") or table.returns
    stream = _open(table.path, limits, table.encoding, returns=table.returns)
    try:
        stream.skip(offset)
        parser = (
            CsvLines(table.delimiter, width)
            if table.layout.type == "delimited"
            else CutLines(table.layout.widths, width)
        )
        yield from BlockReader(stream, "utf-8" if recoded else table.encoding, parser, offset, line).batches()
    finally:
        stream.close()
