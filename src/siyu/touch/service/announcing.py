"""Saying something to whole group chats. A chat is no person: consent, budgets and control groups cannot be asked for those in
it. What holds for all of it does: the state of the programme, quiet hours of the brand, what the chat has heard already, and
the platform's quota of each chat.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import orjson
from sqlalchemy import Connection

from siyu.channels import service as channels
from siyu.channels.types import Account, Delivery, GroupSummary, Way
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.zone import brand_zone
from siyu.experiments import service as experiments
from siyu.kernel.errors import BadInput, IdempotencyMismatch, NotFound
from siyu.touch.rules.hours import quiet_from, quiet_until
from siyu.touch.service import messages
from siyu.touch.service.held import decide_beside_others
from siyu.touch.service.outgoing import announcement_key, to_groups
from siyu.touch.service.ruling import in_force
from siyu.touch.service.sending import CHANNEL, RIGHT, sendings
from siyu.touch.store import announcements as tables
from siyu.touch.store import touches
from siyu.touch.types import Announced, Announcement, GroupNews, Message, RuleSet

_MOST_GROUPS: Final = 2000
_KEY: Final = re.compile(r"[!-}]{1,100}")
_ASK_AGAIN: Final = timedelta(hours=1)


def announce(conn: Connection, principal: Principal, wanted: GroupNews, now: datetime) -> Announcement:
    """Have something said to group chats, at a pace, the chats of each owner spread evenly. Audited, without what it says.

    Idempotent by key: the same key and input is answered with what there is.

    Raises:
        NotAllowed: without the right ``touch.manage``.
        NotFound: there is no such account.
        BadInput: it says nothing, too much, or what differs from person to person; is not valid any more; the account has
            no chats, or one is none of theirs.
        IdempotencyMismatch: the key was used before for something else.
    """
    access.require(principal, RIGHT)
    hash_, packed = messages.packed(wanted.message)
    said = (
        wanted.name,
        wanted.account_id,
        hash_,
        wanted.valid_until,
        sorted(wanted.group_ids),
        wanted.begins_at,
        wanted.per_minute,
    )
    input_hash = blake2b(orjson.dumps(said), digest_size=16).hexdigest()
    if (before := tables.known(conn, wanted.key)) is not None:
        return _same(conn, before.id, before.input_hash, input_hash, wanted.key)
    account = channels.account(conn, wanted.account_id)
    way = _checked(wanted, account, now)
    groups = _groups(conn, wanted, now)
    programme = experiments.start_programme(
        conn,
        key=f"announcement:{wanted.key}",
        kind="announcement",
        name=wanted.name,
        actor=principal.actor,
        now=now,
        control_bp=0,
        reason="Whole chats are not measured: a control group cannot be left out of them.",
    )
    messages.keep(conn, {hash_: packed})
    columns = {
        "key": wanted.key, "input_hash": input_hash, "programme_id": programme.id, "name": wanted.name,
        "account_id": account.id, "way": way.name, "message_hash": hash_, "content": messages.contents_of([hash_])[0],
        "valid_until": wanted.valid_until, "asked_by": principal.actor, "asked_at": now,
    }  # fmt: skip
    made = tables.insert(conn, columns)
    if made is None:  # at this very moment, by another
        taken = tables.known(conn, wanted.key)
        assert taken is not None
        return _same(conn, taken.id, taken.input_hash, input_hash, wanted.key)
    tables.insert_groups(conn, made, _paced(groups, wanted.begins_at or now, wanted.per_minute), now)
    touches.notify(conn, CHANNEL)
    details = {"account": account.id, "groups": len(groups)}
    access.record(
        conn, actor=principal.actor, action="groups.announced", target=f"announcement:{made}", details=details, now=now
    )
    return announcement(conn, made)


def announcements(conn: Connection, *, before: int | None = None, limit: int = 50) -> list[Announcement]:
    """Announcements, newest first; ``before``: with a lower id."""
    return tables.page(conn, before, limit)


def announcement(conn: Connection, announcement_id: int) -> Announcement:
    """One of them.

    Raises:
        NotFound: there is none of this id.
    """
    found = tables.announcement(conn, announcement_id)
    if found is None:
        raise NotFound(what="announcement", what_zh="客户群群发", key=announcement_id)
    return found


def announcement_said(conn: Connection, announcement_id: int) -> Message:
    """What one of them says.

    Raises:
        NotFound: there is none of this id.
    """
    announcement(conn, announcement_id)
    return next(iter(messages.read(conn, [tables.message_hash(conn, announcement_id)]).values()))


def announced(conn: Connection, announcement_id: int) -> list[Announced]:
    """What became of it for each chat, in the order in which they are due.

    Raises:
        NotFound: there is none of this id.
    """
    whole = announcement(conn, announcement_id)
    found = tables.groups(conn, announcement_id)
    keys = [announcement_key(announcement_id, row.group_id) for row in found if row.state == "handed"]
    known = channels.deliveries(conn, whole.account_id, keys) if keys else {}
    return [_told(row.group_id, row, known.get(announcement_key(announcement_id, row.group_id))) for row in found]


def announce_due(conn: Connection, now: datetime, most: int = 1000) -> int:
    """Decide what is due of one announcement and hand it over; returns how many chats, 0 when nothing is due. Several may
    run at once.
    """
    decide_beside_others(conn)
    due = tables.claim(conn, now, most)
    if not due:
        return 0
    first, rules = due[0], in_force(conn)
    groups = {row.group_id: row.staff_id for row in due}
    turned = _held(conn, first.programme_id, first.valid_until, rules, groups, now)
    if not turned:
        account = {one.id: one for one in channels.accounts(conn)}.get(first.account_id)
        if account is None or account.state == "paused":
            turned = [(one, *_later("account_closed", now + _ASK_AGAIN, first.valid_until)) for one in groups]
        else:
            since = now - timedelta(days=rules.dedup.days)
            heard = tables.heard(conn, account.id, groups, first.content, since) if "dedup" in rules.order else set()
            turned = [(one, "dropped", "repeated", now) for one in sorted(heard)]
            fresh = [(one, owner) for one, owner in groups.items() if one not in heard]
            (message,) = messages.read(conn, {first.message_hash}).values()
            until = _permitted_until(rules, first.valid_until, now)
            sent = (
                to_groups(conn, account, first.way, first.announcement_id, message, fresh, until, now) if fresh else {}
            )
            turned += [(one, *_handed(answer, first.valid_until, now)) for one, answer in sent.items()]
    tables.turn(conn, first.announcement_id, turned, now)
    return len(due)


def _held(
    conn: Connection, programme_id: int, valid_until: datetime, rules: RuleSet, groups: Mapping[str, str], now: datetime
) -> list[tuple[str, str, str, datetime]]:
    """What stands against all of it; nothing when nothing does."""
    sending = sendings(conn, [programme_id]).get(programme_id)
    if valid_until <= now:
        return [(one, "dropped", "too_late", now) for one in groups]
    if experiments.programme(conn, programme_id).stopped_at is not None:
        return [(one, "dropped", "programme_stopped", now) for one in groups]
    if sending is not None and sending.state == "halted":
        return [(one, "dropped", "programme_halted", now) for one in groups]
    if sending is not None and sending.state == "paused":
        return [(one, *_later("programme_paused", now + _ASK_AGAIN, valid_until)) for one in groups]
    if _quiet(rules) and (until := quiet_until(rules.quiet_hours, ZoneInfo(brand_zone()), now)):
        return [(one, *_later("quiet_hours", until, valid_until)) for one in groups]
    return []


def _quiet(rules: RuleSet) -> bool:
    return "quiet_hours" in rules.order and "marketing" in rules.quiet_hours.purposes


def _permitted_until(rules: RuleSet, valid_until: datetime, now: datetime) -> datetime:
    quiet = quiet_from(rules.quiet_hours, ZoneInfo(brand_zone()), now) if _quiet(rules) else None
    return min(valid_until, quiet) if quiet else valid_until


def _later(code: str, until: datetime, valid_until: datetime) -> tuple[str, str, datetime]:
    return ("dropped", code, until) if until >= valid_until else ("waiting", code, until)


def _handed(answer: Delivery, valid_until: datetime, now: datetime) -> tuple[str, str, datetime]:
    if answer.state != "held":
        return "handed", "", now
    return _later("no_room", answer.retry_at or valid_until, valid_until)


def _told(group_id: str, row: object, delivery: Delivery | None) -> Announced:
    state, code = row.state, row.code  # type: ignore[attr-defined]
    staff_id, due_at = row.staff_id, row.due_at  # type: ignore[attr-defined]
    if delivery is None:
        return Announced(group_id, staff_id, state, code, due_at)
    return Announced(group_id, staff_id, delivery.state, delivery.result, due_at, delivery.reason, delivery.reason_zh)


def _same(conn: Connection, announcement_id: int, before: str, input_hash: str, key: str) -> Announcement:
    if before != input_hash:
        raise IdempotencyMismatch(key=key)
    return announcement(conn, announcement_id)


def _checked(wanted: GroupNews, account: Account, now: datetime) -> Way:
    way = next((one for one in channels.about(account.channel).ways if one.subject == "group"), None)
    if way is None:
        raise BadInput(
            reason=f"account '{account.name}' has no group chats. Choose another.",
            reason_zh=f"账号“{account.name}”没有客户群，请另选账号。",
        )
    if not _KEY.fullmatch(wanted.key) or not wanted.name.strip() or not 0 <= wanted.per_minute <= _MOST_GROUPS:
        raise BadInput(
            reason="it needs a key of 1 to 100 printable characters, a name, and a pace of 0 to 2,000 groups a minute.",
            reason_zh="须有 1 至 100 个可见字符的键、名称，以及每分钟 0 至 2000 个群的节奏。",
        )
    if wanted.valid_until.tzinfo is None or wanted.valid_until <= now:
        raise BadInput(reason="it is valid until a moment to come.", reason_zh="有效期须为未来的时间。")
    if not (wanted.message.text.strip() or wanted.message.attachments):
        raise BadInput(reason="it says nothing: write a text.", reason_zh="内容为空，请填写文案。")
    limit = next((one.max_bytes for one in way.contents if one.name == "text"), 0)
    size = len(wanted.message.text.encode())
    if (limit and size > limit) or len(wanted.message.attachments) > way.attachments:
        raise BadInput(
            reason=f"the text has {size} bytes and {len(wanted.message.attachments)} attachments; '{way.name}' carries "
            f"{limit} and {way.attachments}. Shorten it.",
            reason_zh=f"文案为 {size} 字节、附件 {len(wanted.message.attachments)} 个，“{way.zh}”最多 {limit} 字节、"
            f"{way.attachments} 个附件，请缩短。",
        )
    _check_content(wanted.message, way)
    return way


def _check_content(message: Message, way: Way) -> None:
    carried = [one.name for one in way.contents if one.name != "text"]
    if unknown := [kind for kind, _ in message.attachments if kind not in carried]:
        raise BadInput(
            reason=f"'{way.name}' carries no attachment '{unknown[0]}'. Take one of {', '.join(carried)}.",
            reason_zh=f"“{way.zh}”不支持附件类型“{unknown[0]}”，可用：{'、'.join(carried)}。",
        )
    said = [message.text, *(text for _, fields in message.attachments for text in fields.values())]
    if any("{{" in text for text in said):
        raise BadInput(
            reason="it has a variable in {{…}}, and a group chat is no person of whom it could be known. Write the words.",
            reason_zh="内容含有变量 {{…}}，而客户群不是个人，无法取值，请直接写明文字。",
        )


def _groups(conn: Connection, wanted: GroupNews, now: datetime) -> list[GroupSummary]:
    standing = {
        one.group_id: one for one in channels.group_list(conn, wanted.account_id, now, now) if one.gone_at is None
    }
    chosen = list(dict.fromkeys(wanted.group_ids)) or sorted(standing)
    if unknown := [one for one in chosen if one not in standing]:
        raise BadInput(
            reason=f"there is no group '{unknown[0]}' of this account, or it is no more. Choose others.",
            reason_zh=f"账号下没有客户群“{unknown[0]}”，或该群已解散，请另选。",
        )
    if not 1 <= len(chosen) <= _MOST_GROUPS:
        raise BadInput(
            reason=f"choose 1 to {_MOST_GROUPS:,} groups; the account has {len(standing)}.",
            reason_zh=f"请选择 1 至 {_MOST_GROUPS} 个客户群，该账号现有 {len(standing)} 个。",
        )
    return [standing[one] for one in chosen]


def _paced(groups: Sequence[GroupSummary], begins_at: datetime, per_minute: int) -> list[tuple[str, str, datetime]]:
    """In an order in which the chats of each owner are spread evenly: the k-th of n lies at (k + ½) / n."""
    owners = np.array([one.owner_id for one in groups])
    ids = np.array([one.group_id for one in groups])
    _, whose, sizes = np.unique(owners, return_inverse=True, return_counts=True)
    rank = np.empty(len(groups))
    by_owner = np.lexsort((ids, whose))
    rank[by_owner] = np.arange(len(groups)) - np.repeat(np.concatenate(([0], np.cumsum(sizes)[:-1])), sizes)
    order = np.lexsort((ids, whose, (rank + 0.5) / sizes[whose]))
    return [
        (
            groups[place].group_id,
            groups[place].owner_id,
            begins_at + timedelta(minutes=number // per_minute if per_minute else 0),
        )
        for number, place in enumerate(order.tolist())
    ]
