"""What a rule may be: names against the declared kinds, values of the right sort, numbers within reason."""

import math
from collections.abc import Iterable, Mapping
from datetime import date
from difflib import SequenceMatcher
from typing import Final, NoReturn

from siyu.channels.types import FACTS as OF_CHANNELS
from siyu.commerce.types import FACTS as OF_ORDERS
from siyu.customers.types import FACTS as OF_CUSTOMERS
from siyu.customers.types import Layer
from siyu.identity.types import FACTS as OF_IDENTITY
from siyu.kernel.fact import FactKind
from siyu.members.types import FACTS as OF_MEMBERS
from siyu.segments.types import (
    AllOf,
    Anniversary,
    AnyOf,
    Bought,
    Bounds,
    ConsentIs,
    Did,
    EntryCode,
    FactTest,
    FirstSource,
    FollowedBy,
    InGroup,
    Leaf,
    Not,
    OnLayer,
    Predicted,
    PropertyTest,
    RelationIs,
    Rfm,
    Rule,
    Span,
    TagOn,
    Trait,
    TraitDate,
    UnusableRule,
    ValueIs,
    Window,
    leaves,
)
from siyu.timeline.types import (
    OF_DRAWS,
    OF_JOURNEYS,
    OF_LEDGER,
    OF_PAYMENTS,
    OF_REWARDS,
    OF_TOUCHES,
    OF_TRIALS,
    UnknownFactKind,
    UnknownProperty,
)

# What rules may ask of. Not of segments' own facts: a rule could change its own answer for ever.
FACT_KINDS: Final[Mapping[str, FactKind]] = {
    kind.name: kind
    for kind in sorted(
        (
            *OF_ORDERS,
            *OF_CUSTOMERS,
            *OF_IDENTITY,
            *OF_CHANNELS,
            *OF_MEMBERS,
            *OF_TOUCHES,
            *OF_PAYMENTS,
            *OF_LEDGER,
            *OF_REWARDS,
            *OF_DRAWS,
            *OF_TRIALS,
            *OF_JOURNEYS,
        ),
        key=lambda kind: kind.name,
    )
}
COLUMNS: Final = ("amount_fen", "source_id")  # what every fact has
MOST_LEAVES: Final = 100
MOST_DEPTH: Final = 12
_MOST_FILTERS: Final = 10
_MOST_VALUES: Final = 1000
_MOST_PARTS: Final = 6
_MOST_STEPS: Final = 6
_LONGEST: Final = 256
_LARGEST: Final = 2**53  # further numbers are not exact in JSON
_MOST_DAYS: Final = 36_600
_IN_DAYS: Final = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0}
_NUMBERS: Final = frozenset({"gt", "ge", "lt", "le"})


def check(rule: Rule, personal: Iterable[str] = ()) -> None:
    """Pass when every name is known and every value fits. What a rule refers to is looked up by the service.

    Args:
        rule: the tree.
        personal: of the traits it names, those that are personal data.

    Raises:
        UnknownFactKind: no room publishes facts of a kind.
        UnknownProperty: facts of a kind have no such field.
        UnusableRule: says what else is wrong.
    """
    _check_shape(rule, 1)
    conditions = list(leaves(rule))
    if len(conditions) > MOST_LEAVES:
        _wrong(
            f"it has {len(conditions)} conditions, at most {MOST_LEAVES} are possible. Make segments of its parts.",
            f"条件共 {len(conditions)} 个，最多 {MOST_LEAVES} 个。请将部分条件拆成单独的人群。",
        )
    hidden = frozenset(personal)
    for leaf in conditions:
        _check_leaf(leaf, hidden)


def _check_shape(rule: Rule, depth: int) -> None:
    if depth > MOST_DEPTH:
        _wrong(f"it is nested more than {MOST_DEPTH} deep.", f"嵌套超过 {MOST_DEPTH} 层，请简化。")
    if isinstance(rule, AllOf | AnyOf):
        if not rule.of:
            _wrong(
                f"'{rule.condition}' is empty. Put a condition into it, or take it out.",
                f"“{'全部满足' if rule.condition == 'all' else '任一满足'}”为空，请添加条件，或删除该分组。",
            )
        for part in rule.of:
            _check_shape(part, depth + 1)
    elif isinstance(rule, Not):
        _check_shape(rule.of, depth + 1)


def _check_leaf(leaf: Leaf, hidden: frozenset[str]) -> None:
    if isinstance(leaf, Trait):
        _check_trait(leaf, hidden)
    elif isinstance(leaf, TraitDate | Anniversary):
        _check_date(leaf, hidden)
    elif isinstance(leaf, TagOn | RelationIs):
        _check_standing(leaf)
    elif isinstance(leaf, ConsentIs):
        _check_name("channel", "渠道", leaf.channel)
    elif isinstance(leaf, InGroup):
        _check_values(leaf.groups, least=0)
    elif isinstance(leaf, OnLayer):
        if not leaf.layers or not set(leaf.layers) <= set(map(int, Layer)):
            _wrong("layers of the ladder are 0 to 4; name at least one.", "关系阶梯取值为 0 至 4，请至少选择一层。")
    elif isinstance(leaf, FirstSource | EntryCode):
        ids = leaf.source_ids if isinstance(leaf, FirstSource) else leaf.codes
        _check_values(ids, least=1)
    elif isinstance(leaf, Did | Bought | FollowedBy):
        _check_behaviour(leaf)
    elif isinstance(leaf, Rfm | ValueIs | Predicted):
        _check_worth(leaf)


def _check_trait(leaf: Trait, hidden: frozenset[str]) -> None:
    _check_name("trait", "属性", leaf.name)
    if leaf.name in hidden and leaf.comparison != "exists":
        _wrong(
            f"'{leaf.name}' is personal data and kept encrypted: ask only whether it is there ('exists').",
            f"“{leaf.name}”属于个人信息，加密保存，只能判断是否存在（exists）。",
        )
    _check_comparison(leaf.name, leaf.comparison, leaf.value)


def _check_date(leaf: TraitDate | Anniversary, hidden: frozenset[str]) -> None:
    _check_name("trait", "属性", leaf.name)
    if leaf.name in hidden:
        _wrong(
            f"'{leaf.name}' is personal data and kept encrypted; it has no date to compare.",
            f"“{leaf.name}”属于个人信息，加密保存，无法按日期比较。",
        )
    if isinstance(leaf, Anniversary):
        if not 0 <= leaf.days <= 365:
            _wrong("an anniversary is looked for in the next 0 to 365 days.", "周年日的提前天数为 0 至 365 天。")
        return
    absolute = leaf.comparison in {"before", "from"}
    if absolute and (leaf.day is None or leaf.days is not None):
        _wrong(f"'{leaf.comparison}' compares with a 'day'.", f"“{leaf.comparison}”需要一个日期（day）。")
    if not absolute:
        if leaf.days is None or leaf.day is not None:
            _wrong(f"'{leaf.comparison}' needs a number of 'days'.", f"“{leaf.comparison}”需要天数（days）。")
        _check_days(leaf.days)


def _check_standing(leaf: TagOn | RelationIs) -> None:
    if isinstance(leaf, TagOn):
        _check_name("tag", "标签", leaf.tag)
    for text in (leaf.source if isinstance(leaf, TagOn) else leaf.scope,):
        if text is not None:
            _check_text(text)
    for days in (leaf.at_least_days, leaf.less_than_days):
        if days is not None:
            _check_days(days)


def _check_behaviour(leaf: Did | Bought | FollowedBy) -> None:
    if isinstance(leaf, FollowedBy):
        if len(leaf.thens) >= _MOST_STEPS:
            _wrong(f"a sequence has at most {_MOST_STEPS} facts.", f"一个先后条件最多包含 {_MOST_STEPS} 个行为。")
        for test in (leaf.first, *leaf.thens):
            check_fact(test)
        _check_span(leaf.within)
        _check_window(leaf.since)
        return
    if isinstance(leaf, Did):
        check_fact(leaf.fact)
    else:
        _check_values(leaf.product_nos, least=0)
        for text in (leaf.platform, leaf.shop, leaf.category, leaf.title):
            if text is not None:
                _check_name("value", "取值", text)
    _check_window(leaf.within)
    if abs(leaf.value) > _LARGEST:
        _wrong("a number is too large.", "数值超出范围。")
    if leaf.measure in {"since_first", "since_last"}:
        if leaf.comparison not in {"ge", "lt"}:
            _wrong(
                f"'{leaf.measure}' takes 'ge' (so many days ago or longer) or 'lt' (less).",
                f"“{leaf.measure}”只能用 ge（至少多少天前）或 lt（不到多少天）。",
            )
        _check_days(leaf.value)
    elif leaf.measure != "sum" and leaf.value < 0:
        _wrong(f"'{leaf.measure}' is never below 0.", f"“{leaf.measure}”不会小于 0，请修改数值。")


def _check_worth(leaf: Rfm | ValueIs | Predicted) -> None:
    if isinstance(leaf, Rfm):
        bounds = [one for one in (leaf.recency_days, leaf.purchases, leaf.money_fen) if one is not None]
        if not bounds:
            _wrong("give bounds of recency, purchases or money.", "请至少给出最近购买、购买次数、金额之一的范围。")
        for one in bounds:
            _check_bounds(one)
        if leaf.recency_days is not None:
            for days in (leaf.recency_days.least, leaf.recency_days.most):
                if days is not None:
                    _check_days(days)
    elif isinstance(leaf, ValueIs):
        if abs(leaf.fen) > _LARGEST:
            _wrong("a number is too large.", "数值超出范围。")
    elif not (math.isfinite(leaf.value) and abs(leaf.value) <= _LARGEST):
        _wrong("a number is too large.", "数值超出范围。")


def _check_bounds(bounds: Bounds) -> None:
    ends = [end for end in (bounds.least, bounds.most) if end is not None]
    if not ends or any(abs(end) > 2**31 for end in ends) or ends != sorted(ends):
        _wrong(
            "bounds need a 'least' or a 'most', the first not above the second.",
            "范围至少需要一端，且下限不能大于上限。",
        )


def _check_window(window: Window) -> None:
    if window.last is not None:
        if window.first_day is not None or window.last_day is not None:
            _wrong(
                "a window is either 'last' or from one day to another, not both.",
                "时间范围只能是“最近一段时间”或起止日期之一。",
            )
        _check_span(window.last)
    days = [day for day in (window.first_day, window.last_day) if day is not None]
    if any(not date(1970, 1, 1) <= day <= date(2149, 6, 5) for day in days):
        _wrong("days are from 1970 to 2149.", "日期应在 1970 年至 2149 年之间。")
    if days != sorted(days):
        _wrong("the first day of a window lies after the last.", "起始日期晚于结束日期，请对调。")


def _check_span(span: Span) -> None:
    if not 0 < span.amount * _IN_DAYS[span.unit] <= _MOST_DAYS:
        _wrong(f"a time is from one minute to {_MOST_DAYS} days.", f"时长应在 1 分钟至 {_MOST_DAYS} 天之间。")


def _check_days(days: int) -> None:
    if not 0 <= days <= _MOST_DAYS:
        _wrong(f"a number of days is 0 to {_MOST_DAYS}.", f"天数应在 0 至 {_MOST_DAYS} 之间。")


def check_fact(test: FactTest, kinds: Mapping[str, FactKind] = FACT_KINDS) -> None:
    """Pass when there can be such facts.

    Args:
        test: which.
        kinds: every kind that may be asked of, by its name; rules of segments may not ask of all.

    Raises:
        UnknownFactKind, UnknownProperty: nothing is called so; says what is.
        UnusableRule: says what else to change.
    """
    if test.kind not in kinds:
        raise UnknownFactKind(kind=test.kind[:64], nearest=", ".join(_nearest(test.kind[:64], kinds)))
    if test.name is not None:
        _check_text(test.name)
    if len(test.where) > _MOST_FILTERS:
        _wrong(f"a fact has at most {_MOST_FILTERS} conditions.", f"每个事实最多 {_MOST_FILTERS} 个条件。")
    for condition in test.where:
        _check_property(kinds[test.kind], condition)


def _check_property(declared: FactKind, condition: PropertyTest) -> None:
    name = condition.property
    _check_text(name)
    parts = name.split(".")
    known = [*declared.fields, *COLUMNS]
    misplaced = parts[0] in COLUMNS and len(parts) > 1
    if len(parts) > _MOST_PARTS or not all(parts) or misplaced or (parts[0] not in known and not declared.open):
        raise UnknownProperty(
            kind=declared.name, property=name[:64], known=", ".join([*_nearest(name[:64], known, 20)])
        )
    _check_comparison(name, condition.comparison, condition.value)
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    whole = all(isinstance(one, int) and not isinstance(one, bool) for one in values)
    if name in COLUMNS and (not whole or condition.comparison in {"exists", "contains"}):
        _wrong(f"'{name}' is a whole number that every fact has.", f"“{name}”是每条事实都有的整数，请与整数比较。")


def _check_comparison(name: str, comparison: str, value: object) -> None:
    if (comparison == "in") != isinstance(value, tuple):
        _wrong(
            f"'{name}': 'in' takes a list of values, every other comparison one value.",
            f"“{name}”：“in”需要值列表，其他比较方式只接受一个值。",
        )
    values = value if isinstance(value, tuple) else (value,)
    _check_values(values, least=1)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if comparison in _NUMBERS and not number:
        _wrong(f"'{name}': '{comparison}' compares numbers.", f"“{name}”：“{comparison}”只能比较数值。")
    if comparison == "contains" and not (isinstance(value, str) and value):
        _wrong(f"'{name}': 'contains' looks for a text.", f"“{name}”：“contains”只能查找文本。")
    if comparison == "exists" and not isinstance(value, bool):
        _wrong(f"'{name}': 'exists' takes true or false.", f"“{name}”：“exists”的取值为 true 或 false。")
    if len({_sort(one) for one in values}) > 1:
        _wrong(f"'{name}': the values of a list are of one sort.", f"“{name}”：列表中的值必须是同一类型。")


def _check_values(values: Iterable[object], *, least: int) -> None:
    found = list(values)
    if not least <= len(found) <= _MOST_VALUES:
        _wrong(f"a list has {least} to {_MOST_VALUES} values.", f"值列表应包含 {least} 至 {_MOST_VALUES} 个值。")
    for one in found:
        if isinstance(one, str):
            _check_text(one)
        elif isinstance(one, int | float) and not (math.isfinite(one) and abs(one) <= _LARGEST):
            _wrong("a number is too large.", "数值超出范围。")


def _check_name(what: str, what_zh: str, text: str) -> None:
    if not text.strip():
        _wrong(f"a {what} is empty. Name it, or take the condition out.", f"{what_zh}为空，请填写，或删除该条件。")
    _check_text(text)


def _check_text(text: str) -> None:
    if len(text) > _LONGEST or "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        _wrong(f"a text has at most {_LONGEST} usable characters.", f"文本最多 {_LONGEST} 个有效字符。")


def _sort(value: object) -> str:
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def _nearest(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    return sorted(known, key=lambda one: (-SequenceMatcher(None, name, one).ratio(), one))[:most]


def _wrong(en: str, zh: str) -> NoReturn:
    raise UnusableRule(reason=en, reason_zh=zh)
