"""The run over one file: batches of rows in, chunks of messages out, with a checkpoint after each."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from siyu.intake.envelope import content, part_of
from siyu.intake.files import reasons
from siyu.intake.files.customers import CustomerRows
from siyu.intake.files.errors import CheckpointMismatch
from siyu.intake.files.orders import Group, OrderRows, moment_of
from siyu.intake.files.plan import Notes, Plan
from siyu.intake.files.reading.rows import RowBatch
from siyu.intake.files.reading.table import Table, read_rows
from siyu.intake.files.recognition import Match, clean_header
from siyu.intake.files.times import DAY
from siyu.intake.files.types import Checkpoint, Chunk, ImportOptions, Reject
from siyu.intake.types import IdentifierClaim, Message
from siyu.kernel.clock import to_millis

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def message_id(source_id: int, said: bytes) -> str:
    """The same content from the same source has the same id, so importing a file again changes nothing.

    Platform, shop and order number are part of the content and so of the hash.
    """
    return "file-" + hashlib.blake2b(b"%d " % source_id + said, digest_size=16).hexdigest()


def file_key(table: Table, found: Match, options: ImportOptions) -> str:
    """What a checkpoint belongs to: all of the file's content, the format and how it is read.

    A newer export of the same orders may have the size and the beginning of the older: a state of as many letters.
    """
    with table.path.open("rb") as file:
        said = hashlib.file_digest(file, "blake2b").hexdigest()
    mapping = options.mapping.model_dump_json() if options.mapping else ""
    text = "\x1f".join((said, found.format.name, mapping, options.shop, options.zone, str(options.source_id)))
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


class Run:
    """Reads one file from a checkpoint on, which belongs to ``key``."""

    def __init__(
        self, table: Table, found: Match, options: ImportOptions, key: str, start_at: Checkpoint | None = None
    ) -> None:
        self._table, self._options, self._key = table, options, key
        if start_at is not None and start_at.file_key != self._key:
            raise CheckpointMismatch(file=table.path.name)
        self._start = start_at or Checkpoint(self._key, table.offset, table.line)
        self._plan = Plan(found.format, clean_header(table.header), options)
        latest = to_millis(options.now) + DAY
        self._orders = OrderRows(self._plan, options.shop, latest) if found.format.kind == "orders" else None
        self._customers = CustomerRows(self._plan, options.shop) if found.format.kind == "customers" else None
        if self._orders:
            self._orders.run_key, self._orders.run_count = self._start.run_key, self._start.run_count
        self._open: Group | None = None
        self._open_place = (0, 0)
        self._held: list[Reject] = []
        self._parts: list[bytes] = []
        self._now_ms = to_millis(options.now)
        self._notes: Notes = Counter()
        self._messages_so_far, self._rejects_so_far = self._start.messages, self._start.rejects

    def chunks(self) -> Iterator[Chunk]:
        """The chunks up to the end of the file; the last one's checkpoint is done."""
        start = self._start
        if start.done:
            return
        rows, place, read = start.rows, (start.offset, start.line), 0
        for batch in read_rows(self._table, self._options.limits, start.offset, start.line):
            for piece in _pieces(batch, self._options.limits.chunk):
                yield self._chunk(piece, rows)
                rows += len(piece.rows)
                place, read = (piece.end_offset, piece.end_line), piece.read_bytes
        yield self._last(rows, place, max(read, self._table.total_bytes))

    def _chunk(self, batch: RowBatch, rows: int) -> Chunk:
        columns, rejects = self._plan.convert(batch, self._notes)
        self._held.extend(rejects)
        messages: list[Message] = []
        if self._customers:
            for payload, claims in self._customers.payloads(columns):
                messages.append(self._message("customer", payload, claims, None))
        elif self._orders:
            for group in self._orders.groups(columns, rows):
                self._take(group, messages)
            if columns.keys and self._open:
                messages.append(self._close(self._open))  # a derived order is one row: nothing more can belong to it
                self._open = None
        if self._open is None:
            place = Checkpoint(self._key, batch.end_offset, batch.end_line, rows + len(batch.rows))
        else:
            first = self._open.rows[0]
            if first >= rows:
                self._open_place = (batch.offsets(first - rows), batch.lines[first - rows] - 1)
            place = Checkpoint(self._key, *self._open_place, first)
        return self._make(messages, place, batch.read_bytes)

    def _take(self, group: Group, messages: list[Message]) -> None:
        """A group continues the open one, or closes it and is the open one itself. None grows beyond the limit.

        The limit counts from the first row of the order, so that a resumed run cuts at the same rows.
        """
        longest = self._options.limits.chunk
        held = self._open
        if held and held.order_no == group.order_no:
            held.add(group)
            group = held
        elif held:
            messages.append(self._close(held))
        while len(group.rows) > longest:
            messages.append(self._close(group.cut(longest)))
        self._open = group

    def _close(self, group: Group) -> Message:
        assert self._orders is not None
        payload, claims = self._orders.finish(group, self._notes)
        return self._message("order", payload, claims, moment_of(payload))

    def _message(
        self, kind: str, payload: dict[str, Any], claims: tuple[IdentifierClaim, ...], millis: int | None
    ) -> Message:
        now, source = self._options.now, self._options.source_id
        said = content(claims, payload)  # serialised once, for its id and for the queue
        name = message_id(source, said)
        self._parts.append(part_of(kind, source, name, self._now_ms if millis is None else millis, self._now_ms, said))
        occurred = now if millis is None else EPOCH + timedelta(milliseconds=millis)
        return Message(kind, source, name, occurred, now, claims, payload)

    def _make(self, messages: list[Message], place: Checkpoint, read_bytes: int) -> Chunk:
        ready = [reject for reject in self._held if reject.line <= place.line]
        self._held = [reject for reject in self._held if reject.line > place.line]
        self._messages_so_far += len(messages)
        self._rejects_so_far += len(ready)
        notes = tuple(reasons.note(code, value, count) for (code, value), count in sorted(self._notes.items()))
        self._notes.clear()
        orders = self._orders
        checkpoint = Checkpoint(
            place.file_key,
            place.offset,
            place.line,
            place.rows,
            self._messages_so_far,
            self._rejects_so_far,
            orders.run_key if orders else "",
            orders.run_count if orders else 0,
            place.done,
        )
        parts, self._parts = tuple(self._parts), []
        return Chunk(tuple(messages), parts, tuple(ready), notes, checkpoint, read_bytes)

    def _last(self, rows: int, place: tuple[int, int], read_bytes: int) -> Chunk:
        messages = [self._close(self._open)] if self._open else []
        self._open = None
        return self._make(messages, Checkpoint(self._key, *place, rows, done=True), read_bytes)


def _pieces(batch: RowBatch, size: int) -> Iterator[RowBatch]:
    """A batch in pieces of at most ``size`` rows."""
    count = len(batch.rows)
    if count <= size:
        yield batch
        return
    for start in range(0, count, size):
        end = min(start + size, count)
        whole = end == count
        yield RowBatch(
            rows=batch.rows[start:end],
            lines=batch.lines[start:end],
            wrapped=batch.wrapped,
            offsets=lambda index, start=start: batch.offsets(start + index),  # type: ignore[misc]
            end_offset=batch.end_offset if whole else batch.offsets(end),
            end_line=batch.end_line if whole else batch.lines[end] - 1,
            read_bytes=batch.read_bytes,
            problems={at - start: problem for at, problem in batch.problems.items() if start <= at < end},
        )
