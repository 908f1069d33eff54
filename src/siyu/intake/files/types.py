"""What goes into an import and what comes out of it."""

from collections.abc import Mapping as MappingOf
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from siyu.intake.files.mapping import FileMapping
from siyu.intake.types import Message
from siyu.kernel.clock import require_utc

Kind = Literal["orders", "customers"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a compressed file may expand, and how much one import holds at a time.

    Attributes:
        ratio: unpacked bytes per packed byte. Real exports stay under 60.
        free_bytes: below this many unpacked bytes the ratio is not looked at.
        total_bytes: unpacked bytes at most.
        workbook_bytes: unpacked bytes of an XLSX at most; its strings are held in memory.
        chunk: messages in a chunk at most, and rows of one order in a message at most.
    """

    ratio: int = 200
    free_bytes: int = 64 << 20
    total_bytes: int = 100 << 30
    workbook_bytes: int = 1 << 30
    chunk: int = 1000


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How to read one file.

    Attributes:
        source_id: the source the messages come through.
        now: the present moment; rows that say they happened more than a day after it are rejected.
        kind: refuse a file that holds the other kind; None takes what it is.
        platform: read only as a format of this platform (``taobao``) or as this format (``taobao_details``).
        shop: the shop's name where the file does not say it; wins over the file.
        mapping: read by this instead of the known formats.
        zone: the brand's time zone, in which the platforms write times.
        limits: guards.
    """

    source_id: int
    now: datetime
    kind: Kind | None = None
    platform: str | None = None
    shop: str = ""
    mapping: FileMapping | None = None
    zone: str = "Asia/Shanghai"
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        require_utc(self.now)


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a file is.

    Attributes:
        format: name of the format, or of the mapping.
        platform, kind: of the messages that come out.
        title, title_zh: the format's name for people.
        score: share of the file's columns that the format knows, 0 to 1.
        understood: columns that become something.
        ignored: columns that the format knows and that nothing is made of.
        unknown: columns that the format does not know.
        duplicates: columns whose header occurs again; the first counts.
        absent: columns that the format would use and the file does not have.
        container: ``plain``, ``gzip``, ``zip`` or ``xlsx``; encoding and delimiter are empty for a workbook.
        total_bytes: size of the file on disk, the whole of the progress bar.
    """

    format: str
    platform: str
    kind: Kind
    title: str
    title_zh: str
    score: float
    understood: tuple[str, ...]
    ignored: tuple[str, ...]
    unknown: tuple[str, ...]
    duplicates: tuple[str, ...]
    absent: tuple[str, ...]
    header: tuple[str, ...]
    container: str
    encoding: str
    delimiter: str
    total_bytes: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be taken, in both languages."""

    code: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Reject:
    """One row that was not taken.

    Attributes:
        line: line in the file as an editor counts, from 1 (row of the sheet for a workbook).
        column: header of the offending column; empty when it is the row as a whole.
        row: the cells as they were.
    """

    line: int
    column: str
    problem: Problem
    row: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """Something odd that did not stop a row, counted.

    Attributes:
        code: ``unknown_status``, ``unknown_refund``, ``masked_identifier``, ``rounded_identifier``,
            ``fractional_quantity``, ``refund_assumed``, ``time_assumed``, ``repeated_orders``.
        value: the value in question; empty where it is personal.
        rows: in how many rows.
    """

    code: str
    value: str
    rows: int
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A place in a file between two messages, from which reading goes on. Store it as JSON with :meth:`as_json`.

    Attributes:
        file_key: what the file, format and mapping were; a checkpoint of another file is refused.
        offset: bytes of the unpacked file before this place (rows of the sheet for a workbook).
        line: lines before this place.
        rows, messages, rejects: so far.
        run_key, run_count: where order numbers are derived: the last key and how often it came in a row.
        done: the file is finished.
    """

    file_key: str
    offset: int
    line: int
    rows: int = 0
    messages: int = 0
    rejects: int = 0
    run_key: str = ""
    run_count: int = 0
    done: bool = False

    def as_json(self) -> dict[str, Any]:
        """A JSON object that :meth:`from_json` reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: MappingOf[str, Any]) -> "Checkpoint":
        """Read what :meth:`as_json` made."""
        return cls(**data)


@dataclass(frozen=True, slots=True)
class Chunk:
    """The next piece of a file. When its messages and rejects are stored, its checkpoint may be stored.

    Attributes:
        parts: the messages once more, as they lie in an envelope.
        read_bytes: of ``Recognition.total_bytes`` so far, for a progress bar.
    """

    messages: tuple[Message, ...]
    parts: tuple[bytes, ...]
    rejects: tuple[Reject, ...]
    notes: tuple[Note, ...]
    checkpoint: Checkpoint
    read_bytes: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do, without doing it. Personal data in it is masked.

    Attributes:
        complete: the whole file was read, not only the first rows.
        orders: distinct order numbers; people: distinct identifiers that would decide (the first of each message).
        anonymous: messages in which nobody can be recognised.
        paid_fen, refunded_fen: over the views of the orders as they stand in the file.
        first_at, last_at: range of the moments of the messages.
        statuses: raw status → (what it means or None, how many messages).
    """

    recognition: Recognition
    complete: bool
    rows: int
    messages: int
    orders: int
    lines: int
    people: int
    anonymous: int
    identifiers: MappingOf[str, int]
    paid_fen: int
    refunded_fen: int
    first_at: datetime | None
    last_at: datetime | None
    statuses: MappingOf[str, tuple[str | None, int]]
    notes: tuple[Note, ...]
    reject_count: int
    rejects: tuple[Reject, ...]
    examples: tuple[MappingOf[str, Any], ...]
