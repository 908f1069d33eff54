"""What a funnel may be: names against the declared kinds, values of the right sort, numbers within reason."""

import math
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from typing import Final, NoReturn
from zoneinfo import ZoneInfo

from siyu.insight.rules.figures import days_asked, known_kind
from siyu.insight.types import (
    FACT_KINDS,
    FunnelDefinition,
    FunnelPlan,
    FunnelStep,
    FunnelWindow,
    PropertyFilter,
    UnknownProperty,
)
from siyu.kernel.errors import BadInput

COLUMNS: Final = ("amount_fen", "source_id")  # what every fact has
_STEPS: Final = (2, 10)
_MOST_FILTERS: Final = 10
_MOST_VALUES: Final = 200
_MOST_PARTS: Final = 6
_LONGEST: Final = 256
_LARGEST: Final = 2**53  # further numbers are not exact in JSON
_LONGEST_WINDOW: Final = timedelta(days=366)
_UNITS: Final = {"hour": timedelta(hours=1), "day": timedelta(days=1)}


def check_funnel(definition: FunnelDefinition) -> None:
    """Pass when every name is known and every value fits.

    Raises:
        UnknownFactKind: no room publishes facts of a step's kind.
        UnknownProperty: facts of this kind have no such field.
        BadInput: says what else is wrong.
    """
    least, most = _STEPS
    if not least <= len(definition.steps) <= most:
        _wrong(f"a funnel has {least} to {most} steps.", f"漏斗需要 {least} 至 {most} 个步骤。")
    window_of(definition.window)
    for step in definition.steps:
        _check_step(step)


def window_of(window: FunnelWindow) -> timedelta:
    """How long the window is.

    Raises:
        BadInput: nothing, or more than 366 days.
    """
    if not 0 < window.amount <= _LONGEST_WINDOW / _UNITS[window.unit]:
        _wrong("the window is from one hour to 366 days.", "窗口期应在 1 小时至 366 天之间。")
    return window.amount * _UNITS[window.unit]


def moments_of(plan: FunnelPlan) -> tuple[date, date, datetime, datetime, datetime]:
    """(first day, last day, their beginning, their end, the end of what may follow: a window later, at most now).

    Raises:
        BadInput: as :func:`~siyu.insight.rules.figures.days_asked`.
    """
    first, last = days_asked(plan)
    zone = ZoneInfo(plan.zone)
    start, end = _midnight(first, zone), _midnight(last + timedelta(days=1), zone)
    follow = min(end + window_of(plan.definition.window), plan.now + timedelta(milliseconds=1))
    return first, last, start, min(end, follow), follow


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock_time(), zone)


def _check_step(step: FunnelStep) -> None:
    known_kind(step.kind)
    if step.name is not None:
        _check_text(step.name)
    if len(step.where) > _MOST_FILTERS:
        _wrong(f"a step has at most {_MOST_FILTERS} conditions.", f"每个步骤最多 {_MOST_FILTERS} 个条件。")
    for condition in step.where:
        _check_property(step.kind, condition.property)
        _check_value(condition)


def _check_property(kind: str, name: str) -> None:
    _check_text(name)
    declared = FACT_KINDS[kind]
    parts = name.split(".")
    known = [*declared.fields, *COLUMNS]
    if len(parts) > _MOST_PARTS or not all(parts) or (parts[0] not in known and not declared.open):
        raise UnknownProperty(kind=kind, property=name[:64], known=", ".join(known))
    if parts[0] in COLUMNS and len(parts) > 1:
        raise UnknownProperty(kind=kind, property=name[:64], known=", ".join(known))


def _check_value(condition: PropertyFilter) -> None:
    value, comparison = condition.value, condition.comparison
    if (comparison == "in") != isinstance(value, list):
        _wrong(
            "'in' takes a list of values, every other comparison one value.",
            "“in”需要值列表，其他比较方式只接受一个值。",
        )
    values = value if isinstance(value, list) else [value]
    if not 0 < len(values) <= _MOST_VALUES:
        _wrong(f"a list has 1 to {_MOST_VALUES} values.", f"值列表应包含 1 至 {_MOST_VALUES} 个值。")
    for one in values:
        if isinstance(one, str):
            _check_text(one)
        elif not isinstance(one, bool) and not (math.isfinite(one) and abs(one) < _LARGEST):
            _wrong("a number is too large.", "数值超出范围。")
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if comparison in {"gt", "lt"} and not number:
        _wrong("'gt' and 'lt' compare numbers.", "“gt”和“lt”只能比较数值。")
    if comparison == "contains" and not isinstance(value, str):
        _wrong("'contains' looks for a text.", "“contains”只能查找文本。")
    if condition.property in COLUMNS and not all(isinstance(one, int) and not isinstance(one, bool) for one in values):
        _wrong(f"'{condition.property}' is a whole number.", f"“{condition.property}”是整数。")
    if len({_sort(one) for one in values}) > 1:
        _wrong("the values of a list are of one sort.", "列表中的值必须是同一类型。")


def _sort(value: object) -> str:
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def _check_text(text: str) -> None:
    if len(text) > _LONGEST or "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        _wrong(f"a text has at most {_LONGEST} usable characters.", f"文本最多 {_LONGEST} 个有效字符。")


def _wrong(en: str, zh: str) -> NoReturn:
    raise BadInput(reason=en, reason_zh=zh)
