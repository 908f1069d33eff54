"""What a journey may refer to, gathered for its check."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from siyu.channels import service as channels
from siyu.channels.types import FACTS as CHANNELS
from siyu.commerce.types import FACTS as COMMERCE
from siyu.content import service as content
from siyu.content.types import ContentCheck
from siyu.customers import service as customers
from siyu.customers.types import FACTS as CUSTOMERS
from siyu.draws.types import FACTS as DRAWS
from siyu.identity.types import FACTS as IDENTITY
from siyu.journeys.rules.checking import problems as problems_of
from siyu.journeys.rules.world import World
from siyu.journeys.service.accounts import accounts_of
from siyu.journeys.types.definition import CodeTrigger, Definition, Invite, Moment, ScriptRef
from siyu.journeys.types.facts import FACTS as OWN
from siyu.journeys.types.problems import Problem
from siyu.kernel.errors import NotFound, SiyuError
from siyu.kernel.fact import FactKind
from siyu.loyalty.types import FACTS as LEDGER
from siyu.members.types import FACTS as MEMBERS
from siyu.payments.types import FACTS as PAYMENTS
from siyu.rewards.types import FACTS as REWARDS
from siyu.segments import service as segments
from siyu.segments.types import FACTS as SEGMENTS
from siyu.segments.types import FactTest
from siyu.touch.types import FACTS as TOUCH
from siyu.trials.types import FACTS as TRIALS

KINDS: Final[Mapping[str, FactKind]] = {
    kind.name: kind
    for room in (
        IDENTITY,
        CUSTOMERS,
        COMMERCE,
        CHANNELS,
        MEMBERS,
        SEGMENTS,
        TOUCH,
        PAYMENTS,
        LEDGER,
        REWARDS,
        DRAWS,
        TRIALS,
        OWN,
    )
    for kind in room
}


def check(conn: Connection, definition: Definition, now: datetime, zone: ZoneInfo) -> list[Problem]:
    """Everything that has to be changed before it can be published; empty when nothing has."""
    return problems_of(definition, world_of(conn, definition, now, zone))


def world_of(conn: Connection, definition: Definition, now: datetime, zone: ZoneInfo) -> World:
    """What there is."""
    wanted = {
        one.code for step in definition.steps.values() if isinstance(step, Invite) for one in step.choices if one.code
    }
    if isinstance(definition.trigger, CodeTrigger):
        wanted |= set(definition.trigger.codes)
    codes = {one.id: one.kind for one in channels.codes_of(conn, wanted) if one.archived_at is None} if wanted else {}
    accounts = tuple(accounts_of(conn))
    tagged = any(isinstance(step, Moment) and step.tags for step in definition.steps.values())
    tags = {one.id: frozenset(channels.tag_names(conn, one.id).values()) for one in accounts} if tagged else {}
    return World(
        now,
        zone,
        accounts,
        frozenset(one.id for one in segments.segments(conn)),
        codes,
        lambda rule: _problem(lambda: segments.check_rule(conn, rule.rule)),
        fact_problem,
        customers.may_be_put,
        lambda script: _script(conn, script),
        lambda medium: content.has_medium(conn, medium),
        tags,
    )


def fact_problem(fact: FactTest) -> tuple[str, str] | None:
    """What is wrong with facts that are waited for, without full stop; ``None`` when there can be such."""
    return _problem(lambda: segments.check_fact(fact, KINDS))


def _script(conn: Connection, script: ScriptRef) -> ContentCheck | None:
    try:
        return content.check_script(conn, content.script_version(conn, script.id, script.version).body)
    except NotFound:
        return None


def _problem(check: Callable[[], object]) -> tuple[str, str] | None:
    try:
        check()
    except SiyuError as error:
        return error.message.rstrip("."), error.message_zh.rstrip("。")
    return None
