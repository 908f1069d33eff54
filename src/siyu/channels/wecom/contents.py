"""Whether something can be sent as it is, and the form in which the platform wants it. Decides, and calls nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from siyu.channels.types import Content, ContentKind, Way

Complaint = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Form:
    """How the platform calls a kind, which fields it knows, and of which sets one must be there whole."""

    msgtype: str
    zh: str
    fields: frozenset[str]
    needs: tuple[frozenset[str], ...]


def _one_of(*names: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset({name}) for name in names)


_FORMS: Final[Mapping[str, _Form]] = {
    "image": _Form("image", "图片", frozenset({"media_id", "pic_url"}), _one_of("media_id", "pic_url")),
    "link": _Form("link", "图文链接", frozenset({"title", "picurl", "desc", "url"}), (frozenset({"title", "url"}),)),
    "mini_program": _Form(
        "miniprogram",
        "小程序",
        frozenset({"title", "pic_media_id", "appid", "page"}),
        (frozenset({"title", "pic_media_id", "appid", "page"}),),
    ),
    "video": _Form("video", "视频", frozenset({"media_id"}), _one_of("media_id")),
    "file": _Form("file", "文件", frozenset({"media_id"}), _one_of("media_id")),
}


# A moment shows a link with an uploaded picture of its own.
_MOMENT_FORMS: Final[Mapping[str, _Form]] = {
    "image": _Form("image", "图片", frozenset({"media_id"}), _one_of("media_id")),
    "link": _Form("link", "图文链接", frozenset({"title", "url", "media_id"}), (frozenset({"url", "media_id"}),)),
    "video": _FORMS["video"],
}
MOMENTS: Final = frozenset({"moment", "staff_moment"})


def complaints(way: Way, content: Content) -> tuple[Complaint, ...]:
    """What must be changed before ``way`` can carry it, in English and Chinese; empty when it can go as it is."""
    kinds = {kind.name: kind for kind in way.contents}
    found: list[Complaint] = []
    if not content.text.strip() and not content.attachments:
        found.append(
            ("There is nothing to send: write a text or add an attachment.", "内容为空：请填写文本或添加附件。")
        )
    found += _text(kinds.get("text", ContentKind("text")), content.text)
    if len(content.attachments) > way.attachments:
        found.append(_too_many(way, len(content.attachments)))
        return tuple(found)
    for number, (kind, fields) in enumerate(content.attachments, 1):
        found += _attachment(kinds, _forms(way), number, kind, fields)
    if way.name in MOMENTS and len(content.attachments) > 1 and {kind for kind, _ in content.attachments} != {"image"}:
        found.append(
            (
                "A moment shows up to nine images, or one video, or one link: leave the others out.",
                "朋友圈只能包含最多 9 张图片，或 1 个视频，或 1 个链接：请删除其他附件。",
            )
        )
    return tuple(found)


def message(content: Content, *, moment: bool = False) -> dict[str, Any]:
    """The content in the platform's form. Only for what has no :func:`complaints`."""
    forms = _MOMENT_FORMS if moment else _FORMS
    made: dict[str, Any] = {}
    if content.text.strip():
        made["text"] = {"content": content.text}
    if content.attachments:
        made["attachments"] = [
            {"msgtype": forms[kind].msgtype, forms[kind].msgtype: {k: v for k, v in fields.items() if v}}
            for kind, fields in content.attachments
        ]
    return made


def _too_many(way: Way, count: int) -> Complaint:
    if not way.attachments:
        return f"{way.en} carries a text alone: leave the attachments out.", f"{way.zh}只支持文本：请去掉附件。"
    return (
        f"It has {count} attachments; {way.en} carries {way.attachments}: leave some out.",
        f"附件共 {count} 个，{way.zh}最多 {way.attachments} 个：请减少附件。",
    )


def _text(kind: ContentKind, text: str) -> list[Complaint]:
    found = []
    size = len(text.encode("utf-8", "replace"))
    if kind.max_bytes and size > kind.max_bytes:
        found.append(
            (
                f"The text has {size} bytes; at most {kind.max_bytes} can be sent: shorten it (a Chinese character has 3).",
                f"文本为 {size} 字节，最多 {kind.max_bytes} 字节：请缩短（一个汉字占 3 字节）。",
            )
        )
    if kind.max_characters and len(text) > kind.max_characters:
        found.append(
            (
                f"The text has {len(text)} characters; at most {kind.max_characters} can be sent: shorten it.",
                f"文本为 {len(text)} 个字符，最多 {kind.max_characters} 个：请缩短。",
            )
        )
    return found


def _forms(way: Way) -> Mapping[str, _Form]:
    return _MOMENT_FORMS if way.name in MOMENTS else _FORMS


def _attachment(
    kinds: Mapping[str, ContentKind], forms: Mapping[str, _Form], number: int, kind: str, fields: Mapping[str, str]
) -> list[Complaint]:
    form = forms.get(kind)
    if form is None or kind not in kinds:
        known = ", ".join(name for name in kinds if name != "text")
        known_zh = "、".join(_FORMS[name].zh for name in kinds if name != "text")
        return [
            (
                f"Attachment {number} is of the kind '{kind}', which cannot be sent: use {known}.",
                f"附件 {number} 的类型“{kind}”不支持：请使用{known_zh}。",
            )
        ]
    found: list[Complaint] = []
    there = {name for name, value in fields.items() if value}
    if strange := sorted(there - form.fields):
        names = ", ".join(strange)
        found.append(
            (
                f"Attachment {number} ({kind}) has fields that nobody knows: {names}. Take them out.",
                f"附件 {number}（{form.zh}）含有未知字段：{names}。请删除。",
            )
        )
    if not any(wanted <= there for wanted in form.needs):
        names = " or ".join(", ".join(sorted(wanted)) for wanted in form.needs)
        names_zh = "或".join("、".join(sorted(wanted)) for wanted in form.needs)
        found.append(
            (
                f"Attachment {number} ({kind}) is incomplete: fill in {names}.",
                f"附件 {number}（{form.zh}）不完整：请填写 {names_zh}。",
            )
        )
    for name, most in kinds[kind].fields.items():
        size = len(fields.get(name, "").encode("utf-8", "replace"))
        if size > most:
            found.append(
                (
                    f"The {name} of attachment {number} ({kind}) has {size} bytes; at most {most} can be sent: shorten it.",
                    f"附件 {number}（{form.zh}）的 {name} 为 {size} 字节，最多 {most} 字节：请缩短。",
                )
            )
    return found
