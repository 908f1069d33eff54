"""The pure rules: ladder, traits, consent, facts of behaviour."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.customers.rules import (
    TraitChange,
    Traits,
    behaviour_fact,
    changes_of,
    combine,
    layer_of,
    learn,
    normalise,
    read_consent,
)
from siyu.customers.types import Layer
from siyu.intake.types import Message

AT = datetime(2026, 1, 1, tzinfo=UTC)


class TestLadder:
    @pytest.mark.parametrize(
        ("relations", "orders", "layer"),
        [
            ([], 0, Layer.PASSER_BY),
            ([], 1, Layer.PASSER_BY),
            (["follower"], 1, Layer.FOLLOWER),
            (["fan"], 0, Layer.FOLLOWER),
            (["subscriber"], 2, Layer.REPEAT_BUYER),
            (["member"], 0, Layer.MEMBER_OR_GROUP),
            (["group_member", "follower"], 9, Layer.MEMBER_OR_GROUP),
            (["friend", "member"], 0, Layer.FRIEND),
            (["something else"], 0, Layer.PASSER_BY),
        ],
    )
    def test_highest_layer_counts(self, relations: list[str], orders: int, layer: Layer) -> None:
        assert layer_of(relations, orders) == layer

    @given(st.sets(st.sampled_from(["follower", "member", "friend", "fan"])), st.integers(0, 5))
    def test_more_never_lowers(self, relations: set[str], orders: int) -> None:
        assert layer_of(relations | {"member"}, orders + 1) >= layer_of(relations, orders)


values = st.one_of(st.none(), st.booleans(), st.integers(0, 3), st.sampled_from(["a", "b"]))
messages = st.lists(
    st.tuples(st.integers(0, 10**7), st.dictionaries(st.sampled_from(["plan", "age", "city"]), values, max_size=3)),
    max_size=6,
    unique_by=lambda one: one[0],
)


class TestTraits:
    def test_null_removes_and_an_older_message_does_not_bring_it_back(self) -> None:
        known, _, _ = learn(Traits(), changes_of({"plan": "a", "age": 3}, 10))
        known, changed, removed = learn(known, changes_of({"plan": None}, 30))
        assert (known.plain, changed, removed) == ({"age": 3}, set(), {"plan"})
        known, changed, _ = learn(known, changes_of({"plan": "b", "city": "杭州"}, 20))
        assert (known.plain, changed) == ({"age": 3, "city": "杭州"}, {"city"})

    def test_same_again_is_not_written(self) -> None:
        known, _, _ = learn(Traits(), changes_of({"plan": "a"}, 10))
        again, changed, _ = learn(known, changes_of({"plan": "a"}, 500_000))
        assert again is known
        later, changed, _ = learn(known, changes_of({"plan": "a"}, 700_000))
        assert (later.times, changed) == ({"plan": 700_000}, set())

    @given(messages)
    def test_repeat_changes_nothing(self, told: list[tuple[int, dict[str, Any]]]) -> None:
        changes = [change for at, traits in told for change in changes_of(traits, at)]
        known, _, _ = learn(Traits(), changes)
        again, changed, removed = learn(known, changes)
        assert (again.plain, changed, removed) == (known.plain, set(), set())

    @given(messages, st.randoms())
    def test_any_order_ends_alike_within_ten_minutes(self, told: list[tuple[int, dict[str, Any]]], chance: Any) -> None:
        """Steps above the refresh window; within it an unchanged value may keep its earlier time."""
        spaced = [(at * 600_000, traits) for at, traits in told]
        straight, _, _ = learn(Traits(), [c for at, t in sorted(spaced, key=lambda m: m[0]) for c in changes_of(t, at)])
        chance.shuffle(spaced)
        known = Traits()
        for at, traits in spaced:
            known, _, _ = learn(known, changes_of(traits, at))
        assert known.plain == straight.plain

    @given(messages, messages)
    def test_combined_profiles_know_what_one_would_have_known(self, one: list[Any], other: list[Any]) -> None:
        def after(told: list[Any]) -> Traits:
            changes = [c for at, t in sorted(told, key=lambda m: m[0]) for c in changes_of(t, at)]
            return learn(Traits(), changes)[0]

        first = [(at * 1_200_000, traits) for at, traits in one]
        second = [(at * 1_200_000 + 600_000, traits) for at, traits in other]
        assert combine(after(first), after(second)).plain == after(first + second).plain

    def test_personal_traits_are_marked_and_normalised(self) -> None:
        found = {
            c.name: (c.kind, c.value)
            for c in changes_of(
                {
                    "Phone": "138-0013 8000",
                    "email": " A@B.cn",
                    "first_name": "三",
                    "address": {"city": "杭州"},
                    "昵称": "小三",
                },
                1,
            )
        }
        assert found == {
            "Phone": ("phone", "+8613800138000"),
            "email": ("email", "a@b.cn"),
            "first_name": ("name", "三"),
            "address": ("address", '{"city":"杭州"}'),
            "昵称": ("name", "小三"),
        }

    def test_what_is_never_kept(self) -> None:
        assert changes_of({"password": "x", "ID-Card": "1", "": 1, "x" * 200: 1, "\0": 2}, 1) == []

    def test_huge_traits_are_cut(self) -> None:
        traits = {"long": "长" * 10**6, "deep": {"a": ["x" * 10**5]}, "big": 10**30, "ok": {"phone": "1", "b": "\0c"}}
        found = {c.name: c.value for c in changes_of(traits, 1)}
        assert found == {"long": "长" * 2000, "big": "1" + "0" * 30, "ok": {"b": "c"}}
        known, _, _ = learn(Traits(), changes_of({f"t{n}": n for n in range(5000)}, 1))
        assert len(known.plain) == 300

    @pytest.mark.parametrize(
        ("given_", "kept"),
        [
            ("13800138000", "+8613800138000"),
            ("+86 138 0013 8000", "+8613800138000"),
            ("8613800138000", "+8613800138000"),
            ("0044 20 7946", "+44207946"),
            ("unknown", "unknown"),
        ],
    )
    def test_phones(self, given_: str, kept: str) -> None:
        assert normalise("phone", given_) == kept


class TestConsent:
    @pytest.mark.parametrize(
        ("preferences", "expected"),
        [
            ({"Advertising": True, "Analytics": False}, {("all", "marketing"): "granted"}),
            (
                {"sms": False, "email_marketing": "yes"},
                {("sms", "marketing"): "denied", ("email", "marketing"): "granted"},
            ),
            (
                {"email": {"marketing": False, "service": True}},
                {("email", "marketing"): "denied", ("email", "service"): "granted"},
            ),
            ({"marketing": {"短信": "同意"}}, {("sms", "marketing"): "granted"}),
            ({"Functional": 1, "x": 2, "Marketing": None, "Targeting": "maybe"}, {("all", "service"): "granted"}),
            ({"ads": True, "promotions": False}, {("all", "marketing"): "denied"}),
            ([1], {}),
            (None, {}),
        ],
    )
    def test_shapes(self, preferences: Any, expected: dict[Any, str]) -> None:
        assert read_consent(preferences) == expected


def fact(kind: str = "track", **payload: Any) -> Any:
    return behaviour_fact(Message(kind, 1, "m", AT, AT, (), payload), 7, 8)


class TestBehaviour:
    def test_clean_properties_are_not_copied(self) -> None:
        properties = {"sku": "a", "price": 3.5, "name": "鞋", "colours": ["red"]}
        assert fact(event="Product Viewed", properties=properties).properties is properties

    def test_personal_properties_are_left_out_at_any_depth(self) -> None:
        found = fact(
            event="E",
            properties={
                "phone": "1",
                "E-mail": "x",
                "buyer": {"firstName": "三", "age": 3},
                "list": [{"address": "x"}],
                "name": "n",
            },
        ).properties
        assert found == {"buyer": {"age": 3}, "list": [{}], "name": "n"}

    def test_context_keeps_what_is_worth_it(self) -> None:
        context = {
            "ip": "1.2.3.4",
            "traits": {"email": "a@b.c"},
            "page": {
                "url": "https://a.cn/p?token=1#x",
                "path": "/p",
                "title": "What?",
                "search": "?token=1",
                "referrer": "",
            },
            "campaign": {"source": "wechat", "secret": "x"},
            "library": {"name": "analytics.js", "version": "2"},
            "locale": "zh-CN",
            "device": {"id": "idfa"},
            "userAgent": "U" * 1000,
        }
        assert fact(event="E", context=context).properties == {
            "$context": {
                "page": {"path": "/p", "title": "What?", "url": "https://a.cn/p"},
                "campaign": {"source": "wechat"},
                "library": {"name": "analytics.js", "version": "2"},
                "locale": "zh-CN",
                "userAgent": "U" * 300,
            }
        }

    def test_kinds_and_names(self) -> None:
        assert (fact("page", name="首页").kind, fact("page", name="首页").name) == ("page.viewed", "首页")
        assert fact("page", properties={"name": "n"}).name == "n"
        assert fact("page", properties={"url": "https://a?b=1", "search": "?b=1"}).properties == {"url": "https://a"}
        assert fact("screen", name="S").kind == "screen.viewed"
        joined = fact("group", groupId="g1", traits={"plan": "x", "phone": "1"})
        assert (joined.kind, joined.name, joined.properties) == ("group.joined", "g1", {"plan": "x"})

    @pytest.mark.parametrize("properties", [None, [], "x", 3, {}])
    def test_properties_of_no_use(self, properties: Any) -> None:
        assert fact(event="E", properties=properties).properties == {}

    def test_nul_surrogates_and_large_numbers(self) -> None:
        found = fact(event="a\0b" * 200, properties={"a\0": "x\0y", "n": 2**80, "s": "\ud800", 3: [1]})
        assert found.properties == {"a": "xy", "n": float(2**80), "s": "?", "3": [1]}
        assert (len(found.name), "\0" in found.name) == (200, False)

    def test_too_large_is_cut_and_says_so(self) -> None:
        found = fact(event="E", properties={"blob": "x" * 40_000, "sku": "a", "deep": [[[[[[[[[[1]]]]]]]]]]}).properties
        assert (found["sku"], found["$truncated"], "blob" in found) == ("a", True, False)

    @given(
        st.recursive(
            st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text()),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        )
    )
    def test_any_json_becomes_a_fact_that_can_be_stored(self, value: Any) -> None:
        found = fact(event="E", properties={"v": value, "phone": "1"}, context={"page": value, "locale": value})
        text = orjson.dumps(found.properties)
        assert b"\\u0000" not in text
        assert "phone" not in found.properties


class TestWhatCameFirst:
    @staticmethod
    def word(value: object, at: int) -> TraitChange:
        return TraitChange("entry_code", value, at)

    @given(st.permutations([3, 1, 2, 5, 4]))
    def test_the_oldest_word_stands_in_whatever_order_they_come(self, moments: list[int]) -> None:
        traits = Traits()
        for at in moments:
            traits, _, _ = learn(traits, [self.word({"code": at}, at)])
        assert traits.plain == {"entry_code": {"code": 1}}

    def test_nothing_takes_it_away(self) -> None:
        known, _, _ = learn(Traits(), [self.word({"code": 1}, 1)])
        assert learn(known, [self.word(None, 9)])[0] is known
        assert changes_of({"entry_code": {"code": 2}}, 0) == []

    def test_of_two_people_who_are_one_the_older_stays(self) -> None:
        one, _, _ = learn(Traits(), [self.word({"code": 1}, 5)])
        other, _, _ = learn(Traits(), [self.word({"code": 2}, 3)])
        assert combine(one, other).plain == combine(other, one).plain == {"entry_code": {"code": 2}}
