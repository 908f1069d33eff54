"""Rows with their places: blocks of bytes become lists of cells, and each row knows its line and its offset."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate

from siyu.intake.files import reasons
from siyu.intake.files.cells import without_invisible
from siyu.intake.files.reading.container import ByteStream
from siyu.intake.files.reading.encoding import decode, is_broken
from siyu.intake.files.types import Problem

BLOCK = 1 << 18
LONGEST_RECORD = 1 << 20
END = "\x00\n"  # NUL never reaches the parser, so this line is ours


@dataclass(slots=True)
class RowBatch:
    """Rows of one block.

    Attributes:
        rows: cells as they were; all of the header's width except those in ``problems``.
        lines: the line of each row, from 1.
        problems: rows that cannot be taken: index → (column index or -1, why).
        wrapped: some cell may be wrapped in more than blanks.
        end_offset, end_line: the place after the last row.
    """

    rows: list[list[str]]
    lines: list[int]
    wrapped: bool
    offsets: Callable[[int], int]
    end_offset: int
    end_line: int
    read_bytes: int
    problems: dict[int, tuple[int, Problem]] = field(default_factory=dict)


@dataclass(slots=True)
class Parsed:
    """Rows of a block of lines. ``starts`` are line indexes; ``used`` is how many lines became rows."""

    rows: list[list[str]]
    starts: list[int]
    problems: dict[int, tuple[int, Problem]]
    used: int


class CsvLines:
    """Delimited lines. Quoted cells may hold line ends; a stray quotation mark spoils its own line only."""

    def __init__(self, delimiter: str, width: int) -> None:
        self._delimiter, self._width = delimiter, width

    def parse(self, lines: list[str], *, final: bool) -> Parsed:
        out = Parsed([], [], {}, len(lines))
        at = 0
        while at < len(lines):
            at = self._run(lines, at, out, final=final)
            if out.used < len(lines):
                break
        return out

    def _run(self, lines: list[str], at: int, out: Parsed, *, final: bool) -> int:
        """Parse from line ``at`` until the end or until a record breaks; return where to go on."""
        source = lines[at:] if at else list(lines)
        source.append(END)
        reader = csv.reader(source, delimiter=self._delimiter)
        start, width = at, self._width
        rows, starts = out.rows, out.starts
        try:
            for row in reader:
                end = at + reader.line_num
                if end > len(lines):
                    if start == len(lines):
                        return len(lines)
                    return self._open(lines, start, out, final=final)
                if end - start > 1 and self._swallows_rows(lines[start + 1 : end]):
                    return self._refuse(lines[start], start, out, reasons.OPEN_QUOTE)
                if len(row) != width and any(row):
                    if len(row) > width and not any(row[width:]):
                        del row[width:]
                    elif end - start > 1:
                        return self._refuse(lines[start], start, out, reasons.OPEN_QUOTE)
                    else:
                        out.problems[len(rows)] = (-1, reasons.wrong_width(len(row), width))
                if any(row):
                    rows.append(row)
                    starts.append(start)
                start = end
        except csv.Error as error:
            return self._refuse(lines[start], start, out, reasons.not_parsed(str(error)))
        return len(lines)

    def _swallows_rows(self, lines: list[str]) -> bool:
        """Whether a record of several lines holds a whole row: text never looks like one, a row behind a stray quote does."""
        return self._width > 2 and any(self._is_row(line) for line in lines)

    def _is_row(self, line: str) -> bool:
        try:
            return len(next(csv.reader([line], delimiter=self._delimiter), [])) == self._width
        except csv.Error:
            return False

    def _open(self, lines: list[str], start: int, out: Parsed, *, final: bool) -> int:
        """The last record is not finished: leave it for the next block, unless there is none or it is absurdly long."""
        if not final and sum(map(len, lines[start:])) < LONGEST_RECORD:
            out.used = start
            return start
        return self._refuse(lines[start], start, out, reasons.OPEN_QUOTE)

    def _refuse(self, line: str, start: int, out: Parsed, problem: Problem) -> int:
        out.problems[len(out.rows)] = (-1, problem)
        out.rows.append(line.rstrip("\r\n").split(self._delimiter))
        out.starts.append(start)
        return start + 1


class CutLines:
    """Lines without quotation: cut at runs of blanks or at fixed widths."""

    def __init__(self, widths: tuple[int, ...], width: int) -> None:
        ends = list(accumulate(widths))
        self._cuts = list(zip([0, *ends[:-1]], ends, strict=True)) if widths else []
        self._width = width

    def parse(self, lines: list[str], *, final: bool) -> Parsed:  # noqa: ARG002 - a line is always whole here
        out = Parsed([], [], {}, len(lines))
        for start, line in enumerate(lines):
            row = [line[a:b].strip() for a, b in self._cuts] if self._cuts else line.split()
            if not any(row):
                continue
            if len(row) != self._width or (self._cuts and len(line.rstrip()) > self._cuts[-1][1]):
                out.problems[len(out.rows)] = (-1, reasons.wrong_width(len(row), self._width))
            out.rows.append(row)
            out.starts.append(start)
        return out


class BlockReader:
    """Reads a byte stream in blocks that end at line ends, with memory bounded by the block and the longest record."""

    def __init__(self, stream: ByteStream, encoding: str, parser: CsvLines | CutLines, offset: int, line: int) -> None:
        self._stream, self._encoding, self._parser = stream, encoding, parser
        self._offset, self._line = offset, line

    def batches(self) -> Iterator[RowBatch]:
        """Batches until the end of the file."""
        rest = b""
        final = False
        while not final:
            data = self._stream.read(BLOCK)
            final = not data
            block = rest + data
            cut = len(block) if final else block.rfind(b"\n") + 1
            if cut == 0 and len(block) > 2 * LONGEST_RECORD:
                yield self._drop_line(block)
                rest = b""
                continue
            batch, used = self._batch(block[:cut], final=final)
            rest = block[used:]
            if batch.rows:
                yield batch

    def _batch(self, block: bytes, *, final: bool) -> tuple[RowBatch, int]:
        text, whole = decode(block, self._encoding)
        text = without_invisible(text)
        wrapped = '="' in text or "'" in text
        lines = io.StringIO(text, newline="\n").readlines()
        parsed = self._parser.parse(lines, final=final)
        offset, line, sizes = self._offset, self._line, _Sizes(block)
        used = len(block) if parsed.used == len(lines) else sizes.upto(parsed.used)
        if not whole:
            _mark_broken(parsed)
        self._offset += used
        self._line += parsed.used
        batch = RowBatch(
            rows=parsed.rows,
            lines=[line + start + 1 for start in parsed.starts],
            wrapped=wrapped,
            offsets=lambda index: offset + sizes.upto(parsed.starts[index]),
            end_offset=self._offset,
            end_line=self._line,
            read_bytes=self._stream.consumed(),
            problems=parsed.problems,
        )
        return batch, used

    def _drop_line(self, block: bytes) -> RowBatch:
        """A line longer than any record: leave it out up to its end, keeping only its beginning for the report."""
        start, size, rest = self._offset, len(block), b""
        while data := self._stream.read(BLOCK):
            cut = data.find(b"\n") + 1
            size += cut or len(data)
            if cut:
                rest = data[cut:]
                break
        self._stream = _Pushed(self._stream, rest)
        self._offset += size
        self._line += 1
        head = decode(block[:200], self._encoding)[0]
        return RowBatch(
            rows=[[head]],
            lines=[self._line],
            wrapped=False,
            offsets=lambda _: start,
            end_offset=self._offset,
            end_line=self._line,
            read_bytes=self._stream.consumed(),
            problems={0: (-1, reasons.too_long(size))},
        )


class _Sizes:
    """Bytes before the n-th line of a block; counted when first asked for."""

    def __init__(self, block: bytes) -> None:
        self._block, self._ends = block, [0]

    def upto(self, line: int) -> int:
        if line and len(self._ends) == 1:
            self._ends.extend(accumulate(len(part) + 1 for part in self._block.split(b"\n")))
        return self._ends[line]


class _Pushed:
    """A stream with some bytes put back in front."""

    def __init__(self, stream: ByteStream, head: bytes) -> None:
        self._stream, self._head = stream, head

    def read(self, size: int) -> bytes:
        if self._head:
            data, self._head = self._head, b""
            return data
        return self._stream.read(size)

    def skip(self, offset: int) -> None:
        self._stream.skip(offset)

    def consumed(self) -> int:
        return self._stream.consumed()

    def close(self) -> None:
        self._stream.close()


def _mark_broken(parsed: Parsed) -> None:
    for index, row in enumerate(parsed.rows):
        if index not in parsed.problems:
            column = next((at for at, cell in enumerate(row) if is_broken(cell)), None)
            if column is not None:
                parsed.problems[index] = (column, reasons.UNDECODABLE)
