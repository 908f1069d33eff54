"""Whether a way of a channel can carry something, by the limits that the channel declares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from siyu.channels.types import ContentKind, Way
from siyu.content.rules.variables import longest
from siyu.content.types import MEDIUM, MaterialKind

Complaint = tuple[str, str]
ZH: Final[Mapping[str, str]] = {
    "text": "文本",
    "image": "图片",
    "link": "图文链接",
    "mini_program": "小程序卡片",
    "video": "视频",
    "file": "文件",
}
_FIELDS: Final[Mapping[MaterialKind, tuple[str, ...]]] = {
    "text": (),
    "image": (),
    "link": ("title", "url"),
    "mini_program": ("title", "appid", "page"),
    "video": (),
    "file": (),
}
_MEDIA: Final[Mapping[MaterialKind, str]] = {"image": "image/", "mini_program": "image/", "video": "video/", "file": ""}
_ELSEWHERE: Final = {"media_id", "pic_url", "pic_media_id"}  # fields that say where bytes are that are not ours
_LONGEST_FIELD: Final = 2000
_LONGEST_TEXT: Final = 4000


@dataclass(frozen=True, slots=True)
class Shown:
    """A material as a way would carry it; ``size`` is that of its bytes, 0 when they are not ours."""

    kind: MaterialKind
    fields: Mapping[str, str]
    size: int = 0


def wrong(kind: MaterialKind, text: str, fields: Mapping[str, str], media_type: str | None) -> Complaint | None:
    """What is wrong with a material whatever the way; ``media_type`` is that of its bytes, ``None`` without."""
    zh = ZH[kind]
    if kind == "text":
        if not text.strip() or len(text) > _LONGEST_TEXT:
            return f"a text has 1 to {_LONGEST_TEXT} characters.", f"文本须为 1 至 {_LONGEST_TEXT} 个字符。"
        return None
    if missing := [name for name in _FIELDS[kind] if not fields.get(name, "").strip()]:
        return (
            f"a material of the kind {kind} needs {', '.join(missing)}: fill it in.",
            f"{zh}缺少 {'、'.join(missing)}，请填写。",
        )
    if long := [name for name, value in fields.items() if len(value) > _LONGEST_FIELD]:
        return (
            f"{', '.join(long)} has more than {_LONGEST_FIELD} characters: shorten it.",
            f"{'、'.join(long)}超过 {_LONGEST_FIELD} 个字符，请缩短。",
        )
    url = fields.get("url", "https://")
    if not url.startswith(("https://", "http://", "{{")):
        return "a link begins with https:// or http://.", "链接须以 https:// 或 http:// 开头。"
    if kind in _MEDIA:
        of, of_zh = ("picture", "封面图") if kind == "mini_program" else (kind, zh)
        if media_type is None and not _ELSEWHERE & fields.keys():
            return f"upload the bytes of the {of}, or name a media_id.", f"请上传{of_zh}，或填写 media_id。"
        if media_type is not None and not media_type.startswith(_MEDIA[kind]):
            return f"what was uploaded is {media_type}, no {of}: upload another file.", (
                f"上传的文件类型为 {media_type}，不是{of_zh}，请重新上传。"
            )
    return None


def complaints(way: Way, text: str, shown: Sequence[Shown], *, uploads: bool = True) -> tuple[Complaint, ...]:
    """What must be changed before the way can carry text and attachments; empty when it can.

    ``uploads``: what lies here can be brought to its platform. Variables count with their fallbacks: a person's own value may be longer, which is looked at again when it is known.
    """
    kinds = {kind.name: kind for kind in way.contents}
    if not kinds:
        return ((f"{way.en} takes no content of its own.", f"{way.zh}不支持自定义内容。"),)
    found = _text(kinds.get("text"), longest(text), way) if text else []
    if not text.strip() and not shown:
        found.append(("There is nothing to send: write a text or add a material.", "内容为空：请填写文本或添加素材。"))
    if len(shown) > way.attachments:
        found.append(
            (
                f"It has {len(shown)} attachments; {way.en} carries {way.attachments}: leave some out.",
                f"附件共 {len(shown)} 个，{way.zh}最多 {way.attachments} 个：请减少附件。",
            )
        )
    for number, one in enumerate(shown, 1):
        found += _attachment(kinds.get(one.kind), number, one, way)
        if MEDIUM in one.fields and one.kind in kinds and not uploads:
            found.append(
                (
                    f"Attachment {number} is an upload, which {way.en} cannot take: name a media_id, or leave it out.",
                    f"附件 {number} 为上传的文件，{way.zh}不支持：请填写平台的 media_id，或删除该附件。",
                )
            )
    return tuple(found)


def _text(kind: ContentKind | None, text: str, way: Way) -> list[Complaint]:
    if kind is None:
        return [(f"{way.en} carries no text: leave it out.", f"{way.zh}不支持文本：请删除文本。")]
    found = []
    size = len(text.encode("utf-8", "replace"))
    if kind.max_bytes and size > kind.max_bytes:
        found.append(
            (
                f"The text has {size} bytes, {way.en} takes {kind.max_bytes}: shorten it (a Chinese character has 3).",
                f"文本为 {size} 字节，{way.zh}最多 {kind.max_bytes} 字节：请缩短（一个汉字占 3 字节）。",
            )
        )
    if kind.max_characters and len(text) > kind.max_characters:
        found.append(
            (
                f"The text has {len(text)} characters, {way.en} takes {kind.max_characters}: shorten it.",
                f"文本为 {len(text)} 个字符，{way.zh}最多 {kind.max_characters} 个：请缩短。",
            )
        )
    return found


def _attachment(kind: ContentKind | None, number: int, one: Shown, way: Way) -> list[Complaint]:
    zh = ZH[one.kind]
    if kind is None:
        return [
            (
                f"Attachment {number} is a {one.kind}, which {way.en} does not carry: take another material.",
                f"附件 {number} 为{zh}，{way.zh}不支持：请更换素材。",
            )
        ]
    found = []
    if kind.max_bytes and one.size > kind.max_bytes:
        found.append(
            (
                f"Attachment {number} ({one.kind}) has {one.size} bytes, {way.en} takes {kind.max_bytes}: make it smaller.",
                f"附件 {number}（{zh}）为 {one.size} 字节，{way.zh}最多 {kind.max_bytes} 字节：请压缩。",
            )
        )
    for name, most in kind.fields.items():
        size = len(longest(one.fields.get(name, "")).encode("utf-8", "replace"))
        if size > most:
            found.append(
                (
                    f"The {name} of attachment {number} ({one.kind}) has {size} bytes, {way.en} takes {most}: shorten it.",
                    f"附件 {number}（{zh}）的 {name} 为 {size} 字节，{way.zh}最多 {most} 字节：请缩短。",
                )
            )
    return found
