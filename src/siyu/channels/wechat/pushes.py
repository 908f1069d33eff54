"""The push door: plain, compatible and safe mode, XML and JSON. What a push says in the words of the protocol."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError

import orjson
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from siyu.channels.types import (
    THE_ACCOUNT,
    Arrival,
    Departure,
    Grant,
    Hint,
    Push,
    PushAnswer,
    PushRefused,
    PushRequest,
    Report,
    Scan,
    Unwanted,
)
from siyu.channels.wechat import crypto
from siyu.channels.wechat.declared import CUSTOM, NOTICE
from siyu.channels.wechat.rules import is_id
from siyu.kernel.errors import BadInput

_AGE: Final = timedelta(minutes=10)  # a push is signed anew with each try; our clock may be wrong by minutes
_MOST_BYTES: Final = 1024 * 1024
_DEEPEST: Final = 5
_MOST_STATE: Final = 128
_LATEST: Final = 4_102_444_800  # 2100; a larger number is no moment
_MESSAGES: Final = frozenset({"text", "image", "voice", "video", "shortvideo", "location", "link", "miniprogrampage"})
_CLICKS: Final = frozenset({"CLICK", "scancode_push", "scancode_waitmsg"})
_AFTER_MESSAGE: Final = (5, timedelta(hours=48))
_AFTER_ACT: Final = (3, timedelta(minutes=1))
_LONGEST_COUNT: Final = 12
_SCENE: Final = "qrscene_"
_BLOCKED: Final = frozenset({"failed:user block", "failed: user block"})  # as documented, and as it comes

Said = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Door:
    """What is needed to read pushes of one account.

    Attributes:
        mode: ``safe`` and ``compatible`` take only what is encrypted; ``plain`` what is signed.
        followers: it has followers, who can be written to; a mini program has none.
    """

    app_id: str
    token: str
    key: str
    mode: str
    followers: bool

    def answer(self, request: PushRequest, now: datetime) -> PushAnswer:
        """Check and read one call.

        Raises:
            PushRefused: it is not the platform's, not for this account, or too old.
            BadInput: it cannot be read.
        """
        if not self.token:
            raise PushRefused(reason="the account has no token for pushes.", reason_zh="账号未填写消息推送 Token。")
        self._check_age(request, now)
        if request.method == "GET":
            self._check(request, "signature")
            return PushAnswer(request.query.get("echostr", "").encode("utf-8", "replace"))
        if len(request.body) > _MOST_BYTES:
            raise BadInput(reason="the push is too large.", reason_zh="回调内容过大。")
        body = self._plain(request) if self.mode == "plain" else self._decrypted(request)
        return PushAnswer(b"success", push=self.read(body))

    def _check_age(self, request: PushRequest, now: datetime) -> None:
        stamp = request.query.get("timestamp", "")
        moment = _moment(stamp)
        if moment is None or abs(now - moment) > _AGE:
            raise PushRefused(
                reason="its time is missing or more than ten minutes away from ours.",
                reason_zh="缺少时间戳，或与本机时间相差超过十分钟。",
            )

    def _check(self, request: PushRequest, name: str, *parts: str) -> None:
        query = request.query
        said = query.get(name, "")
        if not crypto.signed(said, self.token, query.get("timestamp", ""), query.get("nonce", ""), *parts):
            raise PushRefused(
                reason="the signature is wrong; check the token on both sides.",
                reason_zh="签名不正确，请核对双方的 Token。",
            )

    def _plain(self, request: PushRequest) -> bytes:
        self._check(request, "signature")
        return request.body

    def _decrypted(self, request: PushRequest) -> bytes:
        encrypted = parsed(request.body).get("Encrypt")
        if not isinstance(encrypted, str) or not encrypted:
            raise PushRefused(
                reason="it is not encrypted; choose the same mode on both sides.",
                reason_zh="内容未加密，请将双方的加解密方式设为一致。",
            )
        self._check(request, "msg_signature", encrypted)
        try:
            return crypto.decrypt(crypto.key_of(self.key), encrypted, self.app_id)
        except crypto.Garbled:
            raise PushRefused(
                reason="it cannot be decrypted, or is for another account; check EncodingAESKey and AppID.",
                reason_zh="无法解密，或不属于此账号，请核对 EncodingAESKey 和 AppID。",
            ) from None

    def read(self, body: bytes) -> Push:
        """Understand what was checked and decrypted."""
        said = parsed(body)
        open_id, kind = _text(said, "FromUserName"), _text(said, "MsgType")
        at = _moment(_text(said, "CreateTime"))
        if not is_id(open_id) or at is None or not kind:
            raise BadInput(
                reason="FromUserName, CreateTime or MsgType is missing or wrong.",
                reason_zh="FromUserName、CreateTime 或 MsgType 缺失或不正确。",
            )
        message_id = _text(said, "MsgId")
        event = _text(said, "Event") if kind == "event" else kind
        if not is_id(event):
            raise BadInput(reason="Event is missing or wrong.", reason_zh="Event 缺失或不正确。")
        known = kind != "event" and message_id.isascii() and message_id.isdigit() and len(message_id) <= 64
        push_id = f"msgid:{message_id}" if known else hashlib.sha256(body).hexdigest()
        return self._understood(Push(push_id, event, at), open_id, said, message=kind in _MESSAGES)

    def _understood(self, push: Push, open_id: str, said: Said, *, message: bool) -> Push:
        grants: list[Grant] = []
        reports: list[Report] = []
        unwanted: list[Unwanted] = []
        departures: tuple[Departure, ...] = ()
        arrival = scan = None
        match push.event:
            case "subscribe" if self.followers:
                arrival = _arrival(push, open_id, said)
                grants.append(_window(push, open_id, *_AFTER_ACT))
            case "unsubscribe" if self.followers:
                departures = (Departure(THE_ACCOUNT, open_id, "customer", push.at),)
            case "SCAN" if self.followers:
                scan = Scan(open_id, _state(said))
                grants.append(_window(push, open_id, *_AFTER_ACT))
            case event if self.followers and (event in _CLICKS or message):
                grants.append(_window(push, open_id, *(_AFTER_MESSAGE if message else _AFTER_ACT)))
            case "subscribe_msg_popup_event" | "subscribe_msg_change_event":
                grants += _subscriptions(push, open_id, said)
                # Who takes back what was allowed wants no more; who only says no when asked never wanted any.
                if push.event == "subscribe_msg_change_event":
                    unwanted += [Unwanted(open_id, one.subject_id.partition("/")[2]) for one in grants if not one.count]
            case "subscribe_msg_sent_event":
                reports += _sent(open_id, said)
            case "TEMPLATESENDJOBFINISH" | "MASSSENDJOBFINISH":
                reports += _finished(push, open_id, said)
                if push.event == "TEMPLATESENDJOBFINISH" and _text(said, "Status") in _BLOCKED:
                    unwanted.append(Unwanted(open_id))
            case _:
                pass
        hints: tuple[Hint, ...] = () if reports or not self.followers else (("contact", open_id),)
        return Push(
            push.id, push.event, push.at, hints, departures, arrival, tuple(grants), tuple(reports), scan,
            unwanted=tuple(unwanted),
        )  # fmt: skip


def _window(push: Push, open_id: str, count: int, length: timedelta) -> Grant:
    return Grant(CUSTOM, open_id, count, push.at + length)


def _arrival(push: Push, open_id: str, said: Said) -> Arrival:
    # Who comes again may be greeted again: the moment is part of the code.
    code = f"{open_id}:{int(push.at.timestamp())}"
    return Arrival(THE_ACCOUNT, open_id, code, push.at + _AFTER_ACT[1], _state(said))


def _state(said: Said) -> str:
    """What the code carried; a scan of who follows already comes without the prefix."""
    return _text(said, "EventKey").removeprefix(_SCENE).replace("\0", "")[:_MOST_STATE]


def _subscriptions(push: Push, open_id: str, said: Said) -> Iterator[Grant]:
    """One message for each template accepted; who later forbids a template takes back what was accepted."""
    changed = push.event == "subscribe_msg_change_event"
    for one in _list(said, "SubscribeMsgChangeEvent" if changed else "SubscribeMsgPopupEvent"):
        template_id, status = _text(one, "TemplateId"), _text(one, "SubscribeStatusString")
        if not is_id(template_id):
            continue
        if status == "accept" and not changed:
            yield Grant(NOTICE, f"{open_id}/{template_id}", 1, None)
        elif status == "reject" and changed:
            yield Grant(NOTICE, f"{open_id}/{template_id}", 0, None)


def _sent(open_id: str, said: Said) -> Iterator[Report]:
    for one in _list(said, "SubscribeMsgSentEvent"):
        yield Report(
            _text(one, "MsgID"), open_id, _text(one, "ErrorCode") == "0", _text(one, "ErrorStatus")[:_MOST_STATE]
        )


def _finished(push: Push, open_id: str, said: Said) -> Iterator[Report]:
    single = push.event == "TEMPLATESENDJOBFINISH"
    status = _text(said, "Status")
    ok = status in {"success", "send success", "sendsuccess"}
    report = Report(_text(said, "MsgID"), open_id if single else "", ok, status[:_MOST_STATE])
    yield report if single or not ok else _counted(report, said)


def _counted(report: Report, said: Said) -> Report:
    """Of a broadcast that went out: whether it reached all. Who had received as many as they may is left out silently."""
    total, kept, sent, failed = (_count(said, f"{name}Count") for name in ("Total", "Filter", "Sent", "Error"))
    if total is None or sent is None or sent >= total:
        return report
    failed = min(failed or 0, total - sent)
    left_out = total - (sent + failed if kept is None else min(max(kept, sent + failed), total))
    return replace(
        report,
        ok=sent > 0,
        said=f"WeChat reached {sent} of {total}: it left out {left_out} who had received as many as they may or want none, "
        f"and failed with {total - sent - left_out}.",
        said_zh=f"微信实际送达 {sent} 人，共 {total} 人：{left_out} 人因已达接收上限或拒收被过滤，"
        f"{total - sent - left_out} 人发送失败。",
        partly=sent > 0,
    )


def _count(said: Said, name: str) -> int | None:
    text = _text(said, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_COUNT else None


def _list(said: Said, name: str) -> Iterator[Said]:
    """The items of a list: within an element of the event's name (XML), or beside the others (JSON); one may stand alone."""
    within = said.get(name)
    items = (within if isinstance(within, dict) else said).get("List", [])
    yield from (one for one in (items if isinstance(items, list) else [items]) if isinstance(one, dict))


def _text(said: Said, name: str) -> str:
    value = said.get(name, "")
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip() if isinstance(value, str) or abs(value) < 2**64 else ""


def _moment(stamp: str) -> datetime | None:
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 10 and 0 < int(stamp) < _LATEST):
        return None
    return datetime.fromtimestamp(int(stamp), UTC)


def parsed(body: bytes) -> Said:
    """XML or JSON as nested mappings; what comes more than once is a list.

    Raises:
        BadInput: it is neither.
    """
    try:
        text = body.decode("utf-8-sig")
        found = orjson.loads(text) if text.lstrip().startswith("{") else _tree(fromstring(text, forbid_dtd=True), 0)
    except (UnicodeDecodeError, orjson.JSONDecodeError, ParseError, DefusedXmlException, ValueError, LookupError):
        found = None
    if not isinstance(found, dict):
        raise BadInput(reason="the push is neither XML nor JSON.", reason_zh="回调内容既不是 XML 也不是 JSON。")
    return found


def _tree(element: Element, depth: int) -> Any:
    children = list(element)
    if not children or depth >= _DEEPEST:
        return element.text or ""
    found: dict[str, Any] = {}
    for child in children:
        value = _tree(child, depth + 1)
        if child.tag not in found:
            found[child.tag] = value
        elif isinstance(found[child.tag], list):
            found[child.tag].append(value)
        else:
            found[child.tag] = [found[child.tag], value]
    return found
