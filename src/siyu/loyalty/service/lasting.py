"""Staying counts: a tie that has lasted so long as a task asks for is told of, once, and fulfils it."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from siyu.customers import service as customers
from siyu.identity import service as identity
from siyu.kernel.fact import Fact
from siyu.loyalty.rules.tasks import LASTED
from siyu.loyalty.service.tasks import fulfil, tasks
from siyu.loyalty.store import lasted as tables
from siyu.loyalty.store.lasted import Lasted
from siyu.timeline import service as timeline

_LATE: Final = timedelta(days=3)  # so long the job may have been away; what is older is not made up for
_KEPT: Final = timedelta(days=30)


def tell_lasting(conn: Connection, now: datetime) -> int:
    """Tell of ties that have lasted as long as a task in force asks for, and have that fulfil it; returns of how many. Safe to
    repeat. What lasted so long before the last three days is no news: a new task rewards nobody for years ago.
    """
    found = tasks(conn)
    asked = {
        (str(task.where["relation"]), int(task.where["days"]))
        for task in (found.rules.tasks if found else ())
        if task.fact == LASTED
    }
    if not asked:
        return 0
    identity.hold_people(conn, alone=False)
    facts: dict[Lasted, Fact] = {}
    for relation, days in sorted(asked):
        for fact in customers.lasting(conn, relation, days, now - _LATE, now):
            facts[fact.customer_id, relation, str(fact.properties["scope"]), fact.occurred_at, days] = fact
    new = tables.keep(conn, sorted(facts)) if facts else set()
    told = [facts[one] for one in sorted(new)]
    timeline.append(conn, told)
    fulfil(conn, told, now)
    tables.forget(conn, now - _KEPT)
    return len(told)
