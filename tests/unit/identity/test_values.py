"""What is an identifier, and what only looks like one."""

import time

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.identity.rules.values import MAX_VALUE, normalise, normalise_scope
from siyu.identity.types import IDENTIFIER_TYPES, TYPES

_types = st.sampled_from(sorted(TYPES))


class TestNormalise:
    @pytest.mark.parametrize(
        ("raw", "stored"),
        [
            ("13800138000", "+8613800138000"),
            (" 138 0013 8000 ", "+8613800138000"),
            ("138-0013-8000", "+8613800138000"),
            ("+86 13800138000", "+8613800138000"),
            ("8613800138000", "+8613800138000"),
            ("008613800138000", "+8613800138000"),
            ("１３８００１３８０００", "+8613800138000"),
            ("(+86)138 0013 8000", "+8613800138000"),
            ("+1 650-253-0000", "+16502530000"),
            ("+852 2123 4567", "+85221234567"),
            ("010-6505 1234", "+861065051234"),
        ],
    )
    def test_phone(self, raw: str, stored: str) -> None:
        assert normalise("phone", raw) == stored

    @pytest.mark.parametrize(
        "raw",
        ["186******05", "138****8000", "11111111111", "00000000000", "13800000000000000", "123", "not a phone", "-", "",
         "18688888888", "13800138000-1234", "10086"],
    )  # fmt: skip
    def test_no_phone(self, raw: str) -> None:
        assert normalise("phone", raw) is None

    @pytest.mark.parametrize(
        ("raw", "stored"),
        [(" Anna@Example.CN ", "anna@example.cn"), ("ａ@b.cn", "a@b.cn"), ("mailto:a@b.cn", "a@b.cn")],
    )
    def test_email(self, raw: str, stored: str) -> None:
        assert normalise("email", raw) == stored

    @pytest.mark.parametrize("raw", ["a***@b.cn", "test@test.com", "a@b", "@b.cn", "a b@c.cn", "a@@b.cn", "a"])
    def test_no_email(self, raw: str) -> None:
        assert normalise("email", raw) is None

    @pytest.mark.parametrize(
        "raw",
        ["", " ", "0", "000", "00000000-0000-0000-0000-000000000000", "-1", "null", "NULL", "undefined", "None", "测试",
         "[object Object]", "anonymous", "a\x00b", "a\nb", "\ud800", "x" * (MAX_VALUE + 1), "x" * 1_000_000],
    )  # fmt: skip
    @pytest.mark.parametrize("kind", ["user_id", "anonymous_id", "phone", "email"])
    def test_blocked(self, kind: str, raw: str) -> None:
        assert normalise(kind, raw) is None

    def test_ids_keep_their_case(self) -> None:
        assert normalise("union_id", " oAbC_1-2 ") == "oAbC_1-2"

    def test_masked_buyer_is_nobody(self) -> None:
        assert normalise("platform_buyer", "张*") is None

    def test_alipay_is_a_phone_or_a_mailbox(self) -> None:
        assert normalise("alipay", "138 0013 8000") == "+8613800138000"
        assert normalise("alipay", "A@b.cn") == "a@b.cn"
        assert normalise("alipay", "138******00") is None

    @given(_types, st.text(max_size=600))
    def test_never_raises_and_is_stable(self, kind: str, raw: str) -> None:
        clean = normalise(kind, raw)
        if clean is not None:
            assert 0 < len(clean) <= MAX_VALUE
            assert clean == clean.strip()
            assert "\x00" not in clean
            assert normalise(kind, clean) == clean
            clean.encode()

    @given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
    def test_short_way_agrees_with_the_library(self, raw: str) -> None:
        clean = normalise("phone", raw)
        if clean is not None:
            number = phonenumbers.parse(clean)
            assert phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == clean
            assert phonenumbers.is_possible_number(number)

    @pytest.mark.parametrize(
        "raw", ["1" * 10_000_000, "(" * 1000, "a@" * 500, "a@" + "b-" * 120, "a@" + "b." * 120, "+" * 1000]
    )
    def test_takes_no_time(self, raw: str) -> None:
        start = time.thread_time()
        for kind in TYPES:
            normalise(kind, raw)
        assert time.thread_time() - start < 0.5


class TestScope:
    def test_trimmed(self) -> None:
        assert normalise_scope(" shop ") == "shop"

    @pytest.mark.parametrize("raw", ["a\x00", "x" * 200])
    def test_harmful(self, raw: str) -> None:
        assert normalise_scope(raw) is None


class TestTypes:
    def test_priorities_tell_every_two_types_apart(self) -> None:
        assert len({kind.priority for kind in IDENTIFIER_TYPES}) == len(IDENTIFIER_TYPES)

    def test_a_higher_grade_has_the_higher_priority(self) -> None:
        ordered = sorted(IDENTIFIER_TYPES, key=lambda kind: kind.priority)
        assert [kind.grade for kind in ordered] == sorted(kind.grade for kind in ordered)

    def test_careful_is_never_looser(self) -> None:
        assert all(1 <= kind.careful_limit <= kind.limit for kind in IDENTIFIER_TYPES)
