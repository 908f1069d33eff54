"""Who would have done tasks: as in earnest where they had been in force, and nothing is written."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import orjson
import pyarrow as pa
import pytest
from tests.unit.loyalty.conftest import DAY, HOUR, ME, NOON, Ledger
from tests.unit.loyalty.test_tasks import FOLLOW, REVIEW, SECOND, VISIT, fact, followed, happen, rule

from siyu.customers import service as customers
from siyu.customers.types import TraitWord
from siyu.engines.access.types import Principal
from siyu.engines.clickhouse.client import Client
from siyu.kernel.errors import BadInput, NotAllowed
from siyu.kernel.fact import Fact
from siyu.loyalty import service
from siyu.loyalty.types import MemberTask, MemberTasks, MonthLine, Reward, TaskPreview, WouldGive
from siyu.timeline.clickhouse import store
from siyu.timeline.columns import FACT_COLUMNS

FRIEND = MemberTask("bring", "邀请好友", "member.invited", [Reward(30)], every="friend")


@pytest.fixture
def image(clickhouse: Client) -> Client:
    store.clear(clickhouse)
    return clickhouse


def tell(image: Client, facts: Sequence[Fact]) -> None:
    rows = [
        {
            "fact_id": number, "customer_id": one.customer_id, "via": 0, "kind": one.kind, "name": one.name,
            "occurred_at": one.occurred_at, "received_at": one.occurred_at, "source_id": 1, "message_id": "",
            "amount_fen": 0, "properties": orjson.dumps(one.properties).decode(),
        }
        for number, one in enumerate(facts, 1)
    ]  # fmt: skip
    image.insert("facts", pa.Table.from_pylist(rows, schema=FACT_COLUMNS), token=f"tasks {orjson.dumps(rows[-1])!r}")


def preview(ledger: Ledger, image: Client, *wanted: MemberTask, who: Principal = ME, days: int = 30) -> TaskPreview:
    def act(conn: Any) -> TaskPreview:
        return service.preview_tasks(conn, image, who, MemberTasks(list(wanted)), ledger.now, days=days)

    return ledger.done(act)  # type: ignore[no-any-return]


def by_code(found: TaskPreview) -> dict[str, tuple[int, int]]:
    return {one.code: (one.people, one.times) for one in found.tasks}


def test_as_in_earnest(ledger: Ledger, image: Client) -> None:
    """What facts would have done is what they did, where the same tasks were in force."""
    ledger.now = NOON + 9 * DAY
    facts = [
        followed(), followed(2), fact("relation.started", 3, relation="fan"), followed(0),
        *(fact("page.viewed", 1, NOON + hours * HOUR) for hours in (0, 1, 11, 12, 13)),
        *(fact("event.tracked", 2, NOON + days * DAY, "Reviewed") for days in (0, 5, 6)),
        fact("event.tracked", 2, name="Shared"),
        fact("chat.joined", 2), fact("chat.joined", 3), fact("chat.joined", 1, NOON - 3 * DAY),
        *(fact("member.invited", 4, friend=friend) for friend in (5, 6, 6)),
    ]  # fmt: skip
    tasks = [FOLLOW, VISIT, REVIEW, SECOND, FRIEND]
    rule(ledger, *tasks)
    facts.sort(key=lambda one: one.occurred_at)
    for one in facts:
        happen(ledger, one)
    tell(image, facts)
    before = ledger.rows("SELECT id FROM loyalty.transaction")
    found = preview(ledger, image, *tasks)
    done = ledger.rows("SELECT task, count(DISTINCT customer_id), count(*) FROM loyalty.task_done GROUP BY task")
    assert by_code(found) == {task: (people, times) for task, people, times in done}
    assert by_code(found)["visit"] == (1, 2)
    assert [one.in_force for one in found.tasks] == [one.times for one in found.tasks]
    amounts = dict(ledger.rows("SELECT unit, sum(balance) FROM loyalty.account WHERE kind = 'customer' GROUP BY unit"))
    assert found.lines == tuple([MonthLine(unit, amounts[unit], amounts[unit]) for unit in ("growth", "points")])
    assert (found.first, found.last, found.people) == (date(2026, 2, 11), date(2026, 3, 12), 3)
    assert found.tasks[-1].gives == (WouldGive("points", 60),)
    assert found.tasks[0].some == (1, 2)
    assert ledger.rows("SELECT id FROM loyalty.transaction") == before


def test_what_was_done_before_stays_done(ledger: Ledger, image: Client) -> None:
    rule(ledger, FOLLOW, REVIEW, FRIEND)
    reviewed = fact("event.tracked", 1, name="Reviewed")
    facts = [followed(), reviewed, fact("member.invited", 1, friend=5)]
    happen(ledger, *facts)
    later = [replace_at(one, NOON + DAY) for one in facts]
    tell(image, [*facts, *later, fact("chat.joined", 1, NOON + DAY), fact("chat.joined", 2, NOON + DAY)])
    ledger.now = NOON + 2 * DAY + HOUR
    tasks = [FOLLOW, REVIEW, FRIEND, SECOND]
    assert by_code(preview(ledger, image, *tasks)) == {
        "follow": (1, 1),
        "review": (1, 1),
        "bring": (1, 1),
        "second": (1, 1),
    }
    late = preview(ledger, image, *tasks, days=2)
    assert by_code(late) == {"follow": (0, 0), "review": (0, 0), "bring": (0, 0), "second": (1, 1)}
    assert [one.in_force for one in late.tasks] == [0, 0, 0, 0]
    assert late.lines == (MonthLine("points", 50, 0),)


def replace_at(one: Fact, at: datetime) -> Fact:
    return one._replace(occurred_at=at)


def test_so_many_friends_count(ledger: Ledger, image: Client) -> None:
    limited = replace(FRIEND, friends_per_day=2, friends_most=4)
    rule(ledger, limited)
    ledger.now = NOON + 2 * DAY + HOUR
    facts = [
        fact("member.invited", 1, NOON + days * DAY, friend=10 * days + one) for days in range(3) for one in (1, 2, 3)
    ]
    for one in facts:
        happen(ledger, one)
    assert ledger.balance(1) == 4 * 30
    tell(image, facts)
    found = preview(ledger, image, limited, replace(FRIEND, code="other", friends_per_day=None))
    assert by_code(found) == {"bring": (1, 4), "other": (1, 9)}
    assert by_code(preview(ledger, image, limited, days=2)) == {"bring": (1, 2)}


def test_seasons_traits_and_conditions(ledger: Ledger, image: Client) -> None:
    tell(
        image,
        [
            fact("profile.identified", 1), fact("profile.identified", 2),
            fact("event.tracked", 1, name="Rated", stars=5, kept=True, of="茶"),
            fact("event.tracked", 2, name="Rated", stars="5", kept=1, of="茶"),
            followed(1), replace_at(followed(2), datetime(2026, 3, 3, 16, tzinfo=UTC)),
        ],
    )  # fmt: skip
    ledger.done(lambda conn: customers.put_traits(conn, [TraitWord(1, "size", "M", NOON)], NOON))
    ledger.now = NOON + 2 * DAY + HOUR
    rated = MemberTask("rated", "好评", "event.tracked", [Reward(1)], {"stars": 5, "kept": True, "of": "茶"}, "Rated")
    tasks = [
        MemberTask("full", "完善资料", "profile.identified", [Reward(1)], traits=["size"]),
        rated,
        replace(rated, code="of", where={"of": "茶"}),
        replace(FOLLOW, first=date(2026, 3, 4)),
        replace(FOLLOW, code="past", last=date(2026, 3, 3)),
        replace(FOLLOW, code="gone", last=date(2026, 1, 3)),
    ]
    found = preview(ledger, image, *tasks)
    assert by_code(found) == {
        "full": (1, 1), "rated": (1, 1), "of": (2, 2), "follow": (1, 1), "past": (1, 1), "gone": (0, 0),
    }  # fmt: skip
    assert [one.some for one in found.tasks] == [(1,), (1,), (1, 2), (2,), (1,), ()]


@pytest.mark.parametrize(
    "odd", ["it's", "a\\tb", "back\\slash", 'tab\tline\nquote"', "{x:String}", "茶\U0001f375", "nul\0", ""]
)
def test_texts_are_compared_as_they_are(ledger: Ledger, image: Client, odd: str) -> None:
    tell(
        image,
        [fact("event.tracked", 1, name=odd, of=odd, **{odd or "x": odd}), fact("event.tracked", 2, name="x", of="x")],
    )
    ledger.now = NOON + HOUR
    task = MemberTask("odd", "奇怪", "event.tracked", [Reward(1)], {"of": odd, odd or "x": odd}, odd or None)
    assert by_code(preview(ledger, image, task)) == {"odd": (1, 1)}
    assert by_code(preview(ledger, image, replace(task, where={"of": 2**70}))) == {"odd": (0, 0)}


def test_nothing_and_who_may_not(ledger: Ledger, image: Client) -> None:
    nothing = preview(ledger, image)
    assert (nothing.people, nothing.tasks, nothing.lines) == (0, (), ())
    assert by_code(preview(ledger, image, FOLLOW, SECOND)) == {"follow": (0, 0), "second": (0, 0)}
    with pytest.raises(NotAllowed):
        preview(ledger, image, who=Principal("operator", 1, "One", frozenset({"ledger.read"})))
    with pytest.raises(BadInput):
        preview(ledger, image, SECOND)
