"""Conditions on facts as aggregates over a person's rows: does it hold, and when may that change by time alone.

Rows have ``t`` (milliseconds), ``amount`` (fen) and one truth a condition. Moments are numbers of milliseconds; what is
never is ``NEVER``. Values are parameters; names were checked before (:mod:`siyu.segments.rules`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from siyu.kernel.clock import to_millis
from siyu.segments.rules import ScanLeaf, scan_leaves
from siyu.segments.types import AllOf, AnyOf, Bought, Did, FollowedBy, Not, Rule, Span, Window

NEVER: Final = 2**62
BEFORE: Final = -(2**62)
DAY: Final = 86_400_000
_IN_TEXT: Final = 2500  # ids of 8 digits or so: a statement may have 256 kB, and has a few such lists
_UNITS: Final = {"minute": 60_000, "hour": 3_600_000, "day": DAY}
_SIGNS: Final = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<", "eq": "=", "ne": "!="}


class Values:
    """Parameters, numbered as they come; the same value has one place."""

    def __init__(self) -> None:
        self.all: dict[str, Any] = {}
        self._places: dict[tuple[str, str], str] = {}

    def put(self, value: Any, type_: str) -> str:
        """Its place in the text."""
        key = (repr(value), type_)
        if key not in self._places:
            name = f"v{len(self.all)}"
            self.all[name] = value
            self._places[key] = f"{{{name}:{type_}}}"
        return self._places[key]

    def ids(self, ids: Sequence[int]) -> str:
        """Ids, in the text itself where that is short: parameters travel in the address, which is slow for many."""
        if len(ids) > _IN_TEXT:
            return self.put(list(ids), "Array(UInt64)")
        return f"CAST([{', '.join(map(str, map(int, ids)))}], 'Array(UInt64)')"


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, in milliseconds, and whose calendar counts days."""

    now: int
    zone: ZoneInfo


def millis(span: Span) -> int:
    """A length of time in milliseconds."""
    return span.amount * _UNITS[span.unit]


def limits(window: Window, moment: Moment) -> tuple[int | None, int | None]:
    """(later than, earlier than) in milliseconds; ``None`` leaves it open."""
    if window.last is not None:
        return moment.now - millis(window.last), None
    after = None if window.first_day is None else _midnight(window.first_day, moment.zone) - 1
    before = None if window.last_day is None else _midnight(window.last_day + timedelta(days=1), moment.zone)
    return after, before


def _midnight(day: date, zone: ZoneInfo) -> int:
    return to_millis(datetime.combine(day, time(), zone))


class Aggregates:
    """The aggregates that some parts of a scan need, each once."""

    def __init__(self, moment: Moment, values: Values, columns: Mapping[Any, str]) -> None:
        """``columns``: the column of truths of each test of rows (:func:`tests_of`)."""
        self._moment, self._values, self._columns = moment, values, columns
        self._names: dict[str, str] = {}

    @property
    def select(self) -> str:
        """All of them, named."""
        return "".join(f", {sql} AS {name}" for sql, name in self._names.items())

    def _named(self, sql: str) -> str:
        return self._names.setdefault(sql, f"a{len(self._names)}")

    def holds(self, rule: Rule) -> str:
        """An expression that is true where the part of the scan holds."""
        if isinstance(rule, AllOf | AnyOf):
            joint = " AND " if isinstance(rule, AllOf) else " OR "
            return "(" + joint.join(self.holds(part) for part in rule.of) + ")"
        if isinstance(rule, Not):
            return f"NOT {self.holds(rule.of)}"
        if isinstance(rule, FollowedBy):
            return self._followed(rule)
        assert isinstance(rule, Did | Bought), rule
        if rule.measure in {"since_first", "since_last"}:
            bound = self._values.put(self._moment.now - rule.value * DAY, "Int64")
            return f"({self._end(rule)} {'<=' if rule.comparison == 'ge' else '>'} {bound} AND {self._count(rule)} > 0)"
        return f"({self._amount(rule)} {_SIGNS[rule.comparison]} {self._values.put(rule.value, 'Int64')})"

    def _count(self, leaf: Did | Bought) -> str:
        return self._named(f"countIf({self._columns[leaf]})")

    def _end(self, leaf: Did | Bought, *, last: bool | None = None) -> str:
        newest = leaf.measure == "since_last" if last is None else last
        return self._named(f"{'maxIf' if newest else 'minIf'}(t, {self._columns[leaf]})")

    def _amount(self, leaf: Did | Bought) -> str:
        column = self._columns[leaf]
        if leaf.measure == "sum":
            return self._named(f"sumIf(amount, {column})")
        if leaf.measure == "days":
            zone = self._values.put(self._moment.zone.key, "String")
            day = f"toDate32(fromUnixTimestamp64Milli(t, 'UTC'), {zone})"
            return f"toInt64({self._named(f'uniqExactIf({day}, {column})')})"
        return f"toInt64({self._count(leaf)})"

    # A way is told from all its moments in the order of time, as numbers: t × 4 + 1 (first) + 2 (then), of longer ways t × 8 …

    def _moments(self, leaf: FollowedBy) -> str:
        steps = [self._columns[leaf.first, leaf.since]]
        steps += [self._columns[then, leaf.since, leaf.within] for then in leaf.thens]
        bits = " + ".join(f"{2**place} * {step}" for place, step in enumerate(steps))
        return self._named(f"arraySort(groupArrayIf(t * {2 ** len(steps)} + {bits}, {' OR '.join(steps)}))")

    def _followed(self, leaf: FollowedBy) -> str:
        return self._went(leaf) if leaf.followed else self._did_not_go(leaf)

    def _went(self, leaf: FollowedBy) -> str:
        """Of every first, only the newest from which the way came so far can be near enough."""
        moments, time, span = self._moments(leaf), _time(leaf), self._values.put(millis(leaf.within), "Int64")
        firsts = f"arrayMap(m -> if({_is(0)}, {time}, {BEFORE}), {moments})"
        for step in range(1, len(leaf.thens) + 1):
            newest = f"arrayShiftRight(arrayFill(f -> f != {BEFORE}, {firsts}), 1, toInt64({BEFORE}))"
            firsts = f"arrayMap((m, f) -> if({_is(step)}, f, {BEFORE}), {moments}, {newest})"
        near = f"f != {BEFORE} AND {time} - f <= {span}"
        return f"arrayExists((m, f) -> {near}, {moments}, {firsts})"

    def _did_not_go(self, leaf: FollowedBy) -> str:
        """Of every end, only the next that can be reached counts, and it is too late."""
        moments, time, span = self._moments(leaf), _time(leaf), self._values.put(millis(leaf.within), "Int64")
        ends = f"arrayMap(m -> if({_is(len(leaf.thens))}, {time}, {NEVER}), {moments})"
        for step in range(len(leaf.thens) - 1, -1, -1):
            next_ = f"arrayShiftLeft(arrayReverseFill(f -> f != {NEVER}, {ends}), 1, toInt64({NEVER}))"
            ends = f"arrayMap((m, f) -> if({_is(step)}, f, {NEVER}), {moments}, {next_})" if step else next_
        now = self._values.put(self._moment.now, "Int64")
        alone = f"{_is(0)} AND {time} + {span} <= {now} AND f - {time} > {span}"
        return f"arrayExists((m, f) -> {alone}, {moments}, {ends})"

    def due(self, rule: Rule) -> str:
        """The next moment at which the part may answer otherwise without any fact; ``NEVER`` when there is none."""
        parts = [due for leaf in dict.fromkeys(scan_leaves(rule)) for due in self._dues(leaf)]
        return f"least({', '.join(parts)}, {NEVER})" if parts else str(NEVER)

    def _dues(self, leaf: ScanLeaf) -> list[str]:
        if isinstance(leaf, FollowedBy):
            return self._dues_of_way(leaf)
        dues = []
        if leaf.within.last is not None:
            dues.append(self._leaves_window(leaf, millis(leaf.within.last)))
        if leaf.measure in {"since_first", "since_last"}:
            reached = f"{self._end(leaf)} + {leaf.value * DAY}"
            dues.append(f"if({self._count(leaf)} > 0, {self._later(reached)}, {NEVER})")
        return dues

    def _leaves_window(self, leaf: Did | Bought, span: int) -> str:
        """When the facts in the window become fewer in a way that can matter."""
        count, oldest = self._count(leaf), f"{self._end(leaf, last=False)} + {span}"
        if leaf.measure in {"count", "days"}:
            least = leaf.value + (leaf.comparison in {"gt", "le"})
            if leaf.comparison in {"ge", "gt", "lt", "le"}:
                if least <= 0:
                    return str(NEVER)
                if least == 1:  # any or none: the newest counts
                    return f"if({count} > 0, {self._end(leaf, last=True)} + {span}, {NEVER})"
                enough = f"{self._amount(leaf)} >= {self._values.put(least, 'Int64')}"
                return f"if({enough}, {oldest}, {NEVER})"  # with fewer it stays as it is
        return f"if({count} > 0, {oldest}, {NEVER})"

    def _dues_of_way(self, leaf: FollowedBy) -> list[str]:
        moments, dues = self._moments(leaf), []
        firsts = f"arrayMap(m -> {_time(leaf)}, arrayFilter(m -> {_is(0)}, {moments}))"
        if leaf.since.last is not None:
            end = f"arrayMin(arrayPushBack({firsts}, toInt64({NEVER}))) + {millis(leaf.since.last)}"
            dues.append(f"least({end}, {NEVER})")
        if not leaf.followed:
            passed = f"arrayFilter(f -> f > {self._values.put(self._moment.now, 'Int64')}, "
            passed += f"arrayMap(f -> f + {millis(leaf.within)}, {firsts}))"
            dues.append(f"arrayMin(arrayPushBack({passed}, toInt64({NEVER})))")
        return dues

    def _later(self, moment: str) -> str:
        return f"if({moment} > {self._values.put(self._moment.now, 'Int64')}, {moment}, {NEVER})"


def _is(step: int) -> str:
    return f"bitAnd(m, {2**step}) != 0"


def _time(leaf: FollowedBy) -> str:
    base = 2 ** (1 + len(leaf.thens))
    return f"intDiv(m - bitAnd(m, {base - 1}), {base})"
