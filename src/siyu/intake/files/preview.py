"""The dry run: reads as an import would and adds up what would happen. Nothing personal is shown unmasked."""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import numpy as np

from siyu.intake.files import reasons
from siyu.intake.files.runner import Run
from siyu.intake.files.types import Chunk, Note, Preview, Recognition, Reject
from siyu.intake.types import Message

COMPACT = 1_000_000
MOST_STATUSES = 10_000
PERSONAL = frozenset({"name", "nickname", "phone", "email", "address", "birthday", "note"})


class Distinct:
    """Counts distinct values in eight bytes each, so that millions fit: 64-bit hashes, sorted and merged now and then."""

    def __init__(self) -> None:
        self._new = array("q")
        self._sorted = np.empty(0, dtype=np.int64)

    def add(self, value: object) -> None:
        """Count one value."""
        self._new.append(hash(value))
        if len(self._new) >= COMPACT:
            self._compact()

    def _compact(self) -> None:
        self._sorted = np.union1d(self._sorted, np.frombuffer(self._new, dtype=np.int64))
        self._new = array("q")

    def __len__(self) -> int:
        if self._new:
            self._compact()
        return len(self._sorted)


def mask(value: Any) -> Any:
    """Enough of a personal value to recognise it, not enough to use it."""
    text = str(value)
    if len(text) <= 2:
        return text[:1] + "*"
    if len(text) >= 7:
        return f"{text[:3]}****{text[-2:]}"
    return text[:1] + "*" * (len(text) - 1)


def masked(data: Any, key: str = "") -> Any:
    """A payload with its personal parts masked."""
    if isinstance(data, Mapping):
        return {name: masked(value, name) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [masked(value, key) for value in data]
    if key in PERSONAL and data is not None:
        return mask(data)
    return data


def example(message: Message) -> dict[str, Any]:
    """A message as the preview shows it."""
    claims = [
        {"type": c.type, "scope": c.scope, "value": mask(c.value), "strength": c.strength} for c in message.claims
    ]
    return {
        "type": message.type,
        "message_id": message.message_id,
        "occurred_at": message.occurred_at.isoformat(),
        "claims": claims,
        "payload": masked(message.payload),
    }


class Sums:
    """What a preview adds up."""

    def __init__(self, examples: int, rejects: int) -> None:
        self._most_examples, self._most_rejects = examples, rejects
        self.messages = self.lines = self.anonymous = self.paid = self.refunded = self.rejects = 0
        self.orders, self.people = Distinct(), Distinct()
        self.identifiers: Counter[str] = Counter()
        self.statuses: Counter[tuple[str, str | None]] = Counter()
        self.notes: Counter[tuple[str, str]] = Counter()
        self.first: datetime | None = None
        self.last: datetime | None = None
        self.examples: list[Mapping[str, Any]] = []
        self.shown: list[Reject] = []

    def add(self, chunk: Chunk) -> None:
        """Take in a chunk."""
        for note in chunk.notes:
            self.notes[note.code, note.value] += note.rows
        self.rejects += len(chunk.rejects)
        for reject in chunk.rejects[: self._most_rejects - len(self.shown)]:
            self.shown.append(Reject(reject.line, reject.column, reject.problem, ()))
        for message in chunk.messages:
            self._add_message(message)
        self.examples.extend(example(m) for m in chunk.messages[: self._most_examples - len(self.examples)])

    def _add_message(self, message: Message) -> None:
        self.messages += 1
        for claim in message.claims:
            self.identifiers[claim.type] += 1
        if message.claims:
            first = message.claims[0]
            self.people.add((first.type, first.scope, first.value))
        else:
            self.anonymous += 1
        if message.type == "order":
            self._add_order(message.payload)
        self.first = min(self.first or message.occurred_at, message.occurred_at)
        self.last = max(self.last or message.occurred_at, message.occurred_at)

    def _add_order(self, order: Mapping[str, Any]) -> None:
        self.orders.add((order["shop"], order["order_no"]))
        self.lines += len(order["lines"])
        self.paid += _sum(order, "paid_fen")
        self.refunded += _sum(order, "refunded_fen")
        if order["raw_status"] and len(self.statuses) < MOST_STATUSES:
            self.statuses[order["raw_status"], order["status"]] += 1

    def all_notes(self, *, derived: bool) -> Iterable[Note]:
        """The notes, and a warning when derived order numbers are not distinct."""
        for (code, value), rows in sorted(self.notes.items()):
            yield reasons.note(code, value, rows)
        if derived and (repeated := self.messages - len(self.orders)):
            yield reasons.note("repeated_orders", "", repeated)


def _sum(order: Mapping[str, Any], key: str) -> int:
    """The order's amount, or that of its lines where it has none of its own."""
    own = order[key]
    return own if own is not None else sum(line[key] or 0 for line in order["lines"])


def preview_run(run: Run, recognition: Recognition, limit: int | None, examples: int, *, derived: bool) -> Preview:
    """Read up to ``limit`` rows (None: all) and add up."""
    sums = Sums(examples, examples)
    rows, complete = 0, False
    for chunk in run.chunks():
        sums.add(chunk)
        rows, complete = chunk.checkpoint.rows, chunk.checkpoint.done
        if limit is not None and rows >= limit and not complete:
            break
    statuses = {raw: (meaning, count) for (raw, meaning), count in sums.statuses.most_common(50)}
    return Preview(
        recognition=recognition,
        complete=complete,
        rows=rows,
        messages=sums.messages,
        orders=len(sums.orders),
        lines=sums.lines,
        people=len(sums.people),
        anonymous=sums.anonymous,
        identifiers=dict(sums.identifiers),
        paid_fen=sums.paid,
        refunded_fen=sums.refunded,
        first_at=sums.first,
        last_at=sums.last,
        statuses=statuses,
        notes=tuple(sums.all_notes(derived=derived)),
        reject_count=sums.rejects,
        rejects=tuple(sums.shown),
        examples=tuple(sums.examples),
    )
