"""Files. What is uploaded lives three days and is shared within the corp: keep your own, and upload again when needed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from siyu.channels.wecom.client import APP, CONTACTS, Client

MediaType = Literal["image", "voice", "video", "file"]
_LIFE: Final = timedelta(hours=72)
_MARGIN: Final = timedelta(hours=2)  # a group send may be confirmed somewhat later than it is made


@dataclass(frozen=True, slots=True)
class Media:
    """An uploaded file: its id, and until when it may be used."""

    id: str
    until: datetime


def upload(client: Client, kind: MediaType, name: str, content: bytes, media_type: str) -> Media:
    """Upload a file for messages. A repeat uploads it again; the former id stays good."""
    answer = client.upload(
        "media/upload", {"type": kind}, name=name, content=content, media_type=media_type, secret=APP
    )
    return Media(answer.required("media_id"), answer.moment("created_at") + _LIFE - _MARGIN)


def upload_attachment(client: Client, kind: MediaType, name: str, content: bytes, media_type: str) -> Media:
    """The same for moments."""
    answer = client.upload(
        "media/upload_attachment",
        {"media_type": kind, "attachment_type": "1"},
        name=name,
        content=content,
        media_type=media_type,
        secret=CONTACTS,
    )
    return Media(answer.required("media_id"), answer.moment("created_at") + _LIFE - _MARGIN)


def upload_picture(client: Client, name: str, content: bytes, media_type: str) -> str:
    """Upload a picture for good: its address. 1,000 a day, 3,000 a month."""
    answer = client.upload("media/uploadimg", {}, name=name, content=content, media_type=media_type)
    return answer.required("url")
