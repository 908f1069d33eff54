"""Every mistake is refused with a sentence in both languages that names the step and says what to change."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.journeys.journeying import NOW, ZONE, definition

from siyu.channels import service as channels
from siyu.journeys.rules.checking import problems
from siyu.journeys.rules.world import Account, World
from siyu.journeys.service.world import fact_problem
from siyu.journeys.types import Definition
from siyu.segments.types import InSegment

EXIT = {"kind": "exit"}
CIRCLE = {"rule": {"condition": "segment", "segment_id": 99}}
WECOM = {"channel": "wecom", "way": "group_send"}
TEMPLATE = [{"account": 2, "way": "template"}]
WORLD = World(
    NOW,
    ZONE,
    (
        Account(1, "旗舰店", channels.about("wecom")),
        Account(2, "服务号一", channels.about("official_account")),
        Account(3, "服务号二", channels.about("official_account")),
        Account(4, "旧企业", channels.about("wecom"), paused=True),
    ),
    frozenset({7}),
    {11: "group", 12: "staff"},
    lambda rule: ("it goes round", "规则循环引用") if rule.rule == InSegment(99) else None,
    fact_problem,
    lambda trait: trait != "phone",
)


def paid(**condition: Any) -> dict[str, Any]:
    """Orders of one sort."""
    return {"kind": "order.paid", "where": [{"property": "platform", "comparison": "eq", **condition}]}


def send(text: str = "您好。", **more: Any) -> dict[str, Any]:
    return {"kind": "send", "text": text, "wishes": [WECOM], "next": "end", **more}


def invite(**more: Any) -> dict[str, Any]:
    return {"kind": "invite", "text": "来群里坐坐。", "wishes": [WECOM], "next": "end", **more}


def wait(**more: Any) -> dict[str, Any]:
    return {"kind": "wait", "next": "end", **more}


def steps(**given: Mapping[str, Any]) -> Definition:
    return definition({**given, "end": EXIT})


CASES: list[tuple[str, Definition]] = [
    ("no_purpose", replace(steps(a=wait(duration="1d")), purpose=None)),
    ("control_without_reason", replace(steps(a=wait(duration="1d")), control_reason="")),
    ("arms_not_apart", definition({"end": EXIT}, arms=[{"name": "A"}, {"name": "A"}])),
    ("arms_not_apart", definition({"end": EXIT}, arms=[{"name": "A"}])),
    ("bad_rule", definition({"end": EXIT}, audience=CIRCLE)),
    ("reentry_without_days", definition({"end": EXIT}, reentry={"when": "after"})),
    ("unknown_fact", definition({"end": EXIT}, goals=[{"fact": {"kind": "order.eaten"}}])),
    ("layout_of_nothing", definition({"end": EXIT}, layout={"x": {"x": 1, "y": 2}})),
    ("unknown_segment", definition({"end": EXIT}, trigger={"kind": "segment", "segment": 8})),
    ("no_segment", definition({"end": EXIT}, trigger={"kind": "segment", "segment": 0})),
    (
        "time_in_the_past",
        definition({"end": EXIT}, trigger={"kind": "time", "segment": 7, "once": "2026-01-01T10:00:00"}),
    ),
    ("before_and_after", definition({"end": EXIT}, trigger={"kind": "date", "before_days": 3, "after_days": 3})),
    (
        "before_a_tie",
        definition({"end": EXIT}, trigger={"kind": "date", "tie": "friend", "every": "once", "before_days": 3}),
    ),
    ("unknown_code", definition({"end": EXIT}, trigger={"kind": "code", "codes": [99]})),
    ("unknown_fact", definition({"end": EXIT}, trigger={"kind": "fact", "fact": {"kind": "order.eaten"}})),
    ("unknown_fact", definition({"end": EXIT}, goals=[{"fact": paid(property="order_nr", value="A-1")}])),
    ("unknown_fact", definition({"end": EXIT}, trigger={"kind": "fact", "fact": paid(comparison="in", value="jd")})),
    ("unknown_fact", definition({"end": EXIT}, goals=[{"fact": paid(property="amount_fen", value="much")}])),
    ("bad_span", definition({"end": EXIT}, trigger={"kind": "code", "fresh": "soon"})),
    ("unknown_start", definition({"end": EXIT}, start="nowhere")),
    ("unreachable", definition({"end": EXIT, "alone": wait(duration="1d")}, start="end")),
    ("loop_without_wait", steps(a={"kind": "tag", "add": ["x"], "next": "b"}, b=wait(at="10:00", next="a"))),
    ("never_ends", definition({"a": wait(duration="1d", next="a")})),
    ("no_exit", steps(a=wait(duration="1d", next=""))),
    ("unknown_step", steps(a=wait(duration="1d", next="zzz"))),
    ("variable_without_value", steps(a=send("您好{{name}}。"))),
    ("variable_without_value", steps(a=send("您在{{trait.city}}。"))),
    ("wait_in_the_past", steps(a=wait(until="2026-11-01T10:00:00"))),
    ("wait_for_nothing", steps(a=wait())),
    ("bad_span", steps(a=wait(duration="three days"))),
    ("bad_span", steps(a=send(valid_for="0d"))),
    (
        "unknown_fact",
        steps(a={"kind": "wait_for", "fact": {"kind": "x.y"}, "timeout": "1d", "next": "end", "otherwise": "end"}),
    ),
    (
        "unknown_arm",
        steps(a={"kind": "branch", "cases": [{"when": {"by": "arm", "arm": "B"}, "next": "end"}], "otherwise": "end"}),
    ),
    (
        "unknown_segment",
        steps(
            a={
                "kind": "branch",
                "cases": [{"when": {"by": "segment", "segment": 8}, "next": "end"}],
                "otherwise": "end",
            }
        ),
    ),
    (
        "bad_rule",
        steps(
            a={
                "kind": "branch",
                "cases": [{"when": {"by": "rule", "rule": CIRCLE}, "next": "end"}],
                "otherwise": "end",
            }
        ),
    ),
    ("nothing_to_send", steps(a=send(" "))),
    ("bad_span", steps(a={"kind": "staff_task", "title": "问好", "due_in": "soon", "next": "end"})),
    ("no_staff_account", steps(a={"kind": "staff_task", "title": "问好", "account": 2, "next": "end"})),
    ("account_paused", steps(a={"kind": "staff_task", "title": "问好", "account": 4, "next": "end"})),
    ("variable_without_value", steps(a={"kind": "staff_task", "title": "问候{{trait.name}}", "next": "end"})),
    ("unknown_step", steps(a={"kind": "staff_task", "title": "问好", "declined": "zzz", "next": "end"})),
    ("nothing_to_send", steps(a={"kind": "moment", "next": "end"})),
    ("moment_is_personal", steps(a={"kind": "moment", "text": "{{entry.goods|宝贝}}到了", "next": "end"})),
    ("unknown_tag", steps(a={"kind": "moment", "text": "到店", "tags": ["没有"], "next": "end"})),
    ("unknown_content", steps(a={"kind": "moment", "attachments": [{"kind": "file"}], "next": "end"})),
    ("no_group_code", steps(a=invite(codes=[{"code": 0}]))),
    ("unknown_group_code", steps(a=invite(codes=[{"code": 11}, {"code": 12}]))),
    ("empty_range", steps(a=invite(codes=[{"code": 11, "from_fen": 5, "below_fen": 5}]))),
    ("unknown_step", steps(a=invite(code=11, full="zzz"))),
    ("unknown_account", steps(a=send(wishes=[{"account": 9, "way": "group_send"}]))),
    ("no_account_of_channel", steps(a=send(wishes=[{"channel": "douyin", "way": "dm"}]))),
    ("several_accounts", steps(a=send(wishes=[{"channel": "official_account", "way": "custom"}]))),
    ("account_paused", steps(a=send(wishes=[{"account": 4, "way": "group_send"}]))),
    ("missing_detail", steps(a=send(wishes=TEMPLATE))),
    ("missing_detail", steps(a=send(wishes=TEMPLATE, details={"template_id": "T-1", "data.": "春茶"}))),
    ("missing_detail", steps(a=send(wishes=[{"account": 1, "way": "kf"}], details={"open_kfid": " "}))),
    ("unknown_way", steps(a=send(wishes=[{"account": 1, "way": "pigeon"}]))),
    ("unknown_way", steps(a=send(wishes=[{"account": 1, "way": "group_chat_send"}]))),
    ("unknown_way", steps(a=send(wishes=[{"account": 1, "way": "welcome"}]))),
    ("content_too_long", steps(a=send("长" * 2000))),
    ("content_too_long", steps(a=send(attachments=[{"kind": "link", "fields": {"title": "长" * 50}}]))),
    ("too_many_attachments", steps(a=send(attachments=[{"kind": "image"}] * 10))),
    ("unknown_content", steps(a=send(attachments=[{"kind": "hologram"}]))),
    ("unknown_group_code", steps(a={"kind": "invite", "code": 12, "text": "来。", "wishes": [WECOM], "next": "end"})),
    ("no_group_code", steps(a={"kind": "invite", "code": 0, "text": "来。", "wishes": [WECOM], "next": "end"})),
    ("no_tags", steps(a={"kind": "tag", "next": "end"})),
    ("trait_not_ours", steps(a={"kind": "trait", "trait": "phone", "value": "1", "next": "end"})),
    ("bad_url", steps(a={"kind": "webhook", "url": "ftp://x", "next": "end"})),
]


@pytest.mark.parametrize(("code", "made"), CASES, ids=[f"{n}-{code}" for n, (code, _) in enumerate(CASES)])
def test_each_mistake_is_told(code: str, made: Definition) -> None:
    found = problems(made, WORLD)
    assert code in {one.code for one in found}
    for one in found:
        assert one.en.endswith(".")
        assert one.zh.endswith("。")
        assert any("\u4e00" <= letter <= "\u9fff" for letter in one.zh)
        assert not one.step or (one.step in one.en and one.step in one.zh)


GOOD: list[Definition] = [
    steps(a=send("", wishes=TEMPLATE, details={"template_id": "T-1", "data.thing1": "春茶"})),
    steps(a=send("您好{{shop}}，{{trait.city|本地}}。", dropped="end")) and definition(
        {"a": send("您好{{shop}}，{{trait.city|本地}}。", dropped="end"), "end": EXIT}, variables={"shop": "小店"}
    ),
    steps(a=wait(duration="1d", next="b"), b=wait(at="10:00", next="c"), c={
        "kind": "branch", "cases": [{"when": {"by": "value", "from_fen": 1}, "next": "a"}], "otherwise": "end"}),
    steps(a=wait(until="2026-11-02T10:01:00")),
    steps(a=send(wishes=[WECOM, {"account": 2, "way": "custom"}])),
    definition({"a": {"kind": "goal"}}, trigger={"kind": "segment", "segment": 7}),
    steps(a={"kind": "invite", "code": 11, "text": "来。", "wishes": [WECOM], "next": "end"}),
]  # fmt: skip


@pytest.mark.parametrize("made", GOOD)
def test_what_is_right_is_let_through(made: Definition) -> None:
    assert problems(made, WORLD) == []


def test_a_loop_that_waits_for_a_moment_of_the_calendar_does_not_wait_the_second_time() -> None:
    made = steps(
        a=wait(until="2026-12-01T10:00:00", next="b"),
        b={"kind": "branch", "cases": [{"when": {"by": "value", "from_fen": 1}, "next": "a"}], "otherwise": "end"},
    )
    assert [one.code for one in problems(made, WORLD)] == ["loop_without_wait"]


def test_a_limit_counts_what_the_person_reads_at_least() -> None:
    just = "长" * 1330 + "{{trait.city|上海}}"
    assert problems(steps(a=send(just)), WORLD) == []
