"""What may be sent, and how the platform wants it written. Pure."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from siyu.channels.types import Content, Item, Way
from siyu.kernel.errors import WrongValue

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PLACE: Final = re.compile(r"[A-Za-z][A-Za-z_]*[0-9]*")
_DATA: Final = "data."
# Characters in a value of a subscription message, by the name of its place without the number: ``thing1``.
_PLACES: Final[Mapping[str, int]] = {
    "thing": 20,
    "number": 32,
    "letter": 32,
    "symbol": 5,
    "character_string": 32,
    "phone_number": 17,
    "car_number": 8,
    "name": 20,
    "phrase": 5,
}
_LEAST_IN_BROADCAST: Final = 2
_MOST_TITLE: Final = 15
_MOST_ONCE: Final = 200
_MOST_SCENE: Final = 10_000

Body = dict[str, Any]


def message(way: Way, content: Content) -> Body:
    """One message of a conversation or broadcast: a text, or one attachment.

    Raises:
        WrongValue: it is empty, holds more than one thing, or more than the way takes.
    """
    if len(content.attachments) > way.attachments or (content.text and content.attachments):
        raise WrongValue("one message is a text or one attachment", "每条消息只能是文本或一个附件")
    if not content.attachments:
        return _text(way, content.text)
    kind, fields = content.attachments[0]
    limits = next((one for one in way.contents if one.name == kind), None)
    if limits is None or kind == "text":
        raise WrongValue(f"{way.en} cannot carry '{kind}'", f"{way.zh}不支持“{kind}”")
    for name, most in limits.fields.items():
        if len(fields.get(name, "").encode()) > most:
            raise WrongValue(f"{kind}.{name} has more than {most} bytes", f"{kind}.{name} 超过 {most} 字节")
    return _attachment(way, kind, fields)


def _text(way: Way, text: str) -> Body:
    most = next((one.max_bytes for one in way.contents if one.name == "text"), 0)
    if not text.strip():
        raise WrongValue("the message is empty", "消息内容为空")
    if len(text.encode()) > most:
        raise WrongValue(f"the text has more than {most} bytes", f"文本超过 {most} 字节")
    return {"msgtype": "text", "text": {"content": text}}


def _attachment(way: Way, kind: str, fields: Mapping[str, str]) -> Body:
    broadcast = way.name.startswith("broadcast")
    match kind:
        case "image":
            return {"msgtype": "image", "image": _of(fields, kind, "media_id")}
        case "video" if broadcast:
            return {"msgtype": "mpvideo", "mpvideo": _of(fields, kind, "media_id")}
        case "video":
            needed = _of(fields, kind, "media_id", "thumb_media_id")
            return {"msgtype": "video", "video": needed | _given(fields, "title", "description")}
        case "article":
            return {"msgtype": "mpnews", "mpnews": _of(fields, kind, "media_id"), "send_ignore_reprint": 0}
        case "link":
            _of(fields, kind, "title", "url")
            article = {
                "title": fields["title"],
                "description": fields.get("description", ""),
                "url": fields["url"],
                "picurl": fields.get("picture", ""),
            }
            return {"msgtype": "news", "news": {"articles": [article]}}
        case _:
            _of(fields, kind, "title", "app_id", "page", "thumb_media_id")
            page = {
                "title": fields["title"],
                "appid": fields["app_id"],
                "pagepath": fields["page"],
                "thumb_media_id": fields["thumb_media_id"],
            }
            return {"msgtype": "miniprogrampage", "miniprogrampage": page}


def _of(fields: Mapping[str, str], kind: str, *names: str) -> Body:
    for name in names:
        if not fields.get(name):
            raise WrongValue(f"{kind} lacks '{name}'", f"{kind} 缺少“{name}”")
    return {name: fields[name] for name in names}


def _given(fields: Mapping[str, str], *names: str) -> Body:
    return {name: fields[name] for name in names if fields.get(name)}


def template(item: Item) -> Body:
    """A template message to one follower. Its key keeps the platform from sending it twice within ten minutes."""
    body = _templated(item)
    details = item.details
    if details.get("url"):
        body["url"] = details["url"]
    if details.get("app_id"):
        body["miniprogram"] = {"appid": details["app_id"], "pagepath": details.get("page", "")}
    return body | {"client_msg_id": digest(item.key)}


def once(item: Item) -> Body:
    """A message to somebody who accepted one of this template on a page, and who need not follow the account."""
    body = _templated(item)
    scene, title = item.details.get("scene", ""), item.details.get("title", "")
    if not (scene.isascii() and scene.isdigit() and len(scene) <= 5 and int(scene) <= _MOST_SCENE):
        raise WrongValue(f"scene is a number from 0 to {_MOST_SCENE}", f"scene 应为 0–{_MOST_SCENE} 的整数")
    if not title or len(title) > _MOST_TITLE:
        raise WrongValue(f"title has 1 to {_MOST_TITLE} characters", f"标题应为 1–{_MOST_TITLE} 字")
    if any(len(one["value"]) > _MOST_ONCE for one in body["data"].values()):
        raise WrongValue(f"a value has more than {_MOST_ONCE} characters", f"内容超过 {_MOST_ONCE} 字")
    if item.details.get("url"):
        body["url"] = item.details["url"]
    return body | {"scene": scene, "title": title}


def notice(item: Item) -> Body:
    """A subscription message, of an official account or a mini program."""
    body = _templated(item)
    for place, one in body["data"].items():
        most = _PLACES.get(place.rstrip("0123456789"))
        if most is not None and len(one["value"]) > most:
            raise WrongValue(f"{place} has more than {most} characters", f"{place} 超过 {most} 个字符")
    details = item.details
    if details.get("app_id"):
        body["miniprogram"] = {"appid": details["app_id"], "pagepath": details.get("page", "")}
    elif details.get("page"):
        body["page"] = details["page"]
    return body


def mini_notice(item: Item) -> Body:
    """A subscription message of a mini program; ``state`` says which version of it opens."""
    body = notice(item)
    if "miniprogram" in body:
        raise WrongValue("a mini program opens only its own pages", "小程序订阅消息只能打开自身页面")
    state = item.details.get("state", "formal")
    if state not in {"formal", "trial", "developer"}:
        raise WrongValue("state is formal, trial or developer", "state 应为 formal、trial 或 developer")
    return body | {"miniprogram_state": state, "lang": item.details.get("lang", "zh_CN")}


def _templated(item: Item) -> Body:
    template_id = item.details.get("template_id", "")
    if not _ID.fullmatch(template_id):
        raise WrongValue("there is no valid template_id", "缺少有效的 template_id")
    data = {}
    for name, value in item.details.items():
        if not name.startswith(_DATA):
            continue
        place = name.removeprefix(_DATA)
        if not _PLACE.fullmatch(place) or not value:
            raise WrongValue(f"'{place}' is not a place of a template, or empty", f"“{place}”不是模板字段，或内容为空")
        data[place] = {"value": value}
    if not data:
        raise WrongValue("there are no values for the template", "缺少模板内容")
    return {"touser": receiver(item), "template_id": template_id, "data": data}


def receiver(item: Item) -> str:
    """The OpenID of whom an item is for."""
    if not is_id(item.subject_id):
        raise WrongValue("the receiver is no OpenID", "接收人不是有效的 OpenID")
    return item.subject_id


def is_id(text: str) -> bool:
    """Whether it looks like an OpenID, a UnionID or the id of a template."""
    return _ID.fullmatch(text) is not None


def parts(ids: Sequence[str], most: int) -> list[Sequence[str]]:
    """Nearly equal parts of at most ``most``, so that none is left with one receiver, which the platform refuses."""
    count = -(-len(ids) // most)
    bounds = [len(ids) * number // count for number in range(count + 1)] if count else [0]
    return [ids[low:high] for low, high in pairwise(bounds)]


def enough_for_broadcast(ids: Sequence[str]) -> None:
    """Raise ``WrongValue`` where the platform would refuse for too few."""
    if len(ids) < _LEAST_IN_BROADCAST:
        raise WrongValue("a broadcast by OpenID needs at least two people", "按 OpenID 群发至少需要两人")


def digest(*texts: str) -> str:
    """A key of 32 characters that is the same for the same texts."""
    return hashlib.sha256(json.dumps(texts, ensure_ascii=False).encode()).hexdigest()[:32]
