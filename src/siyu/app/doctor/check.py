"""What a check finds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Check:
    """What one check found.

    Attributes:
        name: a stable word for programs.
        status: ``fail`` when Siyu will not work like this, ``warn`` when it may disappoint.
        en, zh: what was found.
        advice_en, advice_zh: what to do; empty when all is well.
    """

    name: str
    status: Status
    en: str
    zh: str
    advice_en: str = ""
    advice_zh: str = ""


Finding = Iterator[Check]
