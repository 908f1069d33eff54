"""Who stays in a group for as long as a task asks for earns by it, once."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.unit.loyalty.conftest import DAY, ME, NOON, Ledger

from siyu.customers import service as customers
from siyu.customers.types import RelationChange
from siyu.kernel.errors import BadInput
from siyu.loyalty import service
from siyu.loyalty.rules import tasks as rules
from siyu.loyalty.types import MemberTask, MemberTasks, Reward

STAY = MemberTask(
    code="stay", name="入群满 30 天", fact="relation.lasted", where={"relation": "group_member", "days": 30},
    rewards=[Reward(50)],
)  # fmt: skip


def task(ledger: Ledger, *wanted: MemberTask) -> None:
    ledger.done(lambda conn: service.change_tasks(conn, ME, MemberTasks([*wanted]), 0, "a test", NOON))


def joined(
    ledger: Ledger, customer_id: int, at: datetime, scope: str = "account:1/g1", *, standing: bool = True
) -> None:
    change = RelationChange(customer_id, "group_member", scope, standing, at, "channel:1")
    ledger.done(lambda conn: customers.change_relations(conn, [change], at))


def told(ledger: Ledger) -> int:
    return int(ledger.done(lambda conn: service.tell_lasting(conn, ledger.now)))


def points(ledger: Ledger, customer_id: int = 1) -> Any:
    return ledger.balance(customer_id)


def test_staying_earns_once(ledger: Ledger) -> None:
    task(ledger, STAY)
    joined(ledger, 1, NOON)
    ledger.now = NOON + 30 * DAY - timedelta(seconds=1)
    assert (told(ledger), points(ledger)) == (0, 0)
    ledger.now += timedelta(seconds=1)
    assert (told(ledger), told(ledger), points(ledger)) == (1, 0, 50)
    joined(ledger, 1, NOON + DAY, "account:1/g2")  # another group: the task is once in all
    ledger.now += 2 * DAY
    assert (told(ledger), points(ledger)) == (1, 50)
    ledger.assert_whole()


def test_who_left_or_was_long_there_earns_nothing(ledger: Ledger) -> None:
    joined(ledger, 1, NOON)
    joined(ledger, 2, NOON - 100 * DAY)  # before anybody thought of the task
    joined(ledger, 1, NOON + 10 * DAY, standing=False)
    task(ledger, STAY)
    ledger.now = NOON + 31 * DAY
    assert (told(ledger), points(ledger), points(ledger, 2)) == (0, 0, 0)


def test_nothing_is_told_where_no_task_asks(ledger: Ledger) -> None:
    joined(ledger, 1, NOON)
    ledger.now = NOON + 31 * DAY
    assert told(ledger) == 0


@pytest.mark.parametrize(
    "where",
    [
        {},
        {"relation": "group_member"},
        {"days": 30},
        {"relation": "aunt", "days": 30},
        {"relation": "friend", "days": 0},
    ],
)
def test_which_tie_and_how_long_has_to_be_said(where: dict[str, Any]) -> None:
    one = MemberTask(code="stay", name="满期", fact="relation.lasted", where=where, rewards=[Reward(50)])
    with pytest.raises(BadInput, match="say which tie"):
        rules.check(MemberTasks([one]))
