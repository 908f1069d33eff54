"""Taking from quotas: who may send, and who must wait. No number of senders at once gets more than there is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from siyu.channels import registry
from siyu.channels.rules import quotas as rules
from siyu.channels.rules.quotas import DAY, KEPT_APART, Key, Stand
from siyu.channels.rules.windows import EVER, limit_at, window_at
from siyu.channels.store import quotas as tables
from siyu.channels.store.quotas import Summed
from siyu.channels.types import Account, Grant, Quota, QuotaUse, Refusal, Reservation, Taken, Wanted, Window

_ALWAYS: Final = EVER  # of the row that stands for the lock on grants


def reserve(conn: Connection, account: Account, wanted: Sequence[Wanted], now: datetime) -> list[Reservation | Refusal]:
    """Take from the quotas of the account, each item from all of its quotas or from none. One answer each, in order.

    What is taken is taken with this transaction; until its end others who want of the same allowances wait, so keep it
    short. A repeat takes again: reserve in the transaction that marks the items as being sent.

    Raises:
        BadInput: the channel has no such way or quota, or the subject of one is not named.
    """
    about = registry.about(account.channel)
    zone = ZoneInfo(about.zone)
    applying = rules.applying(about, account.settings)
    named = {names: rules.quotas_of(about, applying, names) for names in {one.names for one in wanted}}
    asked = [(one, rules.keys_of(named[one.names], one)) for one in wanted]
    quotas = {key: quota for _, keys in asked for key, quota in keys.items()}
    shared = rules.shared_of(applying, quotas)
    # Mostly there is room for all: it is taken with the lock, and what was too much is given back.
    added: dict[Key, int] = {}
    for one, keys in asked:
        for key in keys:
            added[key] = added.get(key, 0) + one.count
    stands = _lock(conn, account.id, {**quotas, **dict(shared.values())}, zone, now, added)
    for key, (other, _) in shared.items():
        stands[key].shared = stands[other]
    before = {key: stand.used for key, stand in stands.items()}
    answers = rules.decide(asked, stands, zone)
    changes = {}
    for key, stand in stands.items():
        change = stand.used - before[key] - added.get(key, 0)
        if change:
            changes[key] = (stand.start, change)
    tables.change(conn, account.id, changes)
    if any(key.window in KEPT_APART for key in quotas):
        taken = _taken(answers)
        tables.spend(conn, account.id, _of_grants(taken), 1)
        tables.use(conn, account.id, taken, now)
    return answers


def give_back(conn: Connection, account: Account, reservations: Sequence[Reservation], now: datetime) -> None:
    """Return what was reserved and not used, because the platform refused it. What its window is over for is gone.

    A repeat gives back again: do it in the transaction that notes the refusal.
    """
    zone = ZoneInfo(registry.about(account.channel).zone)
    returned: dict[tuple[Key, datetime], int] = {}
    for reservation in reservations:
        for one in reservation.taken:
            key = Key(one.quota, one.window, one.subject, one.subject_id)
            place = (key, _ALWAYS if one.window in KEPT_APART or one.at is None else one.at)
            returned[place] = returned.get(place, 0) + one.count
    if not returned:
        return
    found = tables.lock(conn, account.id, _starts([key for key, _ in returned], zone, now))
    changes = {key: (start, -count) for (key, start), count in returned.items() if found[key].start == start}
    tables.change(conn, account.id, changes)
    taken = _taken(reservations)
    tables.spend(conn, account.id, _of_grants(taken), -1)
    tables.use_less(conn, account.id, taken)


def fill(conn: Connection, account: Account, way: str, full: Mapping[str, datetime], now: datetime) -> None:
    """These subjects have nothing left of a way's quotas: the platform said so, of the window of that moment. What has gone
    since with its window is left out. Safe to repeat.
    """
    about = registry.about(account.channel)
    zone = ZoneInfo(about.zone)
    applying = [one for one in rules.applying(about, account.settings) if one.window not in KEPT_APART]
    names = {name for one in about.ways if one.name == way for name in one.quotas}
    reached = next((one.subject for one in about.ways if one.name == way), "")
    limits: dict[Key, int] = {}
    for quota in applying:
        if quota.name in names and quota.subject == reached and not quota.by:
            start, _ = window_at(quota.window, zone, now)
            limit = limit_at(quota, zone, start)
            keys = [Key(quota.name, quota.window, quota.subject, one) for one, at in full.items() if at >= start]
            limits |= {key: min(limit, limits.get(key, limit)) for key in keys}
    if not limits:
        return
    found = tables.lock(conn, account.id, _starts(limits, zone, now))
    changes = {
        key: (found[key].start, limit - found[key].used) for key, limit in limits.items() if found[key].used < limit
    }
    tables.change(conn, account.id, changes)


def count(conn: Connection, account: Account, name: str, used_: int) -> None:
    """So many of what an account may have in all are there: its quota ``name`` over the window ``ever`` says so from now on.
    Safe to repeat.
    """
    key = Key(name, "ever", "account", "")
    found = tables.lock(conn, account.id, {key: EVER})[key]
    tables.change(conn, account.id, {key: (EVER, used_ - found.used)})


def taken_of(kept: Sequence[Mapping[str, Any]]) -> tuple[Taken, ...]:
    """What was taken, from the fields of it; a table keeps moments as ISO 8601."""
    return tuple(Taken(**{**one, "at": _moment(one["at"])}) for one in kept)


def _moment(kept: str | datetime | None) -> datetime | None:
    return datetime.fromisoformat(kept) if isinstance(kept, str) else kept


def grant(conn: Connection, account: Account, grants: Sequence[Grant], now: datetime) -> None:
    """Keep what acts of people allow. The newest act counts: what was left of one that ends before is gone.

    Safe to repeat for grants with an end; those without one add up, so keep them with the message that brought them.
    A grant of a quota that the channel does not have is left out. A count of 0 takes back what was granted before it.
    """
    about = registry.about(account.channel)
    open_ = {one.name: one for one in about.quotas if one.window == "grant"}
    kept: dict[tuple[str, str, datetime | None], tuple[int, int]] = {}
    back: set[tuple[str, str]] = set()  # taken back by the person
    for one in grants:
        quota = open_.get(one.quota)
        if quota is not None and one.count == 0:
            back.add((one.quota, one.subject_id))
            kept = {place: given for place, given in kept.items() if place[:2] != (one.quota, one.subject_id)}
            continue
        if quota is None or one.count < 1 or (one.until is not None and one.until <= now):
            continue
        place = (one.quota, one.subject_id, one.until)
        count = one.count + (kept[place][0] if place in kept and one.until is None else 0)
        for other in [p for p in kept if p[:2] == place[:2] and one.until and p[2] and p[2] < one.until]:
            del kept[other]
        kept[place] = (min(count, quota.limit or count), quota.limit)
    places = {(name, subject_id) for name, subject_id, _ in kept} | back
    if not places:
        return
    keys = {Key(name, "grant", open_[name].subject, subject_id): _ALWAYS for name, subject_id in places}
    tables.lock(conn, account.id, keys)
    if back:
        tables.take_back(conn, account.id, sorted(back))
    if kept:
        tables.put_grants(conn, account.id, kept)


def used(conn: Connection, account: Account, now: datetime) -> list[QuotaUse]:
    """How every quota of the account stands, in the order in which the channel declares them."""
    about = registry.about(account.channel)
    zone = ZoneInfo(about.zone)
    applying = rules.applying(about, account.settings)
    windows = {
        Key(one.name, one.window, one.subject, ""): window_at(one.window, zone, now)
        for one in applying
        if one.window not in KEPT_APART
    }
    limits = {
        Key(one.name, one.window, one.subject, ""): limit_at(one, zone, now)
        for one in applying
        if one.window not in KEPT_APART
    }
    reached = _reached(conn, account.id, applying, windows)
    rooms = {key: (start, limits[key] - reached.get(key, 0)) for key, (start, _) in windows.items()}
    sums = tables.sums(conn, account.id, rooms)
    granted = tables.grant_sums(conn, account.id, now)
    of_24_hours = {one.name: one.limit for one in applying if one.window == "24h"}
    lately = tables.use_sums(conn, account.id, of_24_hours, now) if of_24_hours else {}
    answer = []
    for one in applying:
        if one.window == "grant":
            given, left, subjects, full = granted.get(one.name, (0, 0, 0, 0))
            answer.append(_use(one, None, None, one.limit, given - left, left, subjects, full))
        elif one.window == "24h":
            found = lately.get(one.name, Summed(0, 0, 0))
            rest = max(0, one.limit - found.used) if one.subject == "account" else None
            answer.append(_use(one, None, None, one.limit, found.used, rest, found.subjects, found.full))
        else:
            key = Key(one.name, one.window, one.subject, "")
            found = sums[key.quota, key.window, key.subject]
            rest = max(0, limits[key] - found.used) if one.subject == "account" else None
            since, until = (None, None) if one.window == "ever" else windows[key]
            use = _use(one, since, until, limits[key], found.used, rest, found.subjects, found.full)
            answer.append(replace(use, shared=reached.get(key, 0)))
    return answer


def _reached(
    conn: Connection, account_id: int, applying: Sequence[Quota], windows: Mapping[Key, tuple[datetime, datetime]]
) -> dict[Key, int]:
    """How much of each subject's allowance went with what reached everybody, by the allowance without its subject."""
    shared = rules.shared_of(applying, {Key(one.name, one.window, one.subject, ""): one for one in applying})
    if not shared:
        return {}
    wanted = {other: (windows[other][0], quota.limit) for other, quota in shared.values()}
    sums = tables.sums(conn, account_id, wanted)
    return {key: sums[other.quota, other.window, other.subject].used for key, (other, _) in shared.items()}


def _use(
    quota: Quota,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    used_: int,
    left: int | None,
    subjects: int,
    full: int,
) -> QuotaUse:
    return QuotaUse(
        quota.name, quota.en, quota.zh, quota.subject, quota.window, since, until, limit, used_, left, subjects, full
    )


def _lock(
    conn: Connection,
    account_id: int,
    quotas: dict[Key, Quota],
    zone: ZoneInfo,
    now: datetime,
    added: Mapping[Key, int],
) -> dict[Key, Stand]:
    if not quotas:
        return {}
    found = tables.lock(conn, account_id, _starts(quotas, zone, now), added)
    held = tables.held(conn, account_id, [key for key in quotas if key.window in KEPT_APART], now)
    tomorrow = now + DAY
    return {key: Stand(quota, *found[key], held.get(key, []), tomorrow) for key, quota in quotas.items()}


def _starts(keys: Iterable[Key], zone: ZoneInfo, now: datetime) -> dict[Key, datetime]:
    starts: dict[Window, datetime] = dict.fromkeys(KEPT_APART, _ALWAYS)
    found = {}
    for key in keys:
        if key.window not in starts:
            starts[key.window] = window_at(key.window, zone, now)[0]
        found[key] = starts[key.window]
    return found


def _taken(answers: Sequence[Reservation | Refusal]) -> list[Taken]:
    return [taken for answer in answers if isinstance(answer, Reservation) for taken in answer.taken]


def _of_grants(taken: Sequence[Taken]) -> list[Taken]:
    return [one for one in taken if one.window == "grant"]
