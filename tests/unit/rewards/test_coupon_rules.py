"""Codes, windows, costs and quotes of coupons, as rules."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.kernel.errors import BadInput
from siyu.rewards import service
from siyu.rewards.rules import codes
from siyu.rewards.rules.coupons import check_cost, most_off, window_of
from siyu.rewards.rules.quoting import SHIPPING, quote, split
from siyu.rewards.types import (
    Basket,
    BasketLine,
    Coupon,
    CouponTerms,
    Quote,
    RewardRules,
    Template,
    UnderMargin,
)

NOON = datetime(2026, 3, 3, 4, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
RULES = RewardRules(points=1, fen=1, margin_bp=2_500, goods_cost_bp=4_000)  # half of the price
VALUES = st.lists(st.integers(0, 30), min_size=codes.LENGTH - 1, max_size=codes.LENGTH - 1)
GOOD = {"name": "满减", "kind": "money", "off_fen": 1000, "threshold_fen": 5000, "valid_days": 7}


@given(VALUES, st.data())
def test_a_slip_of_the_pen_is_seen(values: list[int], data: st.DataObject) -> None:
    code = codes.with_check(values)
    assert codes.is_ours(code)
    assert codes.normalised(f" {codes.shown(code).lower()} ") == code
    place = data.draw(st.integers(0, codes.LENGTH - 1))
    other = data.draw(st.sampled_from(codes.ALPHABET.replace(code[place], "")))
    assert not codes.is_ours(code[:place] + other + code[place + 1 :])
    first, second = sorted(data.draw(st.lists(st.integers(0, codes.LENGTH - 1), min_size=2, max_size=2, unique=True)))
    swapped = list(code)
    swapped[first], swapped[second] = swapped[second], swapped[first]
    assert codes.is_ours("".join(swapped)) == (code[first] == code[second])


@pytest.mark.parametrize("code", ["", "ABC", "0" * 16, "IIIIIIIIIIIIIIII", "满减满减满减满减满减满减满减满减"])
def test_what_is_no_code_of_ours(code: str) -> None:
    assert not codes.is_ours(code)
    assert codes.shown(code) == code


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"off_fen": None}, "needs off_fen"),
        ({"percent": 5}, "has no percent"),
        ({"kind": "percent", "off_fen": None}, "needs percent"),
        ({"kind": "exchange", "off_fen": None}, "needs pay_fen, cost_fen, goods"),
        ({"kind": "shipping", "off_fen": None}, "needs most_fen"),
        ({"off_fen": 6000}, "raise the threshold"),
        ({"valid_days": None}, "how long it is valid"),
        ({"valid_from": "2026-03-04T00:00:00Z"}, "not both"),
        (
            {"valid_days": None, "valid_from": "2026-03-04T00:00:00Z", "valid_until": "2026-03-04T00:00:00Z"},
            "would end before",
        ),
        ({"shared_code": "TEA2026", "bearer": True, "per_person": 1}, "bearer has to be false"),
        ({"shared_code": "TEA2026"}, "needs per_person"),
        ({"shared_code": "tea"}, "shared_code"),
        ({"kind": "percent", "off_fen": None, "percent": 10, "limited_fen": True}, "needs most_fen"),
        ({"at_a_loss": True}, "has a budget"),
        ({"off_fen": -5}, "off_fen"),
        ({"percent": 100}, "percent"),
        ({"free": True}, "free"),
    ],
)
def test_terms_that_make_no_sense_are_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said) as caught:
        service.read_template({**GOOD, **wrong})
    assert any("一" <= letter <= "鿿" for letter in caught.value.message_zh)


def terms(kind: Any = "money", **given: Any) -> CouponTerms:
    return CouponTerms(**{"name": "券", "kind": kind, "valid_days": 7, **given})


class TestCost:
    @pytest.mark.parametrize(
        ("good", "bad", "said"),
        [
            ({"off_fen": 1000, "threshold_fen": 2000}, {"off_fen": 1000, "threshold_fen": 1999}, "at least 20.00 yuan"),
            ({"kind": "percent", "percent": 50}, {"kind": "percent", "percent": 51}, "at most 50 %"),
            (
                {"kind": "exchange", "pay_fen": 1250, "cost_fen": 1000, "goods": ["tea"]},
                {"kind": "exchange", "pay_fen": 1249, "cost_fen": 1000, "goods": ["tea"]},
                "at least 12.50 paid",
            ),
            (
                {"kind": "shipping", "most_fen": 1000, "threshold_fen": 2000},
                {"kind": "shipping", "most_fen": 1000},
                "raise the threshold",
            ),
        ],
    )
    def test_a_coupon_under_cost_is_refused(self, good: dict[str, Any], bad: dict[str, Any], said: str) -> None:
        check_cost(RULES, terms(**good))
        with pytest.raises(UnderMargin, match=said.replace(".", r"\.")) as caught:
            check_cost(RULES, terms(**bad))
        assert "at_a_loss" in caught.value.message_zh
        check_cost(RULES, terms(**bad, at_a_loss=True, limited_fen=True))

    def test_goods_that_leave_no_room(self) -> None:
        with pytest.raises(UnderMargin, match="leave no room"):
            check_cost(RULES, terms(off_fen=1, threshold_fen=10**9, goods_cost_bp=8_000))

    @given(st.integers(1, 10_000), st.integers(0, 100_000), st.integers(0, 10_000), st.integers(0, 10_000))
    def test_no_basket_goes_under_what_was_let_through(self, off: int, threshold: int, bp: int, more: int) -> None:
        kind = terms(off_fen=off, threshold_fen=threshold, goods_cost_bp=bp)
        try:
            check_cost(RULES, kind)
        except UnderMargin:
            return
        price = max(1, threshold) + more
        found = quoted([(kind, {})], [price])
        left = price - found.off_fen
        assert left * 10_000 * 10_000 >= price * bp * 12_500

    def test_the_most_that_one_takes_off(self) -> None:
        assert most_off(terms(off_fen=5)) == 5
        assert most_off(terms("percent", percent=5)) is None
        assert most_off(terms("percent", percent=5, most_fen=7)) == 7
        assert most_off(terms("exchange", pay_fen=3, cost_fen=10, goods=["tea"])) == 7


class TestWindows:
    def test_days_are_the_brands(self) -> None:
        late = datetime(2026, 3, 3, 15, 59, tzinfo=UTC)  # a minute before midnight in Shanghai
        for now, day in ((late, 4), (late + timedelta(minutes=1), 5)):
            start, until = window_of(terms(off_fen=1, valid_days=1), now, ZONE)
            assert start is None
            assert until == datetime(2026, 3, day, tzinfo=ZONE)

    def test_later_and_not_beyond_the_last_moment(self) -> None:
        own = terms(off_fen=1, after_days=1, valid_days=30, valid_until=datetime(2026, 3, 10, tzinfo=UTC))
        assert window_of(own, NOON, ZONE) == (datetime(2026, 3, 4, tzinfo=ZONE), datetime(2026, 3, 10, tzinfo=UTC))


def quoted(
    coupons: Sequence[tuple[CouponTerms, dict[str, Any]]],
    prices: Sequence[int],
    *,
    shipping: int = 0,
    rules: RewardRules | None = None,
) -> Quote:
    """A template and coupon of each terms, and a basket with a line of each price: products a, b, c …"""
    kinds: dict[int, Template] = {}
    found = []
    for number, (own, more) in enumerate(coupons, 1):
        template_id = more.pop("template_id", number)
        kinds.setdefault(template_id, Template(template_id, own, "live", 1, NOON, NOON))
        fields = {"state": "held", "valid_from": None, "valid_until": None, **more}
        found.append(Coupon(number, template_id, "", 1, reserved_fen=0, transaction_id=1, issued_at=NOON, **fields))
    lines = [BasketLine(str(place), "abcdefgh"[place], 1, price) for place, price in enumerate(prices)]
    return quote(Basket(lines, shipping), found, kinds, rules, NOON)


def why(found: Quote) -> list[str]:
    return [one.why_not[0] if one.why_not else "" for one in found.taken]


class TestQuotes:
    def test_money_off_is_shared_to_the_fen(self) -> None:
        found = quoted([(terms(off_fen=100, threshold_fen=300), {})], [100, 100, 101])
        assert found.off_fen == 100
        assert found.taken[0].shares == {"0": 33, "1": 33, "2": 34}

    def test_percent_has_a_cap(self) -> None:
        own = terms("percent", percent=15, most_fen=40)
        assert quoted([(own, {})], [99]).off_fen == 14
        assert quoted([(own, {})], [1000]).off_fen == 40

    def test_only_the_goods_it_is_for(self) -> None:
        own = terms(off_fen=50, threshold_fen=100, goods=["b"])
        assert quoted([(own, {})], [500, 100]).taken[0].shares == {"1": 50}
        assert why(quoted([(own, {})], [500, 99])) == ["0.01 yuan are missing to its threshold."]
        assert why(quoted([(own, {})], [500])) == ["the basket has none of the goods it is for."]

    def test_exchange_and_shipping(self) -> None:
        swap = terms("exchange", pay_fen=10, cost_fen=60, goods=["a", "b"])
        found = quoted([(swap, {})], [50, 90, 500])
        assert (found.taken[0].shares, found.taken[0].cost_fen) == ({"1": 80}, 50)
        assert why(quoted([(swap, {})], [10])) == ["the product costs no more than is paid with it."]
        free = terms("shipping", most_fen=8)
        assert quoted([(free, {})], [50], shipping=12).taken[0].shares == {SHIPPING: 8}
        assert why(quoted([(free, {})], [50])) == ["shipping costs nothing."]

    def test_which_may_be_used_together_and_in_what_order(self) -> None:
        first = terms("percent", percent=50, place=1)
        then = terms(off_fen=10, threshold_fen=50, place=2, stacks_with=[1])
        assert [one.off_fen for one in quoted([(first, {}), (then, {})], [100]).taken] == [50, 10]
        other_way = [(terms(off_fen=10, threshold_fen=50, place=1), {}), (terms("percent", percent=50, place=2), {})]
        assert why(quoted(other_way, [100])) == ["", "it cannot be used together with '券'."]
        assert why(quoted([(first, {}), (then, {})], [98])) == ["", "0.01 yuan are missing to its threshold."]
        twice = terms(off_fen=10)
        same = [(twice, {"template_id": 1}), (twice, {"template_id": 1})]
        assert why(quoted(same, [100]))[1] == "1 of '券' may be used on one order."
        two = terms(off_fen=10, several=2)
        assert quoted([(two, {"template_id": 1}), (two, {"template_id": 1})], [100]).off_fen == 20

    def test_together_they_do_not_sell_under_cost(self) -> None:
        both = [(terms(off_fen=30, place=1), {}), (terms(off_fen=21, place=2, stacks_with=[1]), {})]
        assert "for less than they cost" in why(quoted(both, [100], rules=RULES))[1]
        assert quoted(both, [102], rules=RULES).off_fen == 51

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"state": "used"}, "used already"),
            ({"state": "revoked"}, "taken back"),
            ({"valid_until": NOON}, "it ended at 2026-03-03 12:00."),
            ({"valid_from": NOON + timedelta(microseconds=1)}, "it begins at 2026-03-03 12:00."),
            ({"valid_from": NOON, "valid_until": NOON + timedelta(microseconds=1)}, ""),
        ],
    )
    def test_states_and_windows(self, given: dict[str, Any], said: str) -> None:
        (found,) = why(quoted([(terms(off_fen=1), given)], [100]))
        assert said in found
        assert bool(said) == bool(found)

    @given(
        st.lists(st.integers(0, 10_000), min_size=1, max_size=8),
        st.lists(
            st.tuples(st.sampled_from(["money", "percent", "shipping"]), st.integers(1, 5_000), st.integers(0, 5_000)),
            max_size=5,
        ),
        st.integers(0, 2_000),
    )
    def test_nothing_goes_below_zero(
        self, prices: list[int], wanted: list[tuple[Any, int, int]], shipping: int
    ) -> None:
        coupons = []
        for kind, size, threshold in wanted:
            by = {"money": {"off_fen": size}, "percent": {"percent": size % 99 + 1}, "shipping": {"most_fen": size}}
            own = terms(kind, **by[kind], threshold_fen=threshold, stacks_with=[1, 2, 3, 4, 5], place=size % 3)
            coupons.append((own, {}))
        found = quoted(coupons, prices, shipping=shipping)
        left = {str(place): price for place, price in enumerate(prices)} | {SHIPPING: shipping}
        for one in found.taken:
            assert sum(one.shares.values()) == one.off_fen
            assert (one.off_fen == 0) == (one.why_not is not None)
            for line, fen in one.shares.items():
                assert fen > 0
                left[line] -= fen
        assert min(left.values()) >= 0
        assert found.total_fen - found.off_fen == sum(left.values())


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 10**9), min_size=1), st.floats(0, 1))
def test_shares_sum_up_and_none_is_above_its_line(worth: dict[str, int], part: float) -> None:
    fen = int(sum(worth.values()) * part)
    shares = split(min(fen, sum(worth.values())), worth)
    assert sum(shares.values()) == min(fen, sum(worth.values()))
    assert all(0 < share <= worth[name] for name, share in shares.items())
