"""Cells that hold times. The usual form is read at the price of two look-ups, every other one the slow way."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from siyu.intake.files import reasons
from siyu.intake.files.cells import EMPTY, REMEMBERED, CellProblem, Column
from siyu.intake.files.types import Problem

NO_TIME = frozenset({"0", "0000-00-00", "0000-00-00 00:00:00", "1970-01-01 00:00:00", "1970-01-01 08:00:00"})
HOUR, DAY = 3_600_000, 86_400_000


class _Unusual(Exception):
    """The cell is not in the usual form of 19 characters; read it the slow way."""


class _Hours(dict[str, int]):
    """``2024-01-31 18`` in the brand's zone → milliseconds. Zones change on whole minutes, within an hour never."""

    def __init__(self, zone: ZoneInfo, latest: int) -> None:
        super().__init__()
        self._zone, self._latest = zone, latest

    def __missing__(self, text: str) -> int:
        y, m, d, h = text[:4], text[5:7], text[8:10], text[11:13]
        if not (
            text.isascii() and (y + m + d + h).isdigit() and text[4] == text[7] and text[4] in "-/" and text[10] in " T"
        ):
            raise _Unusual
        try:
            start = datetime(int(y), int(m), int(d), int(h), tzinfo=self._zone)
            end = datetime(int(y), int(m), int(d), int(h), 59, 59, tzinfo=self._zone)
        except ValueError:
            raise _Unusual from None
        millis = round(start.timestamp() * 1000)
        if millis < 0 or millis + HOUR > self._latest or text in _EPOCHS or end.utcoffset() != start.utcoffset():
            raise _Unusual
        if len(self) >= REMEMBERED:
            self.clear()
        self[text] = millis
        return millis


_EPOCHS = frozenset({"1970-01-01 00", "1970-01-01 08"})


class _Rests(dict[str, int]):
    """``:05:09`` → milliseconds within the hour."""

    def __missing__(self, text: str) -> int:
        if not (text[0] == ":" and text[3] == ":" and (text[1:3] + text[4:6]).isdigit() and text.isascii()):
            raise _Unusual
        minute, second = int(text[1:3]), int(text[4:6])
        if minute > 59 or second > 59:
            raise _Unusual
        self[text] = (minute * 60 + second) * 1000
        return self[text]


class TimeColumn(Column[int]):
    """Times → milliseconds since 1970 UTC. A time without a zone is in the brand's. Beyond now + 1 day it is refused."""

    def __init__(self, zone: ZoneInfo, now: datetime, formats: Sequence[str] = ()) -> None:
        super().__init__()
        self._zone = zone
        self._latest = round(now.timestamp() * 1000) + DAY
        self._readers: list[Callable[[str], datetime]] = [self._reader(f) for f in formats] or [self._auto]
        self._plain = not formats or formats[0] == "auto"
        self._hours, self._rests = _Hours(zone, self._latest), _Rests()

    def convert(self, cells: Sequence[str], problems: dict[int, Problem]) -> list[int | None]:
        hours, rests = self._hours, self._rests
        if self._plain:
            try:
                return [hours[c[:13]] + rests[c[13:]] if len(c) == 19 else self[c] for c in cells]
            except (_Unusual, CellProblem):
                pass
        return self.convert_each(cells, problems)

    def parse(self, text: str) -> int | None:
        if text in EMPTY or text in NO_TIME:
            return None
        for reader in self._readers:
            try:
                moment = reader(text)
            except (ValueError, OverflowError):
                continue
            millis = round((moment if moment.tzinfo else moment.replace(tzinfo=self._zone)).timestamp() * 1000)
            if millis < 0:
                break
            if millis > self._latest:
                raise CellProblem(reasons.in_future(text))
            return millis
        raise CellProblem(reasons.not_time(text))

    def _reader(self, name: str) -> Callable[[str], datetime]:
        if name == "auto":
            return self._auto
        if name in {"epoch_s", "epoch_ms"}:
            unit = timedelta(seconds=1) if name == "epoch_s" else timedelta(milliseconds=1)
            return lambda text: datetime(1970, 1, 1, tzinfo=UTC) + unit * int(text)
        return lambda text: datetime.strptime(text, name)  # noqa: DTZ007 - the zone is added where the text has none

    def _auto(self, text: str) -> datetime:
        if not text.isascii():
            text = text.replace("年", "-").replace("月", "-").replace("日", " ").replace("时", ":").replace("分", ":")
            text = text.replace("秒", "").strip(": ")
        if text.isdigit() and len(text) in {8, 12, 14}:
            text = (
                f"{text[:4]}-{text[4:6]}-{text[6:8]} {text[8:10] or '00'}:{text[10:12] or '00'}:{text[12:14] or '00'}"
            )
        day, _, rest = (
            text.replace("T", " ").replace("/", "-").replace(".", "-", 2 if text[4:5] == "." else 0).partition(" ")
        )
        year, month, date = day.split("-")
        if len(year) != 4:
            raise ValueError(text)
        clock = rest.strip() or "00:00:00"
        if clock[1:2] == ":":
            clock = "0" + clock
        return datetime.fromisoformat(f"{year}-{int(month):02d}-{int(date):02d}T{clock}")
