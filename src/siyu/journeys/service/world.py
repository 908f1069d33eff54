"""What a journey may refer to, gathered for its check."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from siyu.channels import service as channels
from siyu.channels.types import FACTS as CHANNELS
from siyu.commerce.types import FACTS as COMMERCE
from siyu.customers import service as customers
from siyu.customers.types import FACTS as CUSTOMERS
from siyu.identity.types import FACTS as IDENTITY
from siyu.journeys.rules.checking import World
from siyu.journeys.rules.checking import problems as problems_of
from siyu.journeys.service.accounts import accounts_of
from siyu.journeys.types.definition import CodeTrigger, Definition, Invite
from siyu.journeys.types.facts import FACTS as OWN
from siyu.journeys.types.problems import Problem
from siyu.kernel.errors import SiyuError
from siyu.segments import service as segments
from siyu.segments.types import FACTS as SEGMENTS
from siyu.segments.types import RuleDocument
from siyu.touch.types import FACTS as TOUCH

KINDS: Final = frozenset(
    kind.name for room in (IDENTITY, CUSTOMERS, COMMERCE, CHANNELS, SEGMENTS, TOUCH, OWN) for kind in room
)


def check(conn: Connection, definition: Definition, now: datetime, zone: ZoneInfo) -> list[Problem]:
    """Everything that has to be changed before it can be published; empty when nothing has."""
    return problems_of(definition, world_of(conn, definition, now, zone))


def world_of(conn: Connection, definition: Definition, now: datetime, zone: ZoneInfo) -> World:
    """What there is."""
    wanted = {step.code for step in definition.steps.values() if isinstance(step, Invite)}
    if isinstance(definition.trigger, CodeTrigger):
        wanted |= set(definition.trigger.codes)
    codes = {one.id: one.kind for one in channels.codes_of(conn, wanted) if one.archived_at is None} if wanted else {}
    return World(
        now,
        zone,
        tuple(accounts_of(conn)),
        KINDS,
        frozenset(one.id for one in segments.segments(conn)),
        codes,
        lambda rule: _rule_problem(conn, rule),
        customers.may_be_put,
    )


def _rule_problem(conn: Connection, rule: RuleDocument) -> tuple[str, str] | None:
    try:
        segments.check_rule(conn, rule.rule)
    except SiyuError as error:
        return error.message.rstrip("."), error.message_zh.rstrip("。")
    return None
