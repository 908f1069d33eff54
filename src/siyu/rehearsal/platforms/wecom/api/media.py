"""Files: temporary ones that live for three days, and pictures that stay."""

from typing import Any, Final

from siyu.rehearsal.platforms.wecom.api.frame import Call, Errcode, api
from siyu.rehearsal.platforms.wecom.types import Media

_MOST: Final = {"image": 10_485_760, "voice": 2_097_152, "video": 10_485_760, "file": 20_971_520}
_FEWEST: Final = 6


def _file(call: Call, kind: str) -> tuple[str, int]:
    if kind not in _MOST:
        raise Errcode(40004, "invalid media type")
    if not call.files:
        raise Errcode(44001, "empty media data")
    name, _, data = call.files[0]
    if len(data) < _FEWEST:
        raise Errcode(40006, "invalid media size")
    if len(data) > _MOST[kind]:
        raise Errcode(45001, "media size out of limit")
    return name, len(data)


def _keep(call: Call, kind: str, attachment_type: int) -> dict[str, Any]:
    name, size = _file(call, kind)
    made = Media(call.corp.new_id("m"), kind, name, size, call.corp.now(), attachment_type)
    call.corp.state.media[made.media_id] = made
    return {"type": kind, "media_id": made.media_id, "created_at": made.created_at}


@api("media/upload")
def upload(call: Call) -> dict[str, Any]:
    answer = _keep(call, call.text("type", 40004), 0)
    return {**answer, "created_at": str(answer["created_at"])}  # a text here, a number with upload_attachment


@api("media/upload_attachment")
def upload_attachment(call: Call) -> dict[str, Any]:
    return _keep(call, call.text("media_type", 40004), call.need("attachment_type", 40058))


@api("media/uploadimg")
def uploadimg(call: Call) -> dict[str, Any]:
    _file(call, "image")
    return {"url": f"http://p.qpic.cn/pic_wework/{call.corp.new_id('')}/0"}
