"""What is read from an answer: a field that is not there is empty, one of another type makes the answer useless."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Any, Final

from siyu.kernel.errors import TryLater

_LATER: Final = 60  # seconds; an answer of another form seldom comes twice


class Row:
    """One JSON object of an answer of ``api``.

    Raises:
        TryLater: a field is not what it should be. Half an answer must never be taken for a whole one.
    """

    __slots__ = ("_api", "_fields")

    def __init__(self, api: str, fields: Mapping[str, Any]) -> None:
        self._api = api
        self._fields = fields

    def __contains__(self, name: str) -> bool:
        return self._fields.get(name) is not None

    def text(self, name: str) -> str:
        """A text, cleaned of what no database takes; a number is one as well: ids come in both forms."""
        value = self._fields.get(name)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise self._strange(name)
        return cleaned(str(value))

    def name(self, name: str) -> str:
        """An id: a text without the spaces that the platform now and then leaves behind it."""
        return self.text(name).strip()

    def required(self, name: str) -> str:
        """An id that must be there."""
        return self.name(name) or self._missing(name)

    def number(self, name: str, default: int = 0) -> int:
        """A whole number, also one that comes as a text."""
        value = self._fields.get(name)
        if value is None or value == "":
            return default
        if isinstance(value, str) and value.strip().lstrip("-").isascii() and value.strip().lstrip("-").isdigit():
            return int(value[:40])
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._strange(name)
        return value

    def decimal(self, name: str) -> float | None:
        """A number with decimals, ``None`` when it is not there."""
        value = self._fields.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise self._strange(name)
        return float(value)

    def flag(self, name: str) -> bool:
        """True or false; 1 and 0 as well."""
        value = self._fields.get(name)
        if value is None:
            return False
        if not isinstance(value, bool | int):
            raise self._strange(name)
        return bool(value)

    def moment(self, name: str) -> datetime:
        """Seconds since 1970."""
        try:
            return datetime.fromtimestamp(self.number(name), UTC)
        except (OverflowError, ValueError, OSError):
            raise self._strange(name) from None

    def row(self, name: str) -> "Row":
        """An object; empty when it is not there."""
        value = self._fields.get(name)
        if value is None:
            return Row(self._api, {})
        if not isinstance(value, dict):
            raise self._strange(name)
        return Row(self._api, value)

    def rows(self, name: str) -> Iterator["Row"]:
        """Objects of a list."""
        for one in self._list(name):
            if not isinstance(one, dict):
                raise self._strange(name)
            yield Row(self._api, one)

    def names(self, name: str) -> tuple[str, ...]:
        """Ids of a list, texts or numbers."""
        found = self._list(name)
        if any(isinstance(one, bool) or not isinstance(one, str | int) for one in found):
            raise self._strange(name)
        return tuple(cleaned(str(one)).strip() for one in found)

    def whole(self, name: str) -> None:
        """See that the list ``name`` is there at all: without it the answer would say that there is nothing."""
        if not isinstance(self._fields.get(name), list):
            self._missing(name)

    def _list(self, name: str) -> list[Any]:
        value = self._fields.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._strange(name)
        return value

    def _missing(self, name: str) -> str:
        raise TryLater(
            reason=f"WeCom answered {self._api} without {name}.",
            reason_zh=f"企业微信接口 {self._api} 的返回缺少 {name}。",
            retry_after=_LATER,
        )

    def _strange(self, name: str) -> TryLater:
        return TryLater(
            reason=f"WeCom answered {self._api} with a {name} of another form than agreed.",
            reason_zh=f"企业微信接口 {self._api} 返回的 {name} 格式异常。",
            retry_after=_LATER,
        )


def cleaned(text: str) -> str:
    """The text without NUL and halves of surrogate pairs, which JSON can hold and a database cannot."""
    if "\0" in text:
        text = text.replace("\0", "")
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def pages(ask: Callable[[str], Row], *, most: int = 100_000) -> Iterator[Row]:
    """All pages of a list; ``ask`` is given the cursor, which is empty at first.

    Raises:
        TryLater: the platform gives the same cursor again: it would never end.
    """
    cursor = ""
    for _ in range(most):
        page = ask(cursor)
        yield page
        following = page.name("next_cursor")
        if not following:
            return
        if following == cursor:
            break
        cursor = following
    raise TryLater(
        reason="WeCom's pages do not come to an end.", reason_zh="企业微信的分页没有尽头。", retry_after=_LATER
    )
