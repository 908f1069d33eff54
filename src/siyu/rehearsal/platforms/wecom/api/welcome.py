"""Greetings: of one customer within twenty seconds, and templates for groups."""

from typing import Any, Final

from siyu.rehearsal.platforms.wecom.api.frame import Call, Errcode, api, objects_of

_KINDS: Final = ("image", "link", "miniprogram", "video", "file")
_TEMPLATES: Final = 100


def check_content(call: Call, text_bytes: int = 4000) -> dict[str, Any]:
    """Text and up to nine attachments, each within its limits."""
    text = str(call.object("text").get("content", ""))
    attachments = objects_of(call.body, "attachments")
    if len(text.encode()) > text_bytes:
        raise Errcode(45002, "text too long")
    if len(attachments) > 9:
        raise Errcode(40058, "attachments: at most 9")
    for one in attachments:
        kind = str(one.get("msgtype"))
        if kind not in _KINDS or not isinstance(one.get(kind), dict):
            raise Errcode(41065, "invalid attachment")
        check_attachment(call, kind, one[kind])
    if not text and not attachments:
        raise Errcode(40063, "text and attachments are both missing")
    return {"text": {"content": text}, "attachments": attachments}


def check_attachment(call: Call, kind: str, said: dict[str, Any]) -> None:
    """One attachment."""
    if kind == "link" and (not said.get("url") or not said.get("title")):
        raise Errcode(40058, "link needs title and url")
    for name, most in (("title", 128 if kind == "link" else 64), ("desc", 512)):
        if len(str(said.get(name, "")).encode()) > most:
            raise Errcode(40058, f"{name} has more than {most} bytes")
    media = said.get("pic_media_id" if kind == "miniprogram" else "media_id")
    if media:
        known = call.corp.state.media.get(str(media))
        if known is None or known.created_at + 3 * 86_400 <= call.corp.now():
            raise Errcode(40007)
    elif kind in {"video", "file", "miniprogram"} or (kind == "image" and not said.get("pic_url")):
        raise Errcode(41006, "media_id missing")


@api("externalcontact/send_welcome_msg")
def send_welcome_msg(call: Call) -> dict[str, Any]:
    """Once a code, within twenty seconds, before they chat."""
    welcome = call.corp.state.welcomes.get(call.text("welcome_code", 41049))
    now = call.corp.now()
    if welcome is None:
        raise Errcode(41050)
    if welcome.used_at:
        raise Errcode(41051)
    if welcome.until < now:
        raise Errcode(41050)
    follow = call.corp.state.follows.get(welcome.userid, {}).get(welcome.external_userid)
    if follow is not None and follow.talked_at:
        raise Errcode(41051)
    content = check_content(call)
    welcome.used_at, welcome.content = now, content
    return {}


@api("externalcontact/group_welcome_template/add")
def add_template(call: Call) -> dict[str, Any]:
    if len(call.corp.state.templates) >= _TEMPLATES:
        raise Errcode(41055)
    made = call.corp.new_id("msg")
    call.corp.state.templates[made] = {**_template(call), "app": call.app}
    return {"template_id": made}


def _template(call: Call) -> dict[str, Any]:
    text = str(call.object("text").get("content", ""))
    body = {kind: call.object(kind) for kind in _KINDS if call.body.get(kind)}
    for kind, said in body.items():
        check_attachment(call, kind, said)
    if not text and not body:
        raise Errcode(40063, "the template is empty")
    if len(text.encode()) > 3000:
        raise Errcode(45002, "text too long")
    return {"text": {"content": text}, **body, "notify": call.number("notify", 1)}


def _kept(call: Call, *, mine: bool = False) -> dict[str, Any]:
    found = call.corp.state.templates.get(call.text("template_id", 40037))
    if found is None:
        raise Errcode(40037, "invalid template_id")
    if mine and found["app"] != call.app:
        raise Errcode(41058, "made by another app")
    return found


@api("externalcontact/group_welcome_template/edit")
def edit_template(call: Call) -> dict[str, Any]:
    _kept(call, mine=True)
    call.corp.state.templates[call.text("template_id")] = {**_template(call), "app": call.app}
    return {}


@api("externalcontact/group_welcome_template/get")
def get_template(call: Call) -> dict[str, Any]:
    return {name: value for name, value in _kept(call).items() if name not in {"app", "notify"}}


@api("externalcontact/group_welcome_template/del")
def del_template(call: Call) -> dict[str, Any]:
    _kept(call, mine=True)
    del call.corp.state.templates[call.text("template_id")]
    return {}
