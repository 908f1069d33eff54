"""How many codes a phone and an address get, and which phones get any."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.kernel.errors import BadInput, TooManyRequests
from siyu.members.rules.codes import OF_ADDRESS, OF_PHONE, check_pace, is_code, mainland

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)


def ago(*seconds: float) -> list[datetime]:
    return [NOW - timedelta(seconds=one) for one in sorted(seconds)]


class TestPace:
    @pytest.mark.parametrize(
        ("sent", "wait"),
        [
            ([], None),
            ([61], None),
            ([60], None),
            ([59], 2),
            ([0], 61),
            ([61, 700, 1400, 2100, 2800], 801),  # five in an hour
            ([61, 700, 1400, 2100, 3600], None),
            ([4000 * one for one in range(1, 11)], 86400 - 40000 + 1),  # ten in a day
        ],
    )
    def test_of_a_phone(self, sent: list[float], wait: int | None) -> None:
        if wait is None:
            check_pace(ago(*sent), OF_PHONE, NOW)
            return
        with pytest.raises(TooManyRequests) as refused:
            check_pace(ago(*sent), OF_PHONE, NOW)
        assert refused.value.details["retry_after"] == wait

    @given(st.lists(st.floats(0, 90_000), max_size=40))
    def test_who_waits_as_long_as_was_said_gets_one(self, seconds: list[float]) -> None:
        sent = ago(*seconds)
        try:
            check_pace(sent, OF_PHONE, NOW)
        except TooManyRequests as refused:
            later = NOW + timedelta(seconds=refused.details["retry_after"])
            check_pace([one for one in sent if one > later - timedelta(days=1)], OF_PHONE, later)

    def test_of_an_address(self) -> None:
        check_pace(ago(*range(29)), OF_ADDRESS, NOW)
        with pytest.raises(TooManyRequests):
            check_pace(ago(*range(30)), OF_ADDRESS, NOW)


class TestPhones:
    @pytest.mark.parametrize("phone", ["+8613800138000", "+8619912345678"])
    def test_of_mainland_china_get_codes(self, phone: str) -> None:
        assert mainland(phone) == phone

    @pytest.mark.parametrize("phone", [None, "", "+85291234567", "+8612800138000", "+86138001380001", "138****8000"])
    def test_others_do_not(self, phone: str | None) -> None:
        with pytest.raises(BadInput) as refused:
            mainland(phone)
        assert "11 digits" in refused.value.message
        assert "11 位手机号" in refused.value.message_zh


@pytest.mark.parametrize(
    ("said", "fits"),
    [("123456", True), ("12345", False), ("1234567", False), ("12345a", False), ("１２３４５６", False)],
)
def test_what_looks_like_a_code(said: str, *, fits: bool) -> None:
    assert is_code(said) is fits
