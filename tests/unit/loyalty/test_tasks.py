"""Facts fulfil tasks, once in a period, in series and seasons; and none by what it gives."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.loyalty.conftest import DAY, ME, NOON, Ledger, join
from tests.unit.loyalty.test_earning import points, tell, told

from siyu.customers import service as customers
from siyu.customers.types import TraitWord
from siyu.engines.access.types import Principal
from siyu.intake.types import IdentifierClaim, Message
from siyu.kernel.errors import BadInput, Conflict, NotAllowed
from siyu.kernel.fact import Fact
from siyu.loyalty import service
from siyu.loyalty.rules.tasks import fulfils, period_of
from siyu.loyalty.types import MemberTask, MemberTasks, Reward, customer
from siyu.timeline.columns import unpack

TODAY = date(2026, 3, 3)
FOLLOW = MemberTask("follow", "关注公众号", "relation.started", [Reward(20)], {"relation": "follower"})
VISIT = MemberTask("visit", "每日访问", "page.viewed", [Reward(1)], every="daily")
REVIEW = MemberTask(
    "review", "写评价", "event.tracked", [Reward(10), Reward(5, "growth")], named="Reviewed", every="weekly"
)
SECOND = MemberTask("second", "再进一步", "chat.joined", [Reward(50)], after="follow")


def rule(ledger: Ledger, *wanted: MemberTask) -> Any:
    def act(conn: Any) -> Any:
        before = service.tasks(conn)
        return service.change_tasks(
            conn, ME, MemberTasks(list(wanted)), before.version if before else 0, "a test", ledger.now
        )

    return ledger.done(act)


def fact(kind: str, customer_id: int = 1, at: datetime = NOON, name: str = "", **properties: Any) -> Fact:
    return Fact(kind, customer_id, 7, at, name=name, properties=properties)


def followed(customer_id: int = 1) -> Fact:
    return fact("relation.started", customer_id, relation="follower", scope="wx:1")


def happen(ledger: Ledger, *facts: Fact) -> None:
    ledger.done(lambda conn: service.fulfil(conn, facts, ledger.now))


def test_once_whatever_is_told_how_often(ledger: Ledger) -> None:
    rule(ledger, FOLLOW)
    happen(ledger, followed(), followed(), followed(2), fact("relation.started", 3, relation="fan"), followed(0))
    happen(ledger, followed())
    assert [ledger.balance(one) for one in (1, 2, 3)] == [20, 20, 0]
    rows = ledger.rows("SELECT key, reason, source, via FROM loyalty.transaction ORDER BY id")
    assert rows[0] == ("task:1:follow::points", "task", "task:follow", 7)
    ledger.assert_whole()


def test_by_the_brands_day_and_week(ledger: Ledger) -> None:
    """The third of March 2026 is a Tuesday; its day in China ends at four in the afternoon of London."""
    rule(ledger, VISIT, REVIEW)
    end = datetime(2026, 3, 3, 16, tzinfo=UTC)
    seen = [fact("page.viewed", at=at) for at in (NOON, end - timedelta(seconds=1), end)]
    reviewed = [fact("event.tracked", at=NOON + after * DAY, name="Reviewed") for after in (0, 5, 6)]
    happen(ledger, *seen, *reviewed, fact("event.tracked", name="Shared"))
    assert ledger.balance(1) == 2 * 1 + 2 * 10
    assert ledger.balance(customer(1, "growth")) == 2 * 5
    assert sorted(ledger.rows("SELECT task, period FROM loyalty.task_done")) == [
        ("review", "2026-W10"),
        ("review", "2026-W11"),
        ("visit", "2026-03-03"),
        ("visit", "2026-03-04"),
    ]


def test_a_series(ledger: Ledger) -> None:
    rule(ledger, FOLLOW, SECOND, replace(SECOND, code="third", after="second", fact="friend.added"))
    happen(ledger, fact("chat.joined"), fact("friend.added"))
    assert ledger.balance(1) == 0
    happen(ledger, fact("chat.joined"), followed())
    assert ledger.balance(1) == 70
    happen(ledger, fact("friend.added"))
    assert ledger.balance(1) == 120


def test_a_season(ledger: Ledger) -> None:
    rule(ledger, replace(FOLLOW, first=TODAY, last=TODAY + DAY))
    at = [NOON - DAY, NOON, NOON + DAY, NOON + 2 * DAY]
    happen(ledger, *[followed(n)._replace(occurred_at=one) for n, one in enumerate(at, 1)])
    assert [ledger.balance(one) for one in (1, 2, 3, 4)] == [0, 20, 20, 0]


def test_a_complete_profile(ledger: Ledger) -> None:
    rule(ledger, MemberTask("complete", "完善资料", "profile.identified", [Reward(30)], traits=["birthday", "city"]))
    for name, value, balance in (("birthday", "05-17", 0), ("city", "杭州", 30), ("city", "上海", 30)):
        word = TraitWord(1, name, value, ledger.now)

        def act(conn: Any, word: TraitWord = word) -> None:
            service.fulfil(conn, customers.put_traits(conn, [word], ledger.now), ledger.now)

        ledger.done(act)
        assert ledger.balance(1) == balance
        ledger.now += timedelta(minutes=1)


def test_through_the_pipeline(ledger: Ledger) -> None:
    rule(ledger, MemberTask("first_order", "首单", "order.paid", [Reward(100)], {"platform": "jd"}), REVIEW)
    claims = (IdentifierClaim("platform_buyer", "jd", "a"),)
    review = Message("track", 1, "review", NOON, NOON, claims, {"event": "Reviewed", "properties": {}})
    tell(ledger, told("1"), told("2"), told("3", platform="taobao"), review)
    assert points(ledger) == 100 + 10


def test_once_for_each_friend(ledger: Ledger) -> None:
    rule(ledger, MemberTask("invite", "邀请好友", "member.invited", [Reward(100)], every="friend"), VISIT)
    brought = [fact("member.invited", friend=friend, way="sms") for friend in (5, 6)]
    happen(ledger, *brought, brought[0])
    happen(ledger, brought[1], fact("member.invited", at=NOON + DAY, friend=5, way="sms"), fact("page.viewed"))
    assert ledger.balance(1) == 201
    given_ = ledger.done(lambda conn: service.given_for_friends(conn, 1))
    assert given_ == {5: [Reward(100)], 6: [Reward(100)]}
    (state, _) = ledger.done(lambda conn: service.tasks_of(conn, 1, ledger.now))
    assert (state.open, state.done_at, state.times) == (True, None, 2)


def test_it_is_told(ledger: Ledger) -> None:
    rule(ledger, FOLLOW)
    happen(ledger, followed())
    found = unpack([bytes(row[0]) for row in ledger.rows("SELECT body FROM timeline.entry ORDER BY id")]).to_pylist()
    said = {"task": "follow", "period": "", "fact": "relation.started"}
    told_ = [(one["kind"], one["customer_id"], one["name"], orjson.loads(one["properties"])) for one in found]
    assert told_ == [("task.done", 1, "关注公众号", said)]


def test_how_somebody_stands(ledger: Ledger) -> None:
    def stands() -> list[tuple[str, bool, bool, int]]:
        found = ledger.done(lambda conn: service.tasks_of(conn, 1, ledger.now))
        return [(one.task.code, one.open, one.done_at is not None, one.times) for one in found]

    assert stands() == []
    rule(ledger, FOLLOW, SECOND, VISIT, replace(REVIEW, last=TODAY))
    assert stands() == [
        ("follow", True, False, 0),
        ("second", False, False, 0),
        ("visit", True, False, 0),
        ("review", True, False, 0),
    ]
    happen(ledger, followed(), fact("page.viewed"))
    assert stands()[:3] == [("follow", False, True, 1), ("second", True, False, 0), ("visit", False, True, 1)]
    ledger.now += DAY
    assert stands()[2:] == [("visit", True, False, 1), ("review", False, False, 0)]


def test_two_who_are_one_have_done_it(ledger: Ledger) -> None:
    rule(ledger, FOLLOW, VISIT)
    happen(ledger, followed(2), fact("page.viewed", 2), fact("page.viewed", 1))
    ledger.done(lambda conn: join(conn, 2, 1))
    ledger.done(lambda conn: service.reassign(conn, [(2, 1)], NOON))
    ledger.done(lambda conn: service.regroup_tasks(conn, [(2, 1)]))
    happen(ledger, followed(1), fact("page.viewed", 1))
    assert ledger.balance(1) == 22
    assert {row[0] for row in ledger.rows("SELECT customer_id FROM loyalty.task_done")} == {1}


def test_who_may_change_them(ledger: Ledger) -> None:
    assert rule(ledger, FOLLOW).version == 1
    with pytest.raises(Conflict):
        ledger.done(lambda conn: service.change_tasks(conn, ME, MemberTasks(), 0, "a test", NOON))
    nobody = Principal("operator", 9, "nobody", frozenset())
    with pytest.raises(NotAllowed):
        ledger.done(lambda conn: service.change_tasks(conn, nobody, MemberTasks(), 1, "a test", NOON))


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(-400, 400))
def test_periods(day: date, after: int) -> None:
    other = day + timedelta(after)
    assert period_of("once", day) == period_of("once", other)
    assert (period_of("daily", day) == period_of("daily", other)) == (not after)
    monday = [one - timedelta(one.weekday()) for one in (day, other)]
    assert (period_of("weekly", day) == period_of("weekly", other)) == (monday[0] == monday[1])


@pytest.mark.parametrize(("wanted", "told_"), [(1, True), (True, 1), ("1", 1), ("a", "b")])
def test_what_is_not_the_same(wanted: Any, told_: Any) -> None:
    task = replace(REVIEW, where={"stars": wanted})
    assert not fulfils(task, fact("event.tracked", name="Reviewed", stars=told_), TODAY)
    assert fulfils(task, fact("event.tracked", name="Reviewed", stars=wanted), TODAY)


GIVES = {"rewards": [{"amount": 1}]}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ([{"code": "a", "name": "A", "fact": "points.earned", **GIVES}], "would be fulfilled by what it gives itself"),
        ([{"code": "a", "name": "A", "fact": "tier.raised", **GIVES}], "would be fulfilled by what it gives itself"),
        ([{"code": "a", "name": "A", "fact": "task.done", **GIVES}], "would be fulfilled by what it gives itself"),
        ([{"code": "a", "name": "A", "fact": "profile.identified", "traits": ["tier"], **GIVES}], "not 'tier'"),
        ([{"code": "a", "name": "A", "fact": "moon.risen", **GIVES}], "no fact 'moon.risen' fulfils tasks"),
        ([{"code": "a", "name": "A", "fact": "tag.added", "where": {"colour": "red"}, **GIVES}], "has no 'colour'"),
        (
            [{"code": "a", "name": "A", "fact": "order.paid", "where": {"claimed": "yes"}, **GIVES}],
            "compared with a boolean",
        ),
        ([{"code": "a", "name": "A", "fact": "tag.added", "after": "b", **GIVES}], "does not stand before it"),
        ([{"code": "a", "name": "A", "fact": "tag.added", "after": "a", **GIVES}], "does not stand before it"),
        ([{"code": "a", "name": "A", "fact": "tag.added", **GIVES}] * 2, "two tasks 'a'"),
        (
            [{"code": "a", "name": "A", "fact": "tag.added", "first": "2026-03-03", "last": "2026-03-02", **GIVES}],
            "ends before",
        ),
        ([{"code": "a", "name": "A", "fact": "tag.added", "rewards": [{"amount": -1}]}], "greater than or equal to 1"),
        ([{"code": "a", "name": "A", "fact": "tag.added", "rewards": [{"amount": 1, "unit": "fen"}]}], "not 'fen'"),
        ([{"code": "a", "name": "A", "fact": "tag.added", "every": "hourly", **GIVES}], "once"),
        ([{"code": "a", "name": "A", "fact": "tag.added", "every": "friend", **GIVES}], "member.invited"),
    ],
)
def test_tasks_that_make_no_sense(said: Any, why: str) -> None:
    with pytest.raises(BadInput) as raised:
        service.read_tasks({"tasks": said})
    assert why in raised.value.message
    assert raised.value.message_zh


def test_so_many_friends_count(ledger: Ledger) -> None:
    """Two a day, three in all; who is told of again takes nobody's place, and the others are told of for nothing."""
    bring = MemberTask(
        "bring", "邀请好友", "member.invited", [Reward(30)], every="friend", friends_per_day=2, friends_most=3
    )
    rule(ledger, bring)

    def came(friend: int, days: int = 0) -> Fact:
        return fact("member.invited", 1, NOON + days * DAY, friend=friend)

    def is_open() -> bool:
        return bool(ledger.done(lambda conn: service.tasks_of(conn, 1, ledger.now))[0].open)

    happen(ledger, came(11), came(11), came(12), came(13))
    happen(ledger, came(12), came(14))
    assert ledger.balance(1) == 60
    assert not is_open()
    ledger.now = NOON + DAY
    assert is_open()
    happen(ledger, came(15, 1), came(16, 1), replaced(came(17, 1), 2))
    assert [ledger.balance(one) for one in (1, 2)] == [90, 30]
    assert not is_open()
    rule(ledger, replace(bring, friends_per_day=None, friends_most=None))
    happen(ledger, *(came(friend, 1) for friend in range(20, 40)))
    assert ledger.balance(1) == 90 + 20 * 30
    assert MemberTask("bring", "邀请好友", "member.invited", [Reward(30)], every="friend").friends_most == 100


def replaced(one: Fact, customer_id: int) -> Fact:
    return one._replace(customer_id=customer_id)
