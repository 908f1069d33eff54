"""Which facts fulfil which tasks, and which tasks make sense."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from siyu.channels.types import FACTS as CHANNELS
from siyu.commerce.types import FACTS as COMMERCE
from siyu.customers.types import FACTS as CUSTOMERS
from siyu.customers.types import RELATION_KINDS
from siyu.identity.types import FACTS as IDENTITY
from siyu.kernel.errors import BadInput
from siyu.kernel.fact import Fact, FactKind
from siyu.loyalty.rules.check_in import check_rewards
from siyu.loyalty.types.facts import FACTS as OWN
from siyu.loyalty.types.tasks import Every, MemberTask, MemberTasks
from siyu.members.types import FACTS as MEMBERS

KINDS: Final[Mapping[str, FactKind]] = {
    kind.name: kind for room in (IDENTITY, CUSTOMERS, COMMERCE, CHANNELS, MEMBERS) for kind in room
}
_OWN: Final = frozenset(kind.name for kind in OWN)
_JSON: Final[Mapping[str, type]] = {"string": str, "integer": int, "boolean": bool}
FRIEND: Final = "friend"  # the property that names whom somebody brought
TRAIT: Final = "tier"  # that the ledger itself writes
LASTED: Final = "relation.lasted"  # told where a task asks for it
_LONGEST: Final = 3650  # days


def check(rules: MemberTasks) -> None:
    """Check that tasks can be done, and that none is fulfilled by what it gives.

    Raises:
        BadInput: says what to change.
    """
    codes: set[str] = set()
    for task in rules.tasks:
        if task.code in codes:
            raise _bad(
                f"there are two tasks '{task.code}'; codes are unique.", f"任务代码“{task.code}”重复，请修改其中一个。"
            )
        if task.after is not None and task.after not in codes:
            raise _bad(
                f"task '{task.code}' comes after '{task.after}', which does not stand before it; move that up.",
                f"任务“{task.code}”须在“{task.after}”之后完成，请将后者排在它前面。",
            )
        if task.first is not None and task.last is not None and task.first > task.last:
            raise _bad(
                f"task '{task.code}' ends before it begins; change its dates.",
                f"任务“{task.code}”的结束日期早于开始日期，请修改。",
            )
        codes.add(task.code)
        _check_fact(task)
        check_rewards(f"task '{task.code}'", f"任务“{task.code}”", task.rewards)


def _check_fact(task: MemberTask) -> None:
    if task.fact in _OWN or TRAIT in task.traits:
        raise _bad(
            f"task '{task.code}' would be fulfilled by what it gives itself; choose a fact that points and tiers do not "
            f"cause, not '{task.fact if task.fact in _OWN else TRAIT}'.",
            f"任务“{task.code}”会被自身的奖励触发，请选择不由积分或等级产生的事实，"
            f"不能是“{task.fact if task.fact in _OWN else TRAIT}”。",
        )
    kind = KINDS.get(task.fact)
    if kind is None:
        raise _bad(
            f"task '{task.code}': no fact '{task.fact}' fulfils tasks. There are: {', '.join(sorted(KINDS))}.",
            f"任务“{task.code}”：没有可用的事实“{task.fact}”，可用的有：{', '.join(sorted(KINDS))}。",
        )
    if task.every == "friend" and FRIEND not in kind.fields:
        raise _bad(
            f"task '{task.code}' is done once for each friend, but '{task.fact}' names none; choose the fact "
            "'member.invited', or how often it can be done.",
            f"任务“{task.code}”按好友计次，但事实“{task.fact}”不含好友；请改用事实“member.invited”，或修改完成频率。",
        )
    for name, value in task.where.items():
        told = kind.fields.get(name)
        if told is None and not kind.open:
            raise _bad(
                f"task '{task.code}': '{task.fact}' has no '{name}'; it has {', '.join(kind.fields) or 'no fields'}.",
                f"任务“{task.code}”：事实“{task.fact}”没有字段“{name}”，可用的有：{', '.join(kind.fields) or '无'}。",
            )
        if told is not None and type(value) is not _JSON.get(told[0]):
            raise _bad(
                f"task '{task.code}': '{name}' of '{task.fact}' is compared with a {told[0]}, not {value!r}.",
                f"任务“{task.code}”：“{task.fact}”的“{name}”类型为 {told[0]}，不能与 {value!r} 比较。",
            )
    if task.fact == LASTED:
        _check_lasting(task)


def _check_lasting(task: MemberTask) -> None:
    if task.where.get("relation") not in RELATION_KINDS or not 1 <= int(task.where.get("days", 0)) <= _LONGEST:
        can = ", ".join(RELATION_KINDS)
        raise _bad(
            f"task '{task.code}': say which tie has to last (relation = {can}) and how long (days = 1 to {_LONGEST}).",
            f"任务“{task.code}”：请填写关系（relation = {can}）与天数（days = 1 至 {_LONGEST}）。",
        )


def fulfils(task: MemberTask, fact: Fact, day: date) -> bool:
    """Whether a fact of this day of the brand's fulfils a task, whoever's and whatever was done before."""
    return (
        fact.kind == task.fact
        and (task.named is None or fact.name == task.named)
        and in_season(task, day)
        and all(_same(fact.properties.get(name), value) for name, value in task.where.items())
    )


def _same(found: object, wanted: object) -> bool:
    return type(found) is type(wanted) and found == wanted


def in_season(task: MemberTask, day: date) -> bool:
    """Whether a day is within the dates of a task."""
    return (task.first is None or task.first <= day) and (task.last is None or day <= task.last)


def period_of(every: Every, day: date) -> str:
    """The period in which a task can be done once: ``''``, ``2026-03-03`` or ``2026-W10``.

    Where each friend is one, a day says nothing.
    """
    if every in {"once", "friend"}:
        return ""
    if every == "daily":
        return day.isoformat()
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def period_for(task: MemberTask, fact: Fact, day: date) -> str:
    """The period in which a fact of this day fulfils a task: ``friend:17`` for who was brought, else as above."""
    return f"{FRIEND}:{fact.properties[FRIEND]}" if task.every == "friend" else period_of(task.every, day)


def room_for_friends(task: MemberTask, came: Sequence[date], day: date) -> bool:
    """Whether one friend more who came on a day counts, beside those who came on these days and count."""
    if task.every != "friend":
        return True
    return (task.friends_most is None or len(came) < task.friends_most) and (
        task.friends_per_day is None or came.count(day) < task.friends_per_day
    )


def friend_of(period: str) -> int | None:
    """The friend for whom a task was done in this period."""
    word, _, number = period.partition(":")
    return int(number) if word == FRIEND else None


def _bad(en: str, zh: str) -> BadInput:
    return BadInput(reason=en, reason_zh=zh)
