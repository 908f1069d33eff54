"""What other rooms may know of a message."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, Literal, NamedTuple, Self

MessageType = Literal[
    "track", "page", "screen", "identify", "group", "alias", "order", "customer", "push", "contact", "sign_in"
]
Strength = Literal["self", "contact"]
Outcome = Literal["duplicate", "nothing_new"]  # of a message that leaves no trace in any table
Settling = Literal["replayed", "discarded"]  # what becomes of a dead letter: put back into the queue, or given up


class IdentifierClaim(NamedTuple):
    """One identifier as a message names it, not yet normalised. A tuple, because a batch makes and hashes thousands.

    Attributes:
        type: a name of ``identity.types.IdentifierType``: ``user_id``, ``anonymous_id``, ``phone``, ``union_id`` …
        scope: within what the value is unique: source id, app id, corp id, shop; empty where it is unique by itself.
        value: as it came.
        strength: ``self`` when the person themselves acts under it (log-in, registration, buyer account);
            ``contact`` when it was only given with something (the receiver's phone of an order).
    """

    type: str
    scope: str
    value: str
    strength: Strength = "self"


class Message(NamedTuple):
    """What came in, before it is understood. A tuple for the same reason.

    Attributes:
        type: of the Segment contract; ``order`` or ``customer`` for a row of a file; ``push`` for what a platform
            told at the door of channels; ``contact`` for what the mirror of a platform found to be different of a person;
            ``sign_in`` for a member who signed in on the brand's pages.
        source_id: the source it came through.
        message_id: unique within the source; the same id is the same message.
        occurred_at: when it happened, corrected for the sender's clock, UTC.
        received_at: when it reached us, UTC.
        claims: the identifiers it names, strongest first is not required.
        payload: the rest, as JSON.
    """

    type: str
    source_id: int
    message_id: str
    occurred_at: datetime
    received_at: datetime
    claims: tuple[IdentifierClaim, ...]
    payload: Mapping[str, Any]


class Lane(IntEnum):
    """Which queue a message waits in; a lower number is served first."""

    LIVE = 0
    BULK = 1


@dataclass(frozen=True, slots=True)
class Envelope:
    """Messages that were made durable together, in the order in which they came.

    Attributes:
        known_new: they are a replay: what the dedup table says of them does not count.
    """

    id: int
    known_new: bool
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that could not be understood, with the reason.

    Attributes:
        stage: ``door`` when the contract was not met, ``pipeline`` when working on it failed.
        body: the message, serialised; sealed by the vault where it is kept.
    """

    source_id: int
    message_id: str
    message_type: str
    stage: Literal["door", "pipeline"]
    code: str
    reason: str
    reason_zh: str
    received_at: datetime
    body: bytes


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Which transactions a statement saw: PostgreSQL's ``pg_current_snapshot()``.

    Attributes:
        end: the first number that no transaction had yet.
        open: those below it that were under way.
    """

    end: int = 0
    open: frozenset[int] = frozenset()

    @classmethod
    def of(cls, text: str) -> Self:
        """From ``xmin:xmax:xip,xip``."""
        _, end, open_ = text.split(":")
        return cls(int(end), frozenset(map(int, filter(None, open_.split(",")))))

    def saw(self, transaction: int) -> bool:
        """What a transaction that was committed has done."""
        return transaction < self.end and transaction not in self.open


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """What waits in the queue.

    Attributes:
        messages: how many wait, by lane.
        bytes: size of the queue's table on disk.
        oldest: when the oldest came, ``None`` when the queue is empty.
        snapshot: whose messages were counted.
    """

    messages: Mapping[Lane, int]
    bytes: int
    oldest: datetime | None
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What came in through one source.

    Attributes:
        last_at: when its last message came.
        recent: how many messages came since the beginning of the short time asked for.
        today: how many since the beginning of the day asked for.
    """

    source_id: int
    last_at: datetime
    recent: int
    today: int


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that an import did not take, without its cells.

    Attributes:
        place: running number of the reject within its import.
        line: line of the file as an editor counts, from 1.
        column: header of the offending column; empty when it is the row as a whole.
    """

    place: int
    line: int
    column: str
    code: str
    reason: str
    reason_zh: str


@dataclass(frozen=True, slots=True)
class LettersOf:
    """Which open dead letters: those of a source, or that died of something, or both; of whatever where it is ``None``.

    Attributes:
        code: of the error.
        up_to: no newer ones than the one of this id.
    """

    source_id: int | None = None
    code: str | None = None
    up_to: int | None = None


@dataclass(frozen=True, slots=True)
class LetterGroup:
    """Open dead letters of one source that died of the same.

    Attributes:
        stage, reason: of the newest.
    """

    source_id: int
    code: str
    letters: int
    first_died_at: datetime
    last_died_at: datetime
    stage: Literal["door", "pipeline"]
    reason: str
    reason_zh: str


@dataclass(frozen=True, slots=True)
class RejectSum:
    """Rows of one import that were not taken for one reason in one column, with what the first of them says."""

    code: str
    column: str
    rows: int
    first_line: int
    reason: str
    reason_zh: str


@dataclass(frozen=True, slots=True)
class ImportRun:
    """One import of one file.

    Attributes:
        kind: ``orders`` or ``customers``.
        file_key: what the file, its format and mapping were; the same key is the same import.
        format: as it was recognised, or the mapping's name.
        header: the file's columns, for the file of rejects.
        state: ``waiting`` (uploaded; its turn comes), ``running``, ``done`` or ``failed``; a failed or interrupted one goes on
            when it is begun again.
        checkpoint: up to where it was read, as JSON; ``None`` before the first chunk.
        bytes_read: of ``file_bytes``.
        rows, messages, rejected: so far.
        error: why it failed.
        notes: what was odd and stopped no row, as ``files.types.Note`` says it, in the order in which it was met.
        kept: the uploaded file that is kept until the import is done (``file``, its name) and how it is read, with the mapping
            as it was when the file was accepted; ``None`` when none is.
    """

    id: int
    source_id: int
    kind: str
    file_name: str
    file_key: str
    file_bytes: int
    format: str
    header: tuple[str, ...]
    state: str
    checkpoint: Mapping[str, Any] | None
    bytes_read: int
    rows: int
    messages: int
    rejected: int
    error: Mapping[str, Any] | None
    started_by: str
    started_at: datetime
    updated_at: datetime
    finished_at: datetime | None
    notes: tuple[Mapping[str, Any], ...] = ()
    kept: Mapping[str, Any] | None = None

    @property
    def resumable(self) -> bool:
        """It is not done, and its file is still here."""
        return self.state != "done" and self.kept is not None
