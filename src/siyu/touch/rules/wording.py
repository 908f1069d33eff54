"""Reasons as sentences."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from siyu.touch.types import REASONS, Reason


class _Said(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"


def sentences(reason: Reason, zone: ZoneInfo) -> tuple[str, str]:
    """The reason in English and in Chinese; moments by the clock of that zone."""
    known = REASONS[reason.code]
    said = _Said({name: _local(value, zone) for name, value in _flat(reason.details).items()})
    return known.en.format_map(said), known.zh.format_map(said)


def _flat(details: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in details.items() if value is not None}


def _local(value: object, zone: ZoneInfo) -> object:
    if isinstance(value, str) and len(value) >= 19 and value[4:5] == "-" and "T" in value:
        try:
            return datetime.fromisoformat(value).astimezone(zone).strftime("%Y-%m-%d %H:%M")
        except ValueError:
            return value
    return value
