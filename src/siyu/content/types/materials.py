"""Materials and the bytes behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

MaterialKind = Literal["text", "image", "link", "mini_program", "video", "file"]
MEDIUM: Final = "medium"  # the field of an attachment that names bytes of ours by their hash
KINDS: Final[tuple[MaterialKind, ...]] = get_args(MaterialKind)


@dataclass(frozen=True, slots=True)
class Medium:
    """Bytes that are shown, known by their hash (SHA-256); the same bytes are the same medium."""

    hash: str
    media_type: str
    name: str
    size: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Material:
    """Something to show.

    Attributes:
        kind: as channels call it.
        text: of a text.
        fields: of the others, as channels call them: ``title``, ``url`` …; values may hold variables.
        medium: the hash of its bytes, empty when the fields say where they are.
    """

    id: int
    kind: MaterialKind
    name: str
    text: str
    fields: Mapping[str, str]
    medium: str
    archived: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether a way of a channel can carry something; what to change where it cannot, in English and Chinese."""

    channel: str
    way: str
    en: str
    zh: str
    fits: bool
    complaints: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ContentCheck:
    """How something that is being written stands.

    Attributes:
        wrong: why it cannot be kept as it is, in English and Chinese; ``None`` when it can.
        fits: which ways could carry it; none while something is wrong.
        unsure: variables without a fallback.
    """

    wrong: tuple[str, str] | None
    fits: tuple[Fit, ...] = ()
    unsure: tuple[str, ...] = ()
