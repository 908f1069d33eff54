"""Messages out: whoever may not be written to is refused as the platform does."""

from typing import Any, Final

from siyu.rehearsal.platforms.wechat.account import Account
from siyu.rehearsal.platforms.wechat.api.frame import MINI, OFFICIAL, Call, Declined, api
from siyu.rehearsal.platforms.wechat.types import Person, Received

_MOST_BYTES: Final = 2048
_NEEDED: Final = {
    "text": "content",
    "image": "media_id",
    "voice": "media_id",
    "video": "media_id",
    "mpvideo": "media_id",
    "mpnews": "media_id",
    "news": "articles",
    "miniprogrampage": "appid",
}
_PLACES: Final = {"thing": 20, "phrase": 5, "number": 32, "name": 20, "character_string": 32}
_REPEAT: Final = 600  # seconds in which a key of a template message is known
_TOO_SOON: Final = 60


def _keep(account: Account, open_id: str, way: str, body: dict[str, Any]) -> None:
    account.state.received.append(Received(open_id, way, account.now(), body))


def _content(call: Call, way: str) -> None:
    """Whether the message has what its kind needs."""
    kind = call.text("msgtype", 40008)
    needed = _NEEDED.get(kind)
    said = call.body.get(kind)
    if needed is None or not isinstance(said, dict) or not said.get(needed):
        raise Declined(47001 if needed else 40008, f"{way}: invalid message")
    if kind == "text" and len(str(said["content"]).encode()) > _MOST_BYTES:
        raise Declined(45002)


def _follower(call: Call) -> Person:
    found = call.person(call.text("touser"))
    if not found.subscribed_at:
        raise Declined(43004)
    if found.blacklisted:
        raise Declined(43019)
    return found


@api("cgi-bin/message/custom/send", "POST", OFFICIAL)
def custom(call: Call) -> Any:
    """A customer service message, within a window that an act opened."""
    found = _follower(call)
    _content(call, "custom")
    open_now = [one for one in found.windows.values() if one.until > call.account.now()]
    if not open_now:
        raise Declined(45015)
    left = [one for one in open_now if one.left > 0]
    if not left:
        raise Declined(45047)
    min(left, key=lambda one: one.until).left -= 1
    _keep(call.account, found.open_id, "custom", call.body)
    return {}


@api("cgi-bin/message/template/send", "POST", OFFICIAL)
def template(call: Call) -> Any:
    """A template message; its end is told by an event."""
    found = _follower(call)
    _filled(call)
    account = call.account
    key = call.text("client_msg_id")
    known, at = account.state.sent_keys.get(f"{found.open_id}/{key}", (0, 0))
    if key and known and at + _REPEAT > account.now():
        return {"msgid": known}
    number = account.next_number()
    account.state.sent_keys[f"{found.open_id}/{key}"] = number, account.now()
    _keep(account, found.open_id, "template", call.body)
    account.tell(found.open_id, Event="TEMPLATESENDJOBFINISH", MsgID=number, Status="success")
    return {"msgid": number}


def _filled(call: Call) -> None:
    """Whether the values fit the template."""
    places = call.account.state.templates.get(call.text("template_id"))
    if places is None:
        raise Declined(40037)
    data = call.body.get("data")
    if not isinstance(data, dict):
        raise Declined(47001)
    for place in places:
        row = data.get(place)
        value = row.get("value") if isinstance(row, dict) else None
        if not isinstance(value, str) or not value:
            raise Declined(47003, f"argument invalid! data.{place}.value is empty")
        if len(value) > _PLACES.get(place.rstrip("0123456789"), 1000):
            raise Declined(47003, f"argument invalid! data.{place}.value is too long")


@api("cgi-bin/message/template/subscribe", "POST", OFFICIAL)
def once(call: Call) -> Any:
    """One message for each time that it was confirmed; who gets it need not follow."""
    found = call.person(call.text("touser"))
    if not 1 <= len(call.text("title")) <= 15 or not call.text("scene").isdigit():
        raise Declined(47001)
    if call.text("template_id") not in call.account.state.templates:
        raise Declined(40037)
    _take(found.once, call.text("template_id"))
    _keep(call.account, found.open_id, "subscribe_once", call.body)
    return {}


@api("cgi-bin/message/subscribe/bizsend", "POST", OFFICIAL)
def notice(call: Call) -> Any:
    """A subscription notice of an official account."""
    return _notice(call)


@api("cgi-bin/message/subscribe/send", "POST", MINI)
def mini_notice(call: Call) -> Any:
    """A subscription message of a mini program."""
    if call.text("miniprogram_state") not in {"", "formal", "trial", "developer"}:
        raise Declined(41030)
    return _notice(call)


def _notice(call: Call) -> Any:
    found = call.person(call.text("touser"))
    template_id = call.text("template_id")
    _filled(call)
    _take(found.accepted, template_id)
    number = call.account.next_number()
    _keep(call.account, found.open_id, "notice", call.body)
    row = {"TemplateId": template_id, "MsgID": str(number), "ErrorCode": "0", "ErrorStatus": "success"}
    call.account.tell_rows(found.open_id, "subscribe_msg_sent_event", "SubscribeMsgSentEvent", [row])
    return {"msgid": number}


def _take(counts: dict[str, int], template_id: str) -> None:
    if counts.get(template_id, 0) <= 0:
        raise Declined(43101)
    counts[template_id] -= 1


@api("cgi-bin/message/mass/send", "POST", OFFICIAL)
def broadcast(call: Call) -> Any:
    """To up to 10,000 followers; who had their four of the month is left out."""
    ids = call.rows("touser", 10_000, 40032)
    if len(ids) < 2:
        raise Declined(40130)
    return _spread(call, [call.person(one) for one in ids])


@api("cgi-bin/message/mass/sendall", "POST", OFFICIAL)
def broadcast_to_all(call: Call) -> Any:
    """To all followers, or to those with a tag."""
    account, chosen = call.account, call.body.get("filter")
    if not isinstance(chosen, dict):
        raise Declined(47001)
    if chosen.get("is_to_all") is not True:
        return _spread(call, [one for one in account.truth().values() if chosen.get("tag_id") in one.tag_ids])
    _known_key(call)
    today = account.day()
    month = [day for day in account.state.to_all if day.startswith(today[:7])]
    if month.count(today) >= account.rules.to_all_a_day or len(month) >= account.rules.to_all_a_month:
        raise Declined(45028)
    answer = _spread(call, list(account.truth().values()))
    account.state.to_all.append(today)
    return answer


def _known_key(call: Call) -> str:
    key = call.text("clientmsgid")
    if len(key.encode()) > 64:
        raise Declined(45067)
    if key in call.account.state.broadcasts:
        number, at = call.account.state.broadcasts[key]
        if at + _TOO_SOON > call.account.now():
            raise Declined(45066)
        raise Declined(45065, msg_id=number)
    return key


def _spread(call: Call, people: list[Person]) -> Any:
    _content(call, "mass")
    account, month = call.account, call.account.day()[:7]
    key, number, sent = _known_key(call), account.next_number(), 0
    for one in people:
        count = one.broadcasts.get(month, 0)
        if not one.subscribed_at or one.blacklisted or count >= account.rules.broadcasts:
            continue
        one.broadcasts[month] = count + 1
        sent += 1
        _keep(account, one.open_id, "broadcast", {name: call.body[name] for name in call.body if name != "touser"})
    if key:
        account.state.broadcasts[key] = number, account.now()
    account.tell(
        "o" + "0" * 27,
        Event="MASSSENDJOBFINISH",
        MsgID=number,
        Status="send success",
        TotalCount=len(people),
        FilterCount=sent,
        SentCount=sent,
        ErrorCount=0,
    )
    return {"msg_id": number}
