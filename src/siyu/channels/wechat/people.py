"""Followers and tags of an official account, as they are now."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from siyu.channels.types import THE_ACCOUNT, Contact, Everything, Follow, Gone, PlatformRefused, Seen, Tag
from siyu.channels.wechat.client import Answer, Client, code_of, later
from siyu.channels.wechat.errors import NOBODY
from siyu.channels.wechat.rules import is_id
from siyu.kernel.errors import BadInput

_BATCH: Final = 100
_INFO: Final = "cgi-bin/user/info"
_INFO_BATCH: Final = "cgi-bin/user/info/batchget"
_LIST: Final = "cgi-bin/user/get"
_TAGS: Final = "cgi-bin/tags/get"
_AFTER: Final = "after:"
_GENDERS: Final = {"1": "male", "2": "female"}
_LATEST: Final = 4_102_444_800  # 2100; a larger number is no moment
_WAYS: Final[Mapping[str, str]] = {
    "ADD_SCENE_SEARCH": "search",
    "ADD_SCENE_ACCOUNT_MIGRATION": "transfer",
    "ADD_SCENE_PROFILE_CARD": "card",
    "ADD_SCENE_QR_CODE": "scan",
    "ADD_SCENE_PROFILE_LINK": "link",
    "ADD_SCENE_PROFILE_ITEM": "menu",
    "ADD_SCENE_PAID": "paid",
    "ADD_SCENE_WECHAT_ADVERTISEMENT": "advertisement",
    "ADD_SCENE_REPRINT": "reprint",
    "ADD_SCENE_LIVESTREAM": "livestream",
    "ADD_SCENE_CHANNELS": "channels",
    "ADD_SCENE_WXA": "mini_program",
    "ADD_SCENE_OTHERS": "other",
}


def contacts(client: Client, ids: Sequence[str]) -> list[Seen]:
    """These followers; who follows no more, or never did, is gone. In the order of ``ids``, each once."""
    asked = list(dict.fromkeys(ids))
    known = [one for one in asked if is_id(one)]
    found: dict[str, Seen] = {}
    for start in range(0, len(known), _BATCH):
        found.update(_batch(client, known[start : start + _BATCH]))
    return [found.get(one) or Gone("contact", one) for one in asked]


def _batch(client: Client, ids: Sequence[str]) -> dict[str, Seen]:
    body = {"user_list": [{"openid": one, "lang": "zh_CN"} for one in ids]}
    answer = client.ask(_INFO_BATCH, None, body)
    if code_of(answer) in NOBODY:  # one stranger spoils the batch: each for itself
        return {one: _single(client, one) for one in ids}
    client.check(_INFO_BATCH, answer)
    rows = _list(answer, "user_info_list", _INFO_BATCH)
    found = {str(row.get("openid", "")): _contact(row) for row in rows}
    if not found.keys() >= set(ids):
        raise _strange(_INFO_BATCH)  # who is left out is not gone for that
    return found


def _single(client: Client, open_id: str) -> Seen:
    answer = client.ask(_INFO, {"openid": open_id, "lang": "zh_CN"})
    if code_of(answer) in NOBODY:
        return Gone("contact", open_id)
    client.check(_INFO, answer)
    return _contact(answer)


def _contact(row: Mapping[str, Any]) -> Seen:
    open_id = str(row.get("openid", ""))
    since = row.get("subscribe_time")
    if row.get("subscribe") != 1:
        return Gone("contact", open_id)
    if not isinstance(since, int) or not 0 < since < _LATEST:
        raise _strange(_INFO)
    state = row.get("qr_scene_str") or row.get("qr_scene") or ""
    tags = row.get("tagid_list")
    follow = Follow(
        THE_ACCOUNT,
        datetime.fromtimestamp(since, UTC),
        tuple(str(one) for one in tags) if isinstance(tags, list) else (),
        remark=_clean(row.get("remark")),
        way=_WAYS.get(str(row.get("subscribe_scene", "")), ""),
        state=_clean(state),
    )
    return Contact(
        open_id,
        _clean(row.get("nickname")),
        "wechat",
        avatar=_clean(row.get("headimgurl")),
        gender=_GENDERS.get(str(row.get("sex", 0)), ""),
        union_id=_clean(row.get("unionid")),
        follows=(follow,),
    )


def _clean(value: object) -> str:
    """A text without what no database takes."""
    return "" if value is None else str(value).replace("\0", "")


def tags(client: Client) -> list[Seen]:
    """All tags of the account, and that these are all."""
    rows = _list(client.call(_TAGS), "tags", _TAGS)
    found = [Tag(str(row.get("id", "")), _clean(row.get("name")), "", "", order) for order, row in enumerate(rows)]
    return [*found, Everything(tags=tuple(one.id for one in found))]


def walk(client: Client, cursor: str) -> Iterator[tuple[Sequence[Seen], str]]:
    """Tags, then all followers by the hundred, then who these all are.

    The last is asked for anew: a walk may have begun long ago, and who came since must not be taken for gone.
    """
    if cursor and not (cursor.startswith(_AFTER) and (cursor == _AFTER or is_id(cursor.removeprefix(_AFTER)))):
        raise BadInput(reason="this cursor is not of an official account.", reason_zh="该游标不属于公众号。")
    if not cursor:
        yield tags(client), _AFTER
    for page in _pages(client, cursor.removeprefix(_AFTER)):
        for start in range(0, len(page), _BATCH):
            ids = page[start : start + _BATCH]
            yield contacts(client, ids), _AFTER + ids[-1]
    everybody = tuple(one for page in _pages(client, "") for one in page)
    yield [Everything(contacts_of=(THE_ACCOUNT, everybody))], _AFTER + (everybody[-1] if everybody else "")


def _pages(client: Client, after: str) -> Iterator[list[str]]:
    """OpenIDs behind ``after``, in the platform's pages of 10,000."""
    been = {after}
    while True:
        answer = client.ask(_LIST, {"next_openid": after} if after else {})
        if code_of(answer) in NOBODY and after:  # where we stopped follows no more: from the beginning
            after = ""
            continue
        client.check(_LIST, answer)
        data = answer.get("data")
        ids = data.get("openid") if isinstance(data, dict) else []
        if not isinstance(ids, list):
            raise _strange(_LIST)
        page = [str(one) for one in ids]
        if not page or page[-1] == after:
            return
        yield page
        after = str(answer.get("next_openid") or "")
        if not after:
            return
        if after in been:
            raise _strange(_LIST)  # it leads in a circle
        been.add(after)


def may_list(client: Client) -> PlatformRefused | None:
    """Whether the account may see its followers; the platform's refusal, when not."""
    answer = client.ask(_LIST, {})
    try:
        client.check(_LIST, answer)
    except PlatformRefused as problem:
        return problem
    return None


def _list(answer: Answer, name: str, api: str) -> list[Mapping[str, Any]]:
    rows = answer.get(name)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _strange(api)
    return rows


def _strange(api: str) -> Exception:
    """Half an answer must never be taken for a whole one."""
    return later(f"The answer of WeChat to {api} has another form.", f"微信接口 {api} 的返回格式不符。", 60)
