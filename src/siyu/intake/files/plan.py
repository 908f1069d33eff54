"""A format bound to a file's header: converts batches of rows into columns of values, and finds the rows to reject."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from siyu.intake.files import reasons
from siyu.intake.files.cells import (
    Column,
    CountColumn,
    DecimalColumn,
    FlagColumn,
    IdColumn,
    MoneyColumn,
    PersonalColumn,
    TagsColumn,
    TextColumn,
    WordColumn,
    claim_values,
    clean_column,
)
from siyu.intake.files.formats.spec import (
    CUSTOMER_TARGETS,
    ORDER_TARGETS,
    Field,
    Format,
    Identifier,
    MoneyUnit,
    header_key,
)
from siyu.intake.files.reading.rows import RowBatch
from siyu.intake.files.times import TimeColumn
from siyu.intake.files.types import ImportOptions, Problem, Reject
from siyu.intake.types import IdentifierClaim

LONGEST_CLAIM = 256
Notes = Counter[tuple[str, str]]


@dataclass(slots=True)
class _Bound:
    field: Field
    index: int
    others: list[int]
    column: Column[Any]
    kind: str


@dataclass(slots=True)
class Columns:
    """A batch, converted: values by target, claims by row. All lists are as long as ``lines``."""

    values: dict[str, list[Any]]
    claims: list[tuple[IdentifierClaim, ...]]
    keys: list[str]
    lines: list[int]
    indexes: list[int]
    count: int

    def get(self, target: str) -> list[Any]:
        """The values of a target; None for each row when the file does not have it."""
        return self.values.get(target) or [None] * self.count


def _make_column(
    kind: str,
    *,
    needed: bool,
    unit: MoneyUnit,
    clock: tuple[ZoneInfo, datetime, Sequence[str]],
    words: tuple[Mapping[str, str | None], Mapping[str, str | None]],
) -> Column[Any]:
    """The converter of a kind of cell."""
    makers: dict[str, Callable[[], Column[Any]]] = {
        "id": lambda: IdColumn(needed=needed),
        "text": TextColumn,
        "personal": PersonalColumn,
        "money": lambda: MoneyColumn(unit),
        "time": lambda: TimeColumn(*clock),
        "count": CountColumn,
        "integer": lambda: DecimalColumn(whole=True),
        "decimal": lambda: DecimalColumn(whole=False),
        "status": lambda: WordColumn(words[0], keep_unknown=False),
        "refund": lambda: WordColumn(words[1], keep_unknown=True),
        "flag": FlagColumn,
        "tags": TagsColumn,
    }
    return makers[kind]()


class Plan:
    """A format bound to a header."""

    def __init__(self, form: Format, header: Sequence[str], options: ImportOptions) -> None:
        self.form, self.header = form, header
        self.zone = ZoneInfo(form.zone or options.zone)
        self._clock = (self.zone, options.now.astimezone(UTC), form.times)
        index: dict[str, int] = {}
        for place, name in enumerate(header):
            index.setdefault(header_key(name), place)
        self._index = index
        self._bound: list[_Bound] = []
        for field in form.fields:
            if bound := self._bind(field):
                self._bound.append(bound)
        self.targets = frozenset(bound.field.target for bound in self._bound)
        self._identifiers = [
            (identifier, at, self._find(identifier.scope_headers))
            for identifier in form.identifiers
            if (at := self._find(identifier.headers)) is not None
        ]
        self._derive = [at for name in form.derive_order_no if (at := self._find((name,))) is not None]

    def _find(self, headers: Sequence[str]) -> int | None:
        return next((at for name in headers if (at := self._index.get(header_key(name))) is not None), None)

    def _bind(self, field: Field) -> _Bound | None:
        present = list(
            dict.fromkeys(at for name in field.headers if (at := self._index.get(header_key(name))) is not None)
        )
        if not present and field.constant is None:
            return None
        targets = ORDER_TARGETS if self.form.kind == "orders" else CUSTOMER_TARGETS
        kind = field.kind or targets.get(field.target, "text")
        needed = field.target == "order_no"
        place, others = (present[0], present[1:]) if present else (-1, [])
        alike = (
            b for b in self._bound if b.index == place >= 0 and b.others == others and b.kind == kind and not needed
        )
        shared = next(alike, None)
        column = shared.column if shared else _make_column(
            kind,
            needed=needed,
            unit=self.form.money,
            clock=self._clock,
            words=(self.form.statuses, self.form.refunds),
        )  # fmt: skip
        return _Bound(field, place, others, column, kind)

    def convert(self, batch: RowBatch, notes: Notes) -> tuple[Columns, list[Reject]]:
        """Convert a batch; rows that cannot be taken come out as rejects, in order."""
        rows, lines, indexes = batch.rows, batch.lines, list(range(len(batch.rows)))
        rejects: list[Reject] = []
        if batch.problems:
            for at, (column, problem) in batch.problems.items():
                rejects.append(self._reject(lines[at], column, problem, rows[at]))
            indexes = [at for at in indexes if at not in batch.problems]
        while True:
            kept = rows if len(indexes) == len(rows) else [rows[at] for at in indexes]
            columns, problems, odd = self._columns(kept, wrapped=batch.wrapped)
            if not problems:
                break
            for at, (column, problem) in problems.items():
                rejects.append(self._reject(lines[indexes[at]], column, problem, kept[at]))
            indexes = [index for at, index in enumerate(indexes) if at not in problems]
        notes.update(odd)
        columns.indexes = indexes
        columns.lines = [lines[at] for at in indexes]
        rejects.sort(key=lambda reject: reject.line)
        return columns, rejects

    def _reject(self, line: int, column: int, problem: Problem, row: Sequence[str]) -> Reject:
        name = self.header[column] if 0 <= column < len(self.header) else ""
        return Reject(line, name, problem, tuple(row))

    def _columns(
        self, rows: list[list[str]], *, wrapped: bool
    ) -> tuple[Columns, dict[int, tuple[int, Problem]], Notes]:
        count = len(rows)
        table = list(zip(*rows, strict=True)) if rows else [()] * len(self.header)
        cleaned: dict[int, list[str]] = {}
        problems: dict[int, tuple[int, Problem]] = {}
        odd: Notes = Counter()

        def cells(at: int) -> list[str]:
            if at not in cleaned:
                cleaned[at] = clean_column(table[at], wrapped=wrapped)
            return cleaned[at]

        values: dict[str, list[Any]] = {}
        done: dict[tuple[int, int], list[Any]] = {}  # two fields of one column are converted once
        for bound in self._bound:
            same = (bound.index, id(bound.column))
            if same in done:
                values[bound.field.target] = done[same]
                continue
            text = cells(bound.index) if bound.index >= 0 else [bound.field.constant or ""] * count
            for other in bound.others:  # a column may be there and empty, and its synonym filled
                text = [first or second for first, second in zip(text, cells(other), strict=True)]
            wrong: dict[int, Problem] = {}
            values[bound.field.target] = done[same] = bound.column.convert(text, wrong)
            for at, problem in wrong.items():
                problems.setdefault(at, (bound.index, problem))
            if bound.kind == "status":
                values["raw_status"] = [cell or None for cell in text]
            if bound.kind in {"status", "refund", "count"}:
                for word, rows_of in bound.column.take_unknown(text).items():
                    odd[_NOTE_OF[bound.kind], "" if bound.kind == "count" else word] += rows_of
        claims = self._claims(cells, count, odd)
        if self.form.kind == "customers":
            for at, found in enumerate(claims):
                if not found:
                    problems.setdefault(at, (self._identifiers[0][1] if self._identifiers else -1, reasons.NOBODY))
        parts = [cells(at) for at in self._derive]
        keys = list(map("\x1f".join, zip(*parts, strict=True))) if parts else []
        for at, key in enumerate(keys):
            if not key.strip("\x1f"):
                problems.setdefault(at, (self._derive[0], reasons.MISSING))
        return Columns(values, claims, keys, [], [], count), problems, odd

    def _claims(self, cells: Any, count: int, odd: Notes) -> list[tuple[IdentifierClaim, ...]]:
        found: list[list[IdentifierClaim | None]] = []
        for identifier, at, scope_at in self._identifiers:
            usable, masked, rounded = claim_values(cells(at))
            if masked:
                odd["masked_identifier", self.header[at]] += masked
            if rounded:
                odd["rounded_identifier", self.header[at]] += rounded
            found.append(_claim_column(identifier, usable, cells(scope_at) if scope_at is not None else None))
        if not found:
            return [()] * count
        rows: list[tuple[IdentifierClaim, ...]] = [tuple(filter(None, row)) for row in zip(*found, strict=True)]
        if len({identifier.type for identifier, _, _ in self._identifiers}) < len(self._identifiers):
            return [merge_claims(row) if len(row) > 1 else row for row in rows]
        return rows


_NOTE_OF = {"status": "unknown_status", "refund": "unknown_refund", "count": "fractional_quantity"}


def _claim_column(identifier: Identifier, values: list[str], scopes: list[str] | None) -> list[IdentifierClaim | None]:
    """The claims of a column; the rows of one order share one object, which makes comparing them cheap."""
    kind, strength = identifier.type, identifier.strength
    found: list[IdentifierClaim | None] = []
    within = scopes or ([""] if identifier.scope_headers else [identifier.scope]) * len(values)
    scope_needed = bool(identifier.scope_headers)
    last: IdentifierClaim | None = None
    for value, scope in zip(values, within, strict=True):
        if not value or len(value) > LONGEST_CLAIM or (scope_needed and not scope):
            found.append(None)
            continue
        if last is None or last.value != value or last.scope != scope:
            last = IdentifierClaim(kind, scope, value, strength)
        found.append(last)
    return found


def merge_claims(claims: Sequence[IdentifierClaim]) -> tuple[IdentifierClaim, ...]:
    """Each identifier once, in order, as strong as its strongest claim."""
    best: dict[tuple[str, str, str], IdentifierClaim] = {}
    for claim in claims:
        key = (claim.type, claim.scope, claim.value)
        if key not in best or (claim.strength == "self" and best[key].strength != "self"):
            best[key] = claim
    return tuple(best.values())
