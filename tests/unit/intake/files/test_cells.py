"""Cells become values exactly, whatever export tools wrap around them."""

from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.intake.files.cells import (
    CountColumn,
    IdColumn,
    MoneyColumn,
    TagsColumn,
    claim_values,
    clean_cell,
    clean_column,
    is_masked,
)
from siyu.intake.files.times import TimeColumn

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2024, 12, 1, tzinfo=UTC)
# China had summer time until 1991; clocks of the cells carry no zone, which is the point
FIRST, LAST = datetime(1992, 1, 1), datetime(2024, 11, 30)  # noqa: DTZ001


class TestCleanCell:
    @pytest.mark.parametrize(
        ("raw", "clean"),
        [
            ('="3800000000000000001"', "3800000000000000001"),
            ("'13800138000", "13800138000"),
            ("\t6920000000000000001", "6920000000000000001"),
            ("\ufeff订单号", "订单号"),
            ("　李雷　", "李雷"),
            ("a\x00b", "ab"),
            ('\'="1"', "1"),
            ("=1+1", "=1+1"),
            ('=""', ""),
            ("", ""),
        ],
    )
    def test_wrapping_is_taken_off(self, raw: str, clean: str) -> None:
        assert clean_cell(raw) == clean

    @given(st.text())
    def test_cleaning_twice_is_cleaning_once(self, text: str) -> None:
        assert clean_cell(clean_cell(text)) == clean_cell(text)

    @given(st.lists(st.text(alphabet="='\"12 \t　\x00\ufeffab"), max_size=8))
    def test_column_is_cleaned_like_its_cells(self, cells: list[str]) -> None:
        visible = [
            cell.replace("\x00", "").replace("\ufeff", "") for cell in cells
        ]  # the reader takes these out of whole blocks
        assert clean_column(visible, wrapped=True) == [clean_cell(cell) for cell in cells]


class TestMoney:
    @given(st.decimals(min_value=Decimal(-(10**12)), max_value=Decimal(10**12), places=4))
    def test_agrees_with_decimal_arithmetic(self, amount: Decimal) -> None:
        wrong: dict[int, object] = {}
        expected = int((amount * 100).to_integral_value(ROUND_HALF_UP))
        texts = [str(amount), f"{amount:,}", f"¥{amount}", f"{amount}元"]
        assert MoneyColumn("yuan").convert(texts, wrong) == [expected] * 4  # type: ignore[arg-type]
        assert wrong == {}

    def test_fen_stay_fen(self) -> None:
        assert MoneyColumn("fen").convert(["1,234", "-5", ""], {}) == [1234, -5, None]

    @pytest.mark.parametrize("text", ["abc", "1.2.3", "1e99", "一百", "12/5", "²"])
    def test_what_is_no_amount_is_refused(self, text: str) -> None:
        wrong: dict[int, object] = {}
        assert MoneyColumn("yuan").convert(["1", text], wrong) == [100, None]  # type: ignore[arg-type]
        assert list(wrong) == [1]


class TestTime:
    @given(st.datetimes(min_value=FIRST, max_value=LAST))
    def test_every_spelling_is_the_same_moment(self, moment: datetime) -> None:
        moment = moment.replace(microsecond=0)
        expected = round(moment.replace(tzinfo=SHANGHAI).timestamp() * 1000)
        texts = [
            moment.strftime("%Y-%m-%d %H:%M:%S"),
            moment.strftime("%Y/%m/%d %H:%M:%S"),
            f"{moment.year}/{moment.month}/{moment.day} {moment.hour}:{moment:%M:%S}",
            moment.strftime("%Y-%m-%dT%H:%M:%S") + "+08:00",
            moment.strftime("%Y%m%d%H%M%S"),
            moment.strftime("%Y年%m月%d日 %H:%M:%S"),
            moment.strftime("%Y年%m月%d日%H时%M分%S秒"),
        ]
        wrong: dict[int, object] = {}
        assert TimeColumn(SHANGHAI, NOW).convert(texts, wrong) == [expected] * len(texts)  # type: ignore[arg-type]
        assert wrong == {}

    @given(st.datetimes(min_value=FIRST, max_value=LAST))
    def test_zones_with_summer_time_agree_with_the_library(self, moment: datetime) -> None:
        moment, zone = moment.replace(microsecond=0), ZoneInfo("America/New_York")
        expected = round(moment.replace(tzinfo=zone).timestamp() * 1000)
        assert TimeColumn(zone, NOW).convert([moment.strftime("%Y-%m-%d %H:%M:%S")], {}) == [expected]

    def test_one_day_ahead_passes_and_a_second_more_does_not(self) -> None:
        edge = NOW + timedelta(days=1)
        texts = [(edge + timedelta(seconds=s)).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") for s in (-1, 0, 1)]
        wrong: dict[int, object] = {}
        values = TimeColumn(SHANGHAI, NOW).convert(texts, wrong)  # type: ignore[arg-type]
        assert [value is None for value in values] == [False, False, True]
        assert wrong[2].code == "future"  # type: ignore[attr-defined]

    @pytest.mark.parametrize("text", ["", "-", "0000-00-00 00:00:00", "1970-01-01 08:00:00", "无"])
    def test_no_time(self, text: str) -> None:
        assert TimeColumn(SHANGHAI, NOW).convert([text], {}) == [None]

    @pytest.mark.parametrize(
        "text", ["yesterday", "2024-02-30 00:00:00", "2024-01-01 25:00:00", "2024-01-01 00:61:00", "12", "1955-01-01"]
    )
    def test_what_is_no_time_is_refused(self, text: str) -> None:
        wrong: dict[int, object] = {}
        TimeColumn(SHANGHAI, NOW).convert([text], wrong)  # type: ignore[arg-type]
        assert list(wrong) == [0]

    def test_own_formats(self) -> None:
        column = TimeColumn(ZoneInfo("UTC"), NOW, ("%d.%m.%Y", "epoch_s"))
        assert column.convert(["02.01.1970", "60"], {}) == [86_400_000, 60_000]


class TestIdentifiers:
    @pytest.mark.parametrize("text", ["186******05", "##aGVsbG8=", "$$dGVs$$", "张*", "~abc~"])
    def test_masked(self, text: str) -> None:
        assert is_masked(text)
        assert claim_values([text, "13800138000"]) == (["", "13800138000"], 1, 0)

    def test_an_empty_one_hides_nothing(self) -> None:
        assert not is_masked("")
        assert claim_values(["", "186******05", "", "-"]) == (["", "", "", ""], 1, 0)

    def test_rounded_by_a_spreadsheet(self) -> None:
        assert claim_values(["1.38E+10", "13800138000.0"]) == (["", "13800138000"], 0, 1)

    def test_exponent_of_r_is_exact_and_of_excel_is_not(self) -> None:
        wrong: dict[int, object] = {}
        values = IdColumn(needed=True).convert(["4.0128e+10", "4.0128E+10", "6900", ""], wrong)  # type: ignore[arg-type]
        assert values[0] == "40128000000"
        assert values[2] == "6900"
        assert set(wrong) == {1, 3}


class TestOtherKinds:
    def test_counts(self) -> None:
        wrong: dict[int, object] = {}
        column = CountColumn()
        assert column.convert(["2", "1.0", "0.35", "", "1,000", "-1"], wrong) == [2, 1, 1, None, 1000, None]  # type: ignore[arg-type]
        assert list(wrong) == [5]

    def test_tags(self) -> None:
        assert TagsColumn().convert(["a，b、a; c"], {}) == [("a", "b", "c")]
