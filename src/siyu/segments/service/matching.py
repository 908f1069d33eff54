"""Who passes a rule right now, without anything being kept."""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from pyroaring import BitMap64
from sqlalchemy import Connection

from siyu.engines.clickhouse.client import Client
from siyu.segments.service.answering import Answer, answers
from siyu.segments.service.asking import open_world
from siyu.segments.service.rulebook import check_rule, sentences, without_references
from siyu.segments.store import definitions
from siyu.segments.store.aggregates import Moment
from siyu.segments.types import Preview, Rule

AT_ONCE: Final = 2000  # people whose facts are looked up by their ids in one query


def moment_of(conn: Connection, now: datetime) -> Moment:
    """Now in whole milliseconds, as facts have it, and whose calendar counts days."""
    return Moment(int(now.timestamp() * 1000), ZoneInfo(definitions.zone(conn)))


def matching(
    conn: Connection, clickhouse: Client, rules: Sequence[Rule], customer_ids: Sequence[int], now: datetime
) -> list[BitMap64]:
    """Who of these customers passes each rule now; nothing after ``now`` counts.

    Facts are those that ClickHouse has, found by every id that OneID knows for the person, so merges and splits are
    right at once. Ids that are nobody's (any more) pass no rule.

    Raises:
        DeletedSegment: a rule refers to a segment that is not there.
    """
    answered = answers_of(conn, clickhouse, without_references(conn, rules), customer_ids, moment_of(conn, now))
    return [BitMap64.union(*[part[place].people for part in answered]) for place in range(len(rules))]


def answers_of(
    conn: Connection,
    clickhouse: Client,
    rules: Sequence[Rule],
    customer_ids: Sequence[int],
    moment: Moment,
    *,
    dues: bool = False,
) -> list[list[Answer]]:
    """Answers for these people, some at a time; at least one, be it for nobody."""
    wanted = sorted(set(customer_ids))
    return [
        answers(open_world(conn, clickhouse, moment, wanted[start : start + AT_ONCE]), rules, dues=dues)
        for start in range(0, max(1, len(wanted)), AT_ONCE)
    ]


def preview(conn: Connection, clickhouse: Client, rule: Rule, now: datetime) -> Preview:
    """How many pass a rule that is being written; asks everybody, keeps nothing.

    Raises:
        BadInput: the rule cannot be asked; says what to change.
    """
    check_rule(conn, rule)
    began = time.perf_counter()
    found, everybody = everybody_who(conn, clickhouse, rule, now)
    took = round((time.perf_counter() - began) * 1000)
    ((en, zh),) = sentences(conn, [rule])
    return Preview(len(found), everybody, took, en, zh)


def everybody_who(conn: Connection, clickhouse: Client, rule: Rule, now: datetime) -> tuple[BitMap64, int]:
    """Everybody who passes the rule now, and how many customers there are in all."""
    world = open_world(conn, clickhouse, moment_of(conn, now))
    (answer,) = answers(world, without_references(conn, [rule]))
    return answer.people, len(world.everybody)
