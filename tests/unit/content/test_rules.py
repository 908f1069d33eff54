"""Variables, limits, baits, the mix, and what may be adjusted."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.channels import service as channels
from siyu.channels.types import ContentKind, Way
from siyu.content.rules import adjusting, limits, mixing, offering
from siyu.content.rules.limits import Shown
from siyu.content.rules.variables import fill, names, variables
from siyu.content.types import (
    Adjusting,
    BadVariable,
    Body,
    Category,
    Character,
    KindsExclude,
    Mix,
    Offer,
    Phase,
    Plan,
    Post,
    UnfitContent,
)

ZONE = ZoneInfo("Asia/Shanghai")
words = st.text(st.characters(exclude_characters="{}|", exclude_categories=["Cs"]), max_size=20)


class TestVariables:
    def test_value_fallback_and_neither(self) -> None:
        text = "{{ name |亲}}，您有 {{points}} 积分，{{points|0}}，{{gone}}"
        assert variables(text) == {"name": "亲", "points": None, "gone": None}
        assert fill(text, {"points": 30}) == ("亲，您有 30 积分，30，{{gone}}", ("gone",))
        assert fill("{{a|}}!", {}) == ("!", ())

    @pytest.mark.parametrize(
        "text", ["{{name", "name}}", "{{}}", "{{a{{b}}}}", "{{|x}}", "{{" + "n" * 61 + "}}", "{{a|b|c}} }}"]
    )
    def test_brackets_that_are_no_variable(self, text: str) -> None:
        with pytest.raises(BadVariable) as problem:
            variables(text)
        assert "{{name|fallback}}" in problem.value.message
        assert "{{属性|默认值}}" in problem.value.message_zh

    def test_single_brackets_are_text(self) -> None:
        assert variables("{a} {b|c}") == {}
        assert fill("{a}", {"a": 1}) == ("{a}", ())

    @given(words, words, words)
    def test_a_value_is_filled_in_as_it_is(self, before: str, value: str, after: str) -> None:
        """Also one that looks like a variable itself."""
        shown = " ".join(value.split())
        assert fill(before + "{{v|none}}" + after, {"v": value})[0] == before + (shown or "none") + after
        assert fill("{{v}}", {"v": "{{name}}", "name": "x"}) == ("{{name}}", ())

    def test_what_cannot_stand_in_a_sentence_is_no_value(self) -> None:
        for value in (None, True, [1], {"a": 1}, "  "):
            assert fill("{{v|-}}", {"v": value})[0] == "-"
        assert fill("{{v}} {{w}}", {"v": 2.5, "w": "a\nb"})[0] == "2.5 a b"
        assert names(["{{a}} {{b|}}", "{{a}}"]) == ("a", "b")


WAY = Way(
    "group_send",
    "Group send",
    "群发",
    "customer",
    attachments=2,
    contents=(
        ContentKind("text", max_bytes=12, max_characters=6),
        ContentKind("image", max_bytes=1000),
        ContentKind("link", fields={"title": 6}),
    ),
)


class TestLimits:
    def test_what_fits(self) -> None:
        assert limits.complaints(WAY, "四个汉字", [Shown("image", {}, 1000), Shown("link", {"title": "标题"})]) == ()

    @pytest.mark.parametrize(
        ("text", "shown", "says", "says_zh"),
        [
            ("五个汉字了", [], "15 bytes", "15 字节"),
            ("sevenxx", [], "7 characters", "7 个字符"),
            ("", [], "nothing to send", "内容为空"),
            ("a", [Shown("image", {}, 1001)], "1001 bytes", "请压缩"),
            ("a", [Shown("link", {"title": "标题长"})], "title of attachment 1", "title 为 9 字节"),
            ("a", [Shown("mini_program", {})], "does not carry", "不支持"),
            ("a", [Shown("image", {})] * 3, "carries 2", "最多 2 个"),
            ("{{name|尊敬的客户}}", [], "15 bytes", "15 字节"),
        ],
    )
    def test_what_does_not_is_told_with_what_to_change(
        self, text: str, shown: list[Shown], says: str, says_zh: str
    ) -> None:
        found = limits.complaints(WAY, text, shown)
        assert any(says in en and says_zh in zh for en, zh in found)

    def test_every_way_of_every_channel_judges(self) -> None:
        for about in channels.abouts():
            for way in about.ways:
                assert limits.complaints(way, "x" * 20_000, [Shown("file", {}, 10**9)] * 20)

    @pytest.mark.parametrize(
        ("kind", "fields", "media_type", "says"),
        [
            ("link", {"title": "a"}, None, "url"),
            ("link", {"title": "a", "url": "javascript:alert(1)"}, None, "https://"),
            ("mini_program", {"title": "a"}, None, "appid"),
            ("mini_program", {"title": "a", "appid": "wx", "page": "p"}, None, "picture"),
            ("mini_program", {"title": "a", "appid": "wx", "page": "p"}, "video/mp4", "no picture"),
            ("image", {}, None, "upload"),
            ("image", {}, "video/mp4", "no image"),
            ("text", {}, None, "1 to 4000"),
            ("file", {"name": "x" * 3000}, "application/octet-stream", "2000"),
        ],
    )
    def test_what_is_wrong_whatever_the_way(
        self, kind: str, fields: dict[str, str], media_type: str | None, says: str
    ) -> None:
        wrong = limits.wrong(kind, "", fields, media_type)  # type: ignore[arg-type]  # one of the kinds
        assert wrong is not None
        assert says in wrong[0]


PACKET = Offer("红包 {{amount}}", (), ("red_packet",))
SERVICE = Offer("一对一服务", (), ("service",))
OFFICER = Offer("体验官", (), ("experience_officer",))
COUPON = Offer("优惠券", (), ("coupon",))
HOOK = Offer("加我领取")
SETS = [["coupon", "red_packet"]]


class TestOffers:
    def test_bait_and_hook(self) -> None:
        body = Body(bait_a=PACKET, bait_b=SERVICE, hook=HOOK, fallbacks=(OFFICER,))
        assert offering.check(body, SETS) == ("amount",)
        assert offering.choose(body, "a", ()) == ((PACKET, HOOK), None)
        assert offering.choose(body, "b", ()) == ((SERVICE, HOOK), None)
        assert offering.choose(body, "a", {"red_packet"}) == ((OFFICER, HOOK), 0)
        assert offering.choose(body, "a", {"red_packet", "experience_officer"}) is None
        alone = Body(bait_a=PACKET, hook=HOOK)
        assert offering.choose(alone, "b", ()) == ((PACKET, HOOK), None)

    def test_a_plain_text(self) -> None:
        body = Body(plain=COUPON)
        assert offering.check(body, SETS) == ()
        assert offering.choose(body, "b", ()) == ((COUPON,), None)
        assert offering.choose(body, "a", {"coupon"}) is None

    @pytest.mark.parametrize(
        "body",
        [
            Body(),
            Body(plain=HOOK, hook=HOOK),
            Body(bait_a=PACKET),
            Body(bait_b=PACKET, hook=HOOK),
            Body(plain=Offer(" ")),
            Body(bait_a=PACKET, hook=HOOK, fallbacks=(Offer(),)),
        ],
    )
    def test_what_is_no_script(self, body: Body) -> None:
        with pytest.raises(UnfitContent):
            offering.check(body, SETS)

    @pytest.mark.parametrize(
        "body",
        [
            Body(bait_a=PACKET, hook=COUPON),
            Body(bait_a=SERVICE, bait_b=PACKET, hook=COUPON),
            Body(bait_a=SERVICE, hook=COUPON, fallbacks=(PACKET,)),
            Body(plain=Offer("both", (), ("red_packet", "coupon"))),
        ],
    )
    def test_kinds_that_exclude_each_other(self, body: Body) -> None:
        with pytest.raises(KindsExclude) as problem:
            offering.check(body, SETS)
        assert "互斥" in problem.value.message_zh
        offering.check(body, [])

    def test_baits_are_rivals_and_may_exclude_each_other(self) -> None:
        offering.check(Body(bait_a=PACKET, bait_b=COUPON, hook=HOOK), SETS)

    @given(st.sets(st.sampled_from("abcdef")), st.lists(st.lists(st.sampled_from("abcdef"), min_size=2), max_size=5))
    def test_nobody_gets_what_is_excluded(self, given: set[str], sets: list[list[str]]) -> None:
        closed = offering.closed_by(given, sets)
        for kind in "abcdef":
            excluded = any(kind in one and had in one and had != kind for one in sets for had in given)
            assert (kind in closed) == excluded
        body = Body(
            bait_a=Offer("a", (), ("a",)), hook=HOOK, fallbacks=(Offer("b", (), ("b",)), Offer("c", (), ("c",)))
        )
        chosen = offering.choose(body, "a", closed)
        assert chosen is None or not {kind for offer in chosen.offers for kind in offer.kinds} & closed


def posts(counts: dict[Category, int], day: date = date(2026, 3, 2)) -> list[Post]:
    at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    return [Post(at, category, text="x") for category, number in counts.items() for _ in range(number)]


class TestMix:
    PLAN = Plan(
        (Phase("warm_up", date(2026, 3, 1), date(2026, 3, 5)), Phase("burst", date(2026, 3, 6), date(2026, 3, 8)))
    )

    def test_in_the_mix(self) -> None:
        assert mixing.warnings(self.PLAN, posts({"persona": 3, "seeding": 5, "brand": 2}), ZONE) == ()
        assert mixing.warnings(self.PLAN, [], ZONE) == ()

    def test_out_of_it(self) -> None:
        found = mixing.warnings(self.PLAN, posts({"persona": 1, "seeding": 3, "brand": 6}), ZONE)
        assert [(one.category, one.is_, one.wanted) for one in found] == [
            ("persona", 10, 30),
            ("seeding", 30, 50),
            ("brand", 60, 20),
        ]
        assert "plan about 4 fewer" in found[2].en
        assert "建议减少约 4 条" in found[2].zh
        assert found[0].phase == "warm_up"

    def test_the_mix_changes_with_the_phase(self) -> None:
        same: dict[Category, int] = {"persona": 2, "seeding": 3, "brand": 5}
        assert mixing.warnings(self.PLAN, posts(same, date(2026, 3, 7)), ZONE) == ()
        assert len(mixing.warnings(self.PLAN, posts(same), ZONE)) == 2

    def test_a_day_is_the_brands(self) -> None:
        late = Post(datetime(2026, 3, 5, 17, tzinfo=UTC), "brand", text="x")  # the sixth in Shanghai
        assert {one.phase for one in mixing.warnings(self.PLAN, [late] * 6, ZONE)} == {"burst"}

    def test_a_few_posts_are_not_scolded_for_what_they_cannot_divide(self) -> None:
        assert mixing.warnings(self.PLAN, posts({"seeding": 1}), ZONE) == ()
        assert mixing.warnings(self.PLAN, posts({"persona": 1, "seeding": 1, "brand": 1}), ZONE) == ()

    @given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
    def test_a_warning_is_a_share_that_is_off(self, persona: int, seeding: int, brand: int) -> None:
        total = persona + seeding + brand
        found = {
            one.category
            for one in mixing.warnings(self.PLAN, posts({"persona": persona, "seeding": seeding, "brand": brand}), ZONE)
        }
        for category, count, share in (("persona", persona, 30), ("seeding", seeding, 50), ("brand", brand, 20)):
            off = abs(count - share * total / 100)
            assert (category in found) == (total > 0 and off > total / 10 and off >= 1)

    @pytest.mark.parametrize(
        "plan",
        [
            Plan((Phase("burst", date(2026, 3, 2), date(2026, 3, 1)),)),
            Plan(
                (
                    Phase("burst", date(2026, 3, 1), date(2026, 3, 3)),
                    Phase("warm_up", date(2026, 3, 3), date(2026, 3, 9)),
                )
            ),
            Plan((Phase("burst", date(2026, 3, 1), date(2026, 3, 3), Mix(50, 50, 50)),)),
            Plan((Phase("burst", date(2026, 3, 1), date(2028, 3, 3)),)),
        ],
    )
    def test_what_is_no_plan(self, plan: Plan) -> None:
        with pytest.raises(UnfitContent):
            mixing.check_plan(plan)


class TestAdjusting:
    IP = Character(keep=("小鹿",), never=("最低价",), adjusting=(Adjusting("staff", ("text",), 30),))

    def test_a_small_change_is_fine(self) -> None:
        before = "我是小鹿，今天上新了三款面霜，欢迎来问我"
        assert adjusting.adjustment(self.IP, "staff", (before, [1]), (before + "～", [1])) == ()

    def test_what_is_not(self) -> None:
        before = ("我是小鹿，今天上新了三款面霜", [1])
        found = adjusting.adjustment(self.IP, "staff", before, ("全场最低价！快来快来快来快来抢购", [1, 2]))
        said = " ".join(en for en, _ in found)
        assert "materials may not be changed" in said
        assert "% of the text are changed" in said
        assert "'小鹿' has to stay" in said
        assert "does not say '最低价'" in said

    def test_who_is_not_named_changes_nothing(self) -> None:
        assert adjusting.adjustment(self.IP, "operator", ("我是小鹿a", []), ("我是小鹿b", []))
        assert adjusting.adjustment(self.IP, "operator", ("same", []), ("same", [])) == ()
