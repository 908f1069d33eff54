"""Who gets something of quotas that are not enough for all: the order decides, and each takes all or nothing."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from siyu.channels.rules.windows import limit_at, window_at
from siyu.channels.types import About, Quota, Refusal, Reservation, Subject, Taken, Wanted, Window
from siyu.kernel.errors import BadInput

DAY: Final = timedelta(hours=24)
# What is taken is kept one by one, with the moment at which it is over.
KEPT_APART: Final[frozenset[Window]] = frozenset({"24h", "grant"})


class Key(NamedTuple):
    """Whose allowance of which quota. Its order is that in which rows are locked."""

    quota: str
    window: Window
    subject: Subject
    subject_id: str


@dataclass(slots=True)
class Held:
    """What a subject was granted until then, and what is left of it; or what it took in 24 hours, which is over then."""

    until: datetime | None
    granted: int
    left: int


@dataclass(slots=True)
class Stand:
    """How one allowance stands: ``used`` since ``start``, or what is ``held``, the first to end first. What is taken of 24
    hours now is over at ``until``. Uses of ``shared`` count here too.
    """

    quota: Quota
    start: datetime
    used: int
    held: list[Held]
    until: datetime | None = None
    shared: "Stand | None" = None

    @property
    def reached(self) -> int:
        """So many of what reaches everybody count here. As full where another's clock has begun the next window: this one
        is over.
        """
        if self.shared is None or self.shared.start < self.start:
            return 0
        return self.shared.used if self.shared.start == self.start else sys.maxsize


def applying(about: About, settings: Mapping[str, str]) -> list[Quota]:
    """The quotas that apply under an account's settings, with the limits that these make."""
    given = {field.name: settings.get(field.name) or field.default for field in about.fields}
    found = [one for one in about.quotas if all(settings.get(name, "") == value for name, value in one.when.items())]
    return [replace(one, limit=one.limit * _number(given.get(one.times))) if one.times else one for one in found]


def _number(said: str | None) -> int:
    """At least 1: what an operator filled in was checked, a setting of before may be missing."""
    return max(1, int(said)) if said and said.isascii() and said.isdecimal() else 1


def quotas_of(about: About, quotas: Sequence[Quota], asked: Sequence[str]) -> list[Quota]:
    """Those of these quotas that ways or quotas of these names take from.

    Raises:
        BadInput: the channel has no such way or quota.
    """
    ways = {way.name: way.quotas for way in about.ways}
    known = {quota.name for quota in about.quotas}
    names = {name: None for one in asked for name in ways.get(one, (one,))}
    if unknown := [name for name in names if name not in known]:
        raise BadInput(
            reason=f"{about.name} has no way or quota '{unknown[0]}'.",
            reason_zh=f"{about.zh}没有名为“{unknown[0]}”的触达方式或配额。",
        )
    return [quota for quota in quotas if quota.name in names]


def keys_of(quotas: Sequence[Quota], wanted: Wanted) -> dict[Key, Quota]:
    """Every allowance that is taken from; ``quotas`` are those of what is wanted.

    Raises:
        BadInput: less than one is wanted, or the subject of a quota is not named.
    """
    if wanted.count < 1:
        raise BadInput(reason="at least one is taken from a quota.", reason_zh="配额的占用数量至少为 1。")
    found: dict[Key, Quota] = {}
    for quota in quotas:
        key = Key(quota.name, quota.window, quota.subject, _subject(quota, wanted))
        before = found.get(key)
        if before is None or (quota.limit or 28) < (before.limit or 28):
            found[key] = quota
    return found


def _subject(quota: Quota, wanted: Wanted) -> str:
    if quota.subject == "account":
        return ""
    subject_id = wanted.staff_id or wanted.subject_id if quota.subject == "staff" else wanted.subject_id
    if not subject_id:
        raise BadInput(
            reason=f"the quota '{quota.name}' is that of each {quota.subject}: say whose.",
            reason_zh=f"配额“{quota.name}”按对象分别计算，请指明对象。",
        )
    if quota.by:
        value = wanted.details.get(quota.by, "")
        if not value:
            raise BadInput(
                reason=f"the quota '{quota.name}' counts by {quota.by}: say which.",
                reason_zh=f"配额“{quota.name}”按 {quota.by} 分别计算，请指明。",
            )
        return f"{subject_id}/{value}"
    return subject_id


def shared_of(quotas: Sequence[Quota], keys: Mapping[Key, Quota]) -> dict[Key, tuple[Key, Quota]]:
    """The account's allowance whose uses count in each of these too, of those that have one; ``quotas`` are all that apply."""
    of_all = {(one.name, one.window): one for one in quotas if one.subject == "account"}
    return {
        key: (Key(other.name, other.window, other.subject, ""), other)
        for key, quota in keys.items()
        if quota.shared and (other := of_all.get((quota.shared, quota.window)))
    }


def decide(
    wanted: Iterable[tuple[Wanted, Iterable[Key]]], stands: Mapping[Key, Stand], zone: ZoneInfo
) -> list[Reservation | Refusal]:
    """An answer for each in order. Changes ``stands`` by what is taken."""
    answers: list[Reservation | Refusal] = []
    for one, keys in wanted:
        found = [(key, stands[key]) for key in keys]
        refusals = [refusal for key, stand in found if (refusal := _refusal(one, key, stand, zone))]
        if refusals:
            answers.append(max(refusals, key=lambda each: (each.free_at is None, each.free_at or 0)))
        else:
            taken = [part for key, stand in found for part in _take(one.count, key, stand)]
            answers.append(Reservation(one.key, tuple(taken)))
    return answers


def _refusal(wanted: Wanted, key: Key, stand: Stand, zone: ZoneInfo) -> Refusal | None:
    if key.window == "grant":
        limit = sum(held.granted for held in stand.held)
        used = limit - sum(held.left for held in stand.held)
    elif key.window == "24h":
        limit, used = stand.quota.limit, sum(held.granted for held in stand.held)
    else:
        limit = stand.quota.limit or limit_at(stand.quota, zone, stand.start)
        used = stand.used if stand.shared is None else min(stand.used + stand.reached, max(limit, stand.used))
    if limit - used >= wanted.count:
        return None
    if key.window == "24h":
        free_at = _free_at(stand.held, used + wanted.count - limit)
    else:
        free_at = None if key.window in ("grant", "ever") else window_at(key.window, zone, stand.start)[1]
    return Refusal(wanted.key, *key, used, limit, free_at, stand.quota.en, stand.quota.zh)


def _free_at(held: Sequence[Held], lacking: int) -> datetime | None:
    """When so much of what was taken is over; ``None``: that is more than was taken."""
    for one in held:
        lacking -= one.granted
        if lacking <= 0:
            return one.until
    return None


def _take(count: int, key: Key, stand: Stand) -> Iterable[Taken]:
    stand.used += count
    if key.window == "24h":
        stand.held.append(Held(stand.until, count, 0))
        return (Taken(*key, stand.until, count),)
    if key.window != "grant":
        return (Taken(*key, stand.start, count),)
    taken = []
    for held in stand.held:
        part = min(count, held.left)
        if part:
            held.left -= part
            count -= part
            taken.append(Taken(*key, held.until, part))
    return taken
