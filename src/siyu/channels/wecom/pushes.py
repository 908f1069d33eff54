"""WeCom's calls at our door: is it them, and what do they say. Decides from what came, our keys and the time alone."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from siyu.channels.types import Arrival, CodeHint, Departure, Hint, Push, PushAnswer, PushRefused, PushRequest, Spoken
from siyu.channels.wecom.crypto import Garbled, decrypt, key_of, signed
from siyu.channels.wecom.row import cleaned
from siyu.kernel.errors import BadInput, TooLarge

MAX_BYTES: Final = 256 * 1024  # the largest that the platform sends lists a few hundred members of a group
# The platform tries three times within a minute, each time with the first timestamp; queues of its own add minutes. What is
# an hour old is a recording: a reconcile tells what it would have told.
OLDEST: Final = timedelta(hours=1)
NEWEST: Final = timedelta(minutes=5)  # a clock of ours that is behind
WELCOME_LIFE: Final = timedelta(seconds=20)
SPOKEN_LIFE: Final = timedelta(minutes=9)  # of ten
# Read again whole: the platform does not say which one, or says something of all of them.
ALL: Final = ""
# What is told of acquisition links: of one of them, and of what the corp has left.
_OF_LINKS: Final = frozenset({"delete_link", "link_unavailable"})
_BALANCE: Final = frozenset({"balance_low", "balance_exhausted", "balance_increased", "quota_expire_soon"})

Departed = Literal["staff", "customer", "transfer"]


@dataclass(frozen=True, slots=True)
class Keys:
    """What is needed to check and decrypt: as filled in by the operator, and the corp's id."""

    token: str
    encoding_aes_key: str
    receive_id: str


@dataclass(frozen=True, slots=True)
class _Said:
    """What a push says of itself: its fields, and the ids in its list of members."""

    fields: Mapping[str, str]
    at: datetime

    def get(self, name: str) -> str:
        return self.fields.get(name, "").strip()


def answer(request: PushRequest, keys: Keys, now: datetime) -> PushAnswer:
    """Check a call and say what it means.

    Raises:
        PushRefused: it is not the platform's, not for this corp, or too old.
        BadInput: it cannot be read.
        TooLarge: it is longer than anything that the platform sends.
    """
    if not keys.token or not keys.encoding_aes_key:
        raise PushRefused(
            reason="token and EncodingAESKey of the callback are not filled in.",
            reason_zh="尚未填写回调 Token 与 EncodingAESKey。",
        )
    if len(request.body) > MAX_BYTES:
        raise TooLarge(what="The body", what_zh="请求体", limit=MAX_BYTES)
    if request.method == "GET":
        # A form decoder makes a space of a plus sign that was not written as %2B.
        echo = request.query.get("echostr", "").replace(" ", "+")
        return PushAnswer(_opened(request, keys, now, echo))
    sealed = _text(_parsed(request.body), "Encrypt").strip()
    plain = _opened(request, keys, now, sealed)
    push = _push(plain, keys.receive_id)
    return PushAnswer(b"success", push=push)


def _opened(request: PushRequest, keys: Keys, now: datetime, sealed: str) -> bytes:
    """What is in ``sealed``, once signature and age are right."""
    query = request.query
    if not sealed or not all(query.get(name) for name in ("msg_signature", "timestamp", "nonce")):
        raise BadInput(
            reason="it has no msg_signature, timestamp, nonce or encrypted content.",
            reason_zh="缺少 msg_signature、timestamp、nonce 或密文。",
        )
    if not signed(query["msg_signature"], keys.token, query["timestamp"], query["nonce"], sealed):
        raise PushRefused(
            reason="the signature is wrong: compare the token with the one in the admin console.",
            reason_zh="签名不正确：请核对管理后台中的 Token。",
        )
    _check_age(query["timestamp"], now)
    try:
        return decrypt(key_of(keys.encoding_aes_key), sealed, keys.receive_id)
    except Garbled as garbled:
        raise PushRefused(
            reason=f"it cannot be decrypted ({garbled}): compare EncodingAESKey and corp id with the admin console.",
            reason_zh="无法解密：请核对管理后台中的 EncodingAESKey 与企业 ID。",
        ) from None


def _check_age(said: str, now: datetime) -> None:
    if not (said.isascii() and said.isdigit()) or len(said) > 12:
        raise BadInput(reason="its timestamp is no number.", reason_zh="timestamp 不是数字。")
    age = now.timestamp() - int(said)
    if age > OLDEST.total_seconds():
        raise PushRefused(
            reason="it is more than an hour old: a recording, or the clock of this machine is ahead.",
            reason_zh="时间戳早于一小时前：请检查本机时钟，或为重放。",
        )
    if age < -NEWEST.total_seconds():
        raise PushRefused(
            reason="it comes from the future: check the clock of this machine.",
            reason_zh="时间戳晚于当前时间：请检查本机时钟。",
        )


def _parsed(raw: bytes) -> Element:
    try:
        root: Element = fromstring(raw, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise BadInput(reason="it is no XML.", reason_zh="不是有效的 XML。") from None
    return root


def _text(root: Element, name: str) -> str:
    return cleaned(root.findtext(name) or "")


def _push(plain: bytes, corp_id: str) -> Push:
    root = _parsed(plain)
    fields = {child.tag: cleaned(child.text or "") for child in root}
    if fields.get("ToUserName", "").strip() != corp_id:
        raise PushRefused(reason="it is for another corp.", reason_zh="接收方不是本企业。")
    seconds = fields.get("CreateTime", "").strip()
    if not (seconds.isascii() and seconds.isdigit()) or len(seconds) > 11:
        raise BadInput(reason="it does not say when it happened.", reason_zh="缺少 CreateTime。")
    said = _Said(fields, datetime.fromtimestamp(int(seconds), UTC))
    kind, change = said.get("Event") or said.get("MsgType"), said.get("ChangeType")
    event = f"{kind}.{change}" if change else kind
    if not event:
        raise BadInput(reason="it does not say what happened.", reason_zh="缺少事件类型。")
    meant = _EVENTS.get(kind)
    hints = meant(said, change) if meant is not None else ()
    return Push(
        id=hashlib.sha256(plain).hexdigest(),
        event=event[:100],
        at=said.at,
        hints=tuple(dict.fromkeys(hints)),
        departures=_departures(said, kind, change),
        arrival=_arrival(said, kind, change),
        spoken=_spoken(said, kind),
        codes=_codes(said, kind, change),
        ailing=kind == "customer_acquisition" and change in _BALANCE,
    )


def _contact(said: _Said, change: str) -> tuple[Hint, ...]:
    """A customer, or somebody's tie to them. What becomes of a transfer is seen in the customer as well."""
    contact_id = said.get("ExternalUserID")
    return (("contact", contact_id),) if contact_id and change != "msg_audit_approved" else ()


def _group(said: _Said, _change: str) -> tuple[Hint, ...]:
    return (("group", said.get("ChatId")),) if said.get("ChatId") else ()


def _tag(_said: _Said, _change: str) -> tuple[Hint, ...]:
    return (("tags", ALL),)


def _address_book(said: _Said, change: str) -> tuple[Hint, ...]:
    """A member by id, under the former and the new one where it changed; departments and their tags are read whole."""
    if change.endswith("_user"):
        found = dict.fromkeys([said.get("UserID"), said.get("NewUserID")])
        return tuple(("staff", one) for one in found if one)
    return (("staff", ALL),)


def _subscription(said: _Said, _change: str) -> tuple[Hint, ...]:
    """A member was added to the visible range of the application, or taken out of it."""
    return (("staff", said.get("FromUserName")),) if said.get("FromUserName") not in {"", "sys"} else ()


def _acquisition(said: _Said, _change: str) -> tuple[Hint, ...]:
    contact_id = said.get("ExternalUserID")
    return (("contact", contact_id),) if contact_id else ()


_EVENTS: Final[Mapping[str, Callable[[_Said, str], tuple[Hint, ...]]]] = {
    "change_external_contact": _contact,
    "change_external_chat": _group,
    "change_external_tag": _tag,
    "change_contact": _address_book,
    "subscribe": _subscription,
    "unsubscribe": _subscription,
    "customer_acquisition": _acquisition,
}


def _departures(said: _Said, kind: str, change: str) -> tuple[Departure, ...]:
    by: Departed
    if kind != "change_external_contact":
        return ()
    if change == "del_follow_user":
        by = "customer"
    elif change == "del_external_contact":
        by = "transfer" if said.get("Source") == "DELETE_BY_TRANSFER" else "staff"
    else:
        return ()
    staff_id, contact_id = said.get("UserID"), said.get("ExternalUserID")
    return (Departure(staff_id, contact_id, by, said.at),) if staff_id and contact_id else ()


def _codes(said: _Said, kind: str, change: str) -> tuple[CodeHint, ...]:
    """An acquisition link of which something became."""
    link_id = said.get("LinkId")
    if kind != "customer_acquisition" or not link_id or change not in _OF_LINKS:
        return ()
    return ((link_id, "unavailable" if change == "link_unavailable" else ""),)


def _spoken(said: _Said, kind: str) -> tuple[Spoken, ...]:
    service_id = said.get("OpenKfId")
    if kind != "kf_msg_or_event" or not service_id:
        return ()
    return (Spoken(service_id, said.get("Token"), said.at + SPOKEN_LIFE),)


def _arrival(said: _Said, kind: str, change: str) -> Arrival | None:
    """Who may be greeted. Without a code nobody may: they chat already, or the admin console greets."""
    code, staff_id, contact_id = said.get("WelcomeCode"), said.get("UserID"), said.get("ExternalUserID")
    comes = kind == "change_external_contact" and change in {"add_external_contact", "add_half_external_contact"}
    if not (comes and code and staff_id and contact_id):
        return None
    return Arrival(staff_id, contact_id, code, said.at + WELCOME_LIFE, said.get("State"))
