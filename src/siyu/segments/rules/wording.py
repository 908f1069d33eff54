"""A rule as a sentence, in Chinese and in English."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal

from siyu.customers.types import Layer
from siyu.segments.rules.checking import FACT_KINDS
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
    InSegment,
    Not,
    OnLayer,
    OnList,
    Predicted,
    PropertyTest,
    RelationIs,
    Rfm,
    Rule,
    Span,
    TagOn,
    Trait,
    TraitDate,
    ValueIs,
    Window,
)

Language = Literal["zh", "en"]
Names = Mapping[int, str]

_ORDERS: Final = {
    "ge": ("至少", "at least"),
    "gt": ("多于", "more than"),
    "le": ("至多", "at most"),
    "lt": ("少于", "less than"),
    "eq": ("正好", "exactly"),
    "ne": ("不是", "not"),
}
_SIGNS: Final = {
    "eq": ("等于", "is"),
    "ne": ("不等于", "is not"),
    "in": ("属于", "is one of"),
    "gt": ("大于", "is above"),
    "ge": ("不小于", "is at least"),
    "lt": ("小于", "is below"),
    "le": ("不大于", "is at most"),
    "contains": ("包含", "contains"),
}
_UNITS: Final = {"minute": ("分钟", "minutes"), "hour": ("小时", "hours"), "day": ("天", "days")}
_RELATIONS: Final = {
    "follower": ("关注者", "follower"),
    "subscriber": ("订阅者", "subscriber"),
    "member": ("会员", "member"),
    "friend": ("好友", "friend"),
    "group_member": ("群成员", "member of a chat group"),
    "fan": ("粉丝", "fan"),
}
_LAYERS: Final = {
    Layer.PASSER_BY: ("路人", "a passer-by"),
    Layer.FOLLOWER: ("粉丝", "a follower"),
    Layer.REPEAT_BUYER: ("复购客", "a repeat buyer"),
    Layer.MEMBER_OR_GROUP: ("会员/社群", "a member or in a group"),
    Layer.FRIEND: ("好友", "a friend"),
}
_PURPOSES: Final = {
    "service": ("服务", "service"),
    "transactional": ("交易", "transactional"),
    "marketing": ("营销", "marketing"),
}
_CONSENTS: Final = {"granted": ("已同意", "granted"), "denied": ("已拒绝", "denied"), "unknown": ("未表态", "unknown")}
_FIELDS: Final = {  # of facts; others are called as they are
    "amount": ("数量", "the amount"),
    "reason": ("原因", "the reason"),
    "stars": ("星级", "the stars"),
    "tier": ("等级", "the tier"),
    "unit": ("单位", "the unit"),
    "won": ("中奖", "won"),
}
_PREDICTIONS: Final = {
    "value_fen": ("预测价值", "predicted value"),
    "alive_percent": ("预测留存概率", "predicted probability to buy again"),
    "purchases": ("预测购买次数", "predicted number of purchases"),
}


def sentence(rule: Rule, language: Language, segments: Names | None = None, lists: Names | None = None) -> str:
    """The rule in words.

    Args:
        rule: the tree.
        language: ``zh`` or ``en``.
        segments: names of the segments it refers to, by id.
        lists: names of the lists.
    """
    return _Teller(language, segments or {}, lists or {}).of(rule, outermost=True)


class _Teller:
    def __init__(self, language: Language, segments: Names, lists: Names) -> None:
        self.place = 0 if language == "zh" else 1
        self.segments, self.lists = segments, lists

    def say(self, zh: str, en: str) -> str:
        return (zh, en)[self.place]

    def of(self, rule: Rule, *, outermost: bool = False) -> str:
        if isinstance(rule, AllOf | AnyOf):
            word = self.say("且", " and ") if isinstance(rule, AllOf) else self.say("或", " or ")
            joint = self.say("，", "") + word if self.place == 0 else word
            text = joint.join(self.of(part) for part in rule.of)
            return text if outermost or len(rule.of) == 1 else self.say(f"（{text}）", f"({text})")
        if isinstance(rule, Not):
            return self.say(f"并非（{self.of(rule.of, outermost=True)}）", f"not ({self.of(rule.of, outermost=True)})")
        teller: Callable[[Any], str] = getattr(self, "_worth" if isinstance(rule, ValueIs) else f"_{rule.condition}")
        return teller(rule)

    def _trait(self, leaf: Trait) -> str:
        return self._compared(self.say(f"属性“{leaf.name}”", f"trait '{leaf.name}'"), leaf.comparison, leaf.value)

    def _compared(self, what: str, comparison: str, value: object) -> str:
        if comparison == "exists":
            return what + (self.say("有值", " is there") if value else self.say("无值", " is not there"))
        return f"{what}{self.say('', ' ')}{_SIGNS[comparison][self.place]}{self.say('', ' ')}{self._value(value)}"

    def _value(self, value: object) -> str:
        if isinstance(value, tuple):
            return self.say("、", ", ").join(self._value(one) for one in value[:5]) + (
                self.say(f"等 {len(value)} 项", f" … ({len(value)} in all)") if len(value) > 5 else ""
            )
        if isinstance(value, bool):
            return self.say("是" if value else "否", "true" if value else "false")
        return self.say(f"“{value}”", f"'{value}'") if isinstance(value, str) else f"{value:,}"

    def _date(self, leaf: TraitDate) -> str:
        what = self.say(f"日期“{leaf.name}”", f"date '{leaf.name}'")
        return (
            what
            + {
                "before": self.say(f"早于 {leaf.day}", f" is before {leaf.day}"),
                "from": self.say(f"不早于 {leaf.day}", f" is {leaf.day} or later"),
                "last_days": self.say(f"在最近 {leaf.days} 天内", f" is within the last {leaf.days} days"),
                "days_ago": self.say(f"在 {leaf.days} 天前或更早", f" is {leaf.days} days ago or longer"),
                "next_days": self.say(f"在未来 {leaf.days} 天内", f" is within the next {leaf.days} days"),
            }[leaf.comparison]
        )

    def _anniversary(self, leaf: Anniversary) -> str:
        what, what_en = ("生日", "birthday") if leaf.name == "birthday" else (f"“{leaf.name}”周年日", f"'{leaf.name}'")
        if leaf.days == 0:
            return self.say(f"今天是{what}", f"the {what_en} comes round today")
        return self.say(f"未来 {leaf.days} 天内{what}", f"the {what_en} comes round within {leaf.days} days")

    def _tag(self, leaf: TagOn) -> str:
        by = self.say(f"（来自 {leaf.source}）", f" (by {leaf.source})") if leaf.source else ""
        return self.say(f"有标签“{leaf.tag}”", f"has the tag '{leaf.tag}'") + by + self._since(leaf)

    def _since(self, leaf: TagOn | RelationIs) -> str:
        text = ""
        if leaf.at_least_days is not None:
            text += self.say(f"已满 {leaf.at_least_days} 天", f" for at least {leaf.at_least_days} days")
        if leaf.less_than_days is not None:
            text += self.say(f"不足 {leaf.less_than_days} 天", f" for less than {leaf.less_than_days} days")
        return text

    def _consent(self, leaf: ConsentIs) -> str:
        channel = self.say("全部渠道", "every channel") if leaf.channel == "all" else leaf.channel
        purpose, state = _PURPOSES[leaf.purpose][self.place], _CONSENTS[leaf.state][self.place]
        return self.say(f"对{channel}的{purpose}触达{state}", f"consent to {purpose} by {channel} is {state}")

    def _relation(self, leaf: RelationIs) -> str:
        kind = _RELATIONS[leaf.kind][self.place]
        of = self.say(f"（{leaf.scope}）", f" of {leaf.scope}") if leaf.scope else ""
        verb = self.say("是", "is a ") if leaf.state == "standing" else self.say("曾是", "is no longer a ")
        return verb + kind + of + self._since(leaf)

    def _group(self, leaf: InGroup) -> str:
        if not leaf.groups:
            return self.say("在任一客户群中", "is in a chat group")
        return self.say("在客户群", "is in the chat group ") + self._value(leaf.groups) + self.say("中", "")

    def _layer(self, leaf: OnLayer) -> str:
        names = [words[self.place] for layer, words in _LAYERS.items() if int(layer) in leaf.layers]
        return self.say("关系阶梯为", "stands on the ladder as ") + self.say("、", " or ").join(names)

    def _first_source(self, leaf: FirstSource) -> str:
        return self.say("首次来源为", "came first through source ") + self._value(leaf.source_ids)

    def _entry_code(self, leaf: EntryCode) -> str:
        return self.say("首次通过活码", "came first by entry code ") + self._value(leaf.codes) + self.say("进入", "")

    def _did(self, leaf: Did) -> str:
        return self._measured(self._fact(leaf.fact), leaf)

    def _bought(self, leaf: Bought) -> str:
        what = self.say("购买", "purchase")
        told: Iterable[tuple[object, str, str]] = (
            (leaf.platform, "平台", "platform"),
            (leaf.shop, "店铺", "shop"),
            (leaf.product_nos or None, "商品", "product"),
            (leaf.category, "类目", "category"),
            (leaf.title, "商品标题含", "title with"),
        )
        parts = [self.say(f"{zh}{self._value(v)}", f"{en} {self._value(v)}") for v, zh, en in told if v is not None]
        if parts:
            what += self.say(f"（{'，'.join(parts)}）", f" ({', '.join(parts)})")
        return self._measured(what, leaf)

    def _measured(self, what: str, leaf: Did | Bought) -> str:
        when, order = self._window(leaf.within), _ORDERS[leaf.comparison][self.place]
        if leaf.measure in {"since_first", "since_last"}:
            end = self.say("首次", "first ") if leaf.measure == "since_first" else self.say("最近一次", "last ")
            ago = (
                self.say(f"至少 {leaf.value} 天前", f"at least {leaf.value} days ago")
                if leaf.comparison == "ge"
                else self.say(f"不到 {leaf.value} 天", f"less than {leaf.value} days ago")
            )
            return self.say(f"{when}{end}{what}在{ago}", f"the {end}{what}{when} was {ago}")
        amount = {
            "count": self.say(f"{leaf.value} 次", f"{leaf.value} times"),
            "days": self.say(f"{leaf.value} 天有过", f"on {leaf.value} days"),
            "sum": self._money(leaf.value),
        }[leaf.measure]
        total = self.say("金额合计", " worth in all") if leaf.measure == "sum" else ""
        return self.say(f"{when}{what}{total}{order} {amount}", f"{what}{total} {order} {amount}{when}")

    def _money(self, fen: int) -> str:
        return self.say(f"{fen / 100:,.2f} 元", f"{fen / 100:,.2f} yuan")

    def _fact(self, test: FactTest) -> str:
        text = FACT_KINDS[test.kind].zh if self.place == 0 and test.kind in FACT_KINDS else test.kind
        if test.name is not None:
            text += self.say(f"“{test.name}”", f" '{test.name}'")
        if test.where:
            tests = [self._tested(one) for one in test.where]
            text += self.say(f"（{'，'.join(tests)}）", f" ({', '.join(tests)})")
        return text

    def _tested(self, one: PropertyTest) -> str:
        """A field of a fact; the purpose of a touch as consent calls it."""
        if one.property != "purpose" or one.value not in _PURPOSES:
            what = _FIELDS[one.property][self.place] if one.property in _FIELDS else one.property
            return self._compared(what, one.comparison, one.value)
        sign, purpose = _SIGNS[one.comparison][self.place], _PURPOSES[str(one.value)][self.place]
        return self.say(f"目的{sign}“{purpose}”", f"the purpose {sign} {purpose}")

    def _window(self, window: Window) -> str:
        if window.last is not None:
            return self.say(f"最近 {self._span(window.last)}内", f" within the last {self._span(window.last)}")
        start, end = window.first_day, window.last_day
        if start and end:
            return self.say(f"{start} 至 {end} 期间", f" from {start} to {end}")
        if start:
            return self.say(f"{start} 起", f" from {start} on")
        return self.say(f"截至 {end} ", f" up to {end}") if end else ""

    def _span(self, span: Span) -> str:
        return f"{span.amount} {_UNITS[span.unit][self.place]}"

    def _sequence(self, leaf: FollowedBy) -> str:
        first, span, when = self._fact(leaf.first), self._span(leaf.within), self._window(leaf.since)
        thens = [self._fact(then) for then in leaf.thens]
        then = thens[0] if len(thens) == 1 else self.say("依次发生" + "、".join(thens), ", then ".join(thens))
        if leaf.followed:
            return self.say(f"{when}{first}后 {span}内{then}", f"{first}{when} and then {then} within {span}")
        no = "no" if len(thens) == 1 else "not all of"
        return self.say(f"{when}{first}后 {span}内没有{then}", f"{first}{when} and then {no} {then} within {span}")

    def _rfm(self, leaf: Rfm) -> str:
        parts = []
        if leaf.recency_days is not None:
            parts.append(self._bounds(self.say("距上次购买天数", "days since the last purchase"), leaf.recency_days))
        if leaf.purchases is not None:
            parts.append(self._bounds(self.say("购买次数", "purchases"), leaf.purchases))
        if leaf.money_fen is not None:
            parts.append(self._bounds(self.say("累计金额", "money"), leaf.money_fen, money=True))
        return self.say("、", " and ").join(parts)

    def _bounds(self, what: str, bounds: Bounds, *, money: bool = False) -> str:
        least, most = (
            None if end is None else self._money(end) if money else f"{end:,}" for end in (bounds.least, bounds.most)
        )
        if least is not None and most is not None:
            return self.say(f"{what}在 {least} 至 {most} 之间", f"{what} between {least} and {most}")
        if least is not None:
            return self.say(f"{what}不少于 {least}", f"{what} at least {least}")
        return self.say(f"{what}不超过 {most}", f"{what} at most {most}")

    def _worth(self, leaf: ValueIs) -> str:
        order = _ORDERS[leaf.comparison][self.place]
        return self.say("累计价值", "value so far ") + f"{order} {self._money(leaf.fen)}"

    def _predicted(self, leaf: Predicted) -> str:
        what, order = _PREDICTIONS[leaf.what][self.place], _ORDERS[leaf.comparison][self.place]
        value = self._money(int(leaf.value)) if leaf.what == "value_fen" else f"{leaf.value:g}"
        if leaf.what == "alive_percent":
            value += "%"
        return self.say(f"{what}{order} {value}", f"{what} {order} {value}")

    def _segment(self, leaf: InSegment) -> str:
        name = self.segments.get(leaf.segment_id, str(leaf.segment_id))
        return self.say(f"属于人群“{name}”", f"is in the segment '{name}'")

    def _list(self, leaf: OnList) -> str:
        name = self.lists.get(leaf.list_id, str(leaf.list_id))
        return self.say(f"在名单“{name}”中", f"is on the list '{name}'")
