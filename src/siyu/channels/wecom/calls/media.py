"""Files. What is uploaded lives three days and is shared within the corp: keep your own, and upload again when needed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from siyu.channels.wecom.client import APP, CONTACTS, Client
from siyu.kernel.errors import TooLarge

MediaType = Literal["image", "voice", "video", "file"]
_MB: Final = 1024 * 1024
# Sources disagree on pictures (2 or 10 MB): what all of them allow, and what moments do.
MOST: Final[Mapping[MediaType, int]] = {"image": 2 * _MB, "voice": 2 * _MB, "video": 10 * _MB, "file": 20 * _MB}
_MOST_OF_MOMENTS: Final[Mapping[MediaType, int]] = {**MOST, "image": 10 * _MB}
_LIFE: Final = timedelta(hours=72)
_MARGIN: Final = timedelta(hours=2)  # a group send may be confirmed somewhat later than it is made


@dataclass(frozen=True, slots=True)
class Media:
    """An uploaded file: its id, and until when it may be used."""

    id: str
    until: datetime


def upload(client: Client, kind: MediaType, name: str, content: bytes, media_type: str) -> Media:
    """Upload a file for messages. A repeat uploads it again; the former id stays good.

    Raises:
        TooLarge: the platform takes no file of this size.
    """
    _check(content, MOST[kind])
    answer = client.upload(
        "media/upload", {"type": kind}, name=name, content=content, media_type=media_type, secret=APP
    )
    return Media(answer.required("media_id"), answer.moment("created_at") + _LIFE - _MARGIN)


def upload_attachment(client: Client, kind: MediaType, name: str, content: bytes, media_type: str) -> Media:
    """The same for moments."""
    _check(content, _MOST_OF_MOMENTS[kind])
    answer = client.upload(
        "media/upload_attachment",
        {"media_type": kind, "attachment_type": "1"},
        name=name,
        content=content,
        media_type=media_type,
        secret=CONTACTS,
    )
    return Media(answer.required("media_id"), answer.moment("created_at") + _LIFE - _MARGIN)


def _check(content: bytes, most: int) -> None:
    if len(content) > most:
        raise TooLarge(what="The file", what_zh="文件", limit=most)
