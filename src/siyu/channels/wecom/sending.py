"""Greet, and send batches. What is answered for an item is final, unless it says ``later``."""

import hashlib
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from siyu.channels.types import Content, Item, PlatformRefused, Sent, Way
from siyu.channels.wecom.about import WAYS
from siyu.channels.wecom.calls import moments, sends, service
from siyu.channels.wecom.client import Client
from siyu.channels.wecom.contents import Complaint, complaints, message
from siyu.channels.wecom.errors import advice
from siyu.channels.wecom.lost import found_again, looked_for
from siyu.kernel.errors import BadInput, TryLater

_WAYS: Final[Mapping[str, Way]] = {way.name: way for way in WAYS}
_KEY: Final = re.compile(r"[0-9a-zA-Z_-]{1,32}")
_DROPPED_WITHIN: Final = timedelta(minutes=25)  # the platform says 30; a clock may be wrong
_GREETED: Final = 41051
_NOBODY: Final = 41048
_UNREACHED: Final = (
    (
        "WeCom cannot reach them in this way: they are no customer of the sender any more, or have received as many group "
        "sends as they may. Leave them out."
    ),
    "企业微信无法送达：已不是发送成员的客户，或已达群发接收上限。请从名单中移除。",
)
_NO_STAFF: Final = (
    "They are outside what the application may see, or have no licence. Add them to its visible range.",
    "不在应用可见范围内，或没有许可。请加入应用可见范围。",
)
_UNSURE: Final = (
    (
        "The connection broke before WeCom answered: nobody knows whether it was taken. Look into the list of group sends in "
        "WeCom before you send it again."
    ),
    "企业微信返回前连接中断，无法确定是否已受理。再次发送前，请先在企业微信的群发记录中核对。",
)
_NAMELESS: Final = (
    "A group send to groups needs the owner in whose name it goes.",
    "群发到客户群须指定群主作为发送成员。",
)
_NO_ACCOUNT: Final = (
    "It does not say from which account of customer service: fill in open_kfid.",
    "未指定客服账号：请填写 open_kfid。",
)


def way_of(name: str) -> Way:
    """The way of this name.

    Raises:
        BadInput: there is none.
    """
    found = _WAYS.get(name)
    if found is None:
        known = ", ".join(_WAYS)
        raise BadInput(
            reason=f"WeCom has no way '{name}': use {known}.", reason_zh=f"企业微信没有“{name}”这种方式：{known}。"
        )
    return found


def welcome(client: Client, code: str, content: Content) -> Sent:
    """Greet who has just come. Who was greeted already counts as greeted; a repeat with the same code greets nobody twice."""
    if wrong := complaints(_WAYS["welcome"], content):
        return _refused(code, wrong)
    try:
        sends.welcome(client, code, message(content))
    except PlatformRefused as refusal:
        if refusal.errcode == _GREETED:
            en, zh = advice(_GREETED)
            return Sent(code, "sent", error=_GREETED, reason=en, reason_zh=zh)
        return _of_refusal(code, refusal)
    except TryLater as later:
        return _later(client, code, later)
    return Sent(code, "sent")


def send(client: Client, way: str, items: Sequence[Item]) -> list[Sent]:
    """Send a batch, one answer for each item in its order.

    Items with the same content and sender go in one call. A group send whose answer was lost is looked for in the platform's
    list; what is not found there is refused and not sent again: a customer who hears it twice is worse than one who does not.

    Raises:
        BadInput: there is no such way.
    """
    declared = way_of(way)
    answers: dict[int, Sent] = {}
    batches: dict[tuple[str, str], list[int]] = {}
    for number, item in enumerate(items):
        if wrong := _wrong(declared, item):
            answers[number] = _refused(item.key, wrong)
        else:
            batches.setdefault(_together(declared, number, item), []).append(number)
    for numbers in batches.values():
        for start in range(0, len(numbers), declared.most):
            part = numbers[start : start + declared.most]
            told = _SENDERS[way](client, [items[number] for number in part])
            answers.update(zip(part, told, strict=True))
    return [answers[number] for number in range(len(items))]


def find_sent(client: Client, way: str, items: Sequence[Item], since: datetime, known: Collection[str]) -> list[Sent]:
    """What became of items of whose sending the answer is not known; see the protocol.

    Group sends are in the platform's list. Customer service knows the key, a welcome its code, and a message to staff is
    dropped when it comes again within half an hour: these may be sent again. Of a moment nobody knows.
    """
    declared, chat_type = way_of(way), {"group_send": "single", "group_chat_send": "group"}.get(way)
    if chat_type is None:
        again = way in {"kf", "welcome"} or (
            way == "app_message" and client.ports.clock.now() - since < _DROPPED_WITHIN
        )
        return [Sent(item.key, "later") if again else _refused(item.key, (_UNSURE,)) for item in items]
    answers: dict[int, Sent] = {}
    batches: dict[tuple[str, str], list[int]] = {}
    for number, item in enumerate(items):
        batches.setdefault(_together(declared, number, item), []).append(number)
    taken = set(known)
    for numbers in batches.values():
        for start in range(0, len(numbers), declared.most):
            part = numbers[start : start + declared.most]
            people = [items[number].subject_id for number in part]
            found = looked_for(client, chat_type, people, items[part[0]].content.text, since, taken)
            if found is not None:
                taken.add(found[0])
            for number in part:
                item = items[number]
                if found is None:
                    answers[number] = Sent(item.key, "later")
                elif item.subject_id in found[1]:
                    answers[number] = _refused(item.key, (_UNREACHED,), code=_NOBODY)
                else:
                    answers[number] = Sent(item.key, "waits_for_staff", found[0])
    return [answers[number] for number in range(len(items))]


def _wrong(way: Way, item: Item) -> tuple[Complaint, ...]:
    found = complaints(way, item.content)
    if way.name == "group_chat_send" and not item.staff_id:
        found = (*found, _NAMELESS)
    if way.name == "kf" and not item.details.get("open_kfid"):
        found = (*found, _NO_ACCOUNT)
    if way.name == "welcome" and not item.details.get("code"):
        en, zh = advice(41050)
        found = (*found, (en, zh))
    return found


def _together(way: Way, number: int, item: Item) -> tuple[str, str]:
    """What items have in common that may go in one call."""
    if way.most == 1:
        return str(number), ""
    shown_to = sorted(item.details.items()) if way.published else []
    return item.staff_id, repr(
        (item.content.text, [(k, sorted(f.items())) for k, f in item.content.attachments], shown_to)
    )


def _group_send(client: Client, items: Sequence[Item]) -> list[Sent]:
    first = items[0]
    people = list(dict.fromkeys(item.subject_id for item in items))
    return _asked(
        client,
        items,
        lambda: sends.add_to_customers(client, people, message(first.content), first.staff_id),
        chat_type="single",
    )


def _group_chat_send(client: Client, items: Sequence[Item]) -> list[Sent]:
    first = items[0]
    chats = list(dict.fromkeys(item.subject_id for item in items))
    return _asked(
        client,
        items,
        lambda: sends.add_to_groups(client, chats, message(first.content), first.staff_id),
        chat_type="group",
    )


def _asked(
    client: Client, items: Sequence[Item], ask: Callable[[], tuple[str, frozenset[str]]], *, chat_type: str = ""
) -> list[Sent]:
    """Staff were asked to send, or were not; ``chat_type`` where the platform lists what it took."""
    since = client.ports.clock.now()
    missed = (_UNREACHED, _NOBODY)
    try:
        handle, failed = ask()
    except PlatformRefused as refusal:
        return [_of_refusal(item.key, refusal) for item in items]
    except TryLater as later:
        if not later.details.get("unsure"):
            return [_later(client, item.key, later) for item in items]
        people = [item.subject_id for item in items]
        found = found_again(client, chat_type, people, items[0].content.text, since) if chat_type else None
        handle, failed = found or ("", frozenset(people))
        missed = (_UNSURE, 0)
    return [
        _refused(item.key, missed[:1], code=missed[1])
        if item.subject_id in failed
        else Sent(item.key, "waits_for_staff", handle)
        for item in items
    ]


def _app_message(client: Client, items: Sequence[Item]) -> list[Sent]:
    agent_id = client.account.settings.get("agent_id", "")
    people = list(dict.fromkeys(item.subject_id for item in items))
    try:
        handle, missed = sends.to_staff(client, agent_id, people, items[0].content.text)
    except PlatformRefused as refusal:
        return [_of_refusal(item.key, refusal) for item in items]
    except TryLater as later:
        return [_later(client, item.key, later) for item in items]
    # The platform does not tell ids by their letters' case.
    unreached = {one.lower() for one in missed}
    return [
        _refused(item.key, (_NO_STAFF,), code=60011)
        if item.subject_id.lower() in unreached
        else Sent(item.key, "sent", handle)
        for item in items
    ]


def _kf(client: Client, items: Sequence[Item]) -> list[Sent]:
    (item,) = items
    account_id, key = item.details["open_kfid"], _platform_key(item.key)
    try:
        handle = service.send_text(client, account_id, item.subject_id, item.content.text, key)
    except PlatformRefused as refusal:
        return [_of_refusal(item.key, refusal)]
    except TryLater as later:
        return [_later(client, item.key, later)]  # the platform knows the key: a repeat sends nothing twice
    return [Sent(item.key, "sent", handle)]


def _welcome(client: Client, items: Sequence[Item]) -> list[Sent]:
    (item,) = items
    return [replace(welcome(client, item.details["code"], item.content), key=item.key)]


def _moment(client: Client, items: Sequence[Item]) -> list[Sent]:
    """Items of one sender and content. ``details`` may name departments and tags of customers, each list separated by commas."""
    item = items[0]
    said = message(item.content, moment=True)
    wanted = {name: [one for one in item.details.get(name, "").split(",") if one] for name in ("departments", "tags")}
    return _asked(
        client,
        items,
        lambda: (
            moments.add_moment(
                client,
                item.content.text,
                said.get("attachments", []),
                staff=[item.staff_id] if item.staff_id else [],
                departments=wanted["departments"],
                tags=wanted["tags"],
            ),
            frozenset(),
        ),
    )


_SENDERS: Final[Mapping[str, Callable[[Client, Sequence[Item]], list[Sent]]]] = {
    "group_send": _group_send,
    "group_chat_send": _group_chat_send,
    "app_message": _app_message,
    "kf": _kf,
    "welcome": _welcome,
    "moment": _moment,
    "staff_moment": _moment,
}


def _platform_key(key: str) -> str:
    """The key in the form that customer service takes."""
    return key if _KEY.fullmatch(key) else hashlib.sha256(key.encode()).hexdigest()[:32]


def _refused(key: str, wrong: Sequence[Complaint], code: int = 0) -> Sent:
    return Sent(
        key,
        "refused",
        error=code,
        reason=" ".join(en for en, _ in wrong),
        reason_zh="".join(zh for _, zh in wrong),
    )


def _of_refusal(key: str, refusal: PlatformRefused) -> Sent:
    return Sent(key, "refused", error=refusal.errcode, reason=refusal.message, reason_zh=refusal.message_zh)


def _later(client: Client, key: str, later: TryLater) -> Sent:
    return Sent(
        key,
        "later",
        error=int(later.details.get("errcode", 0)),
        reason=str(later.details["reason"]),
        reason_zh=str(later.details["reason_zh"]),
        retry_at=client.ports.clock.now() + later.wait,
    )
