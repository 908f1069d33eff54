"""Files that attachments show."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

FILE: Final = "file"  # the field of an attachment that names a file of ours by its id
MESSAGES: Final = "message"  # what files are uploaded for, unless a way says otherwise


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file at the platform.

    Attributes:
        fields: what stands in an attachment of this kind in the place of the file.
        until: how long the platform knows it.
    """

    fields: Mapping[str, str]
    until: datetime


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file that is kept here for an account."""

    id: int
    account_id: int
    name: str
    media_type: str
    content: bytes = field(repr=False)
