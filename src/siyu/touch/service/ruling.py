"""The rules of the gate, seen and changed."""

from datetime import datetime
from typing import Any

import orjson
from pydantic import ValidationError
from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.validation import explained
from siyu.kernel.errors import BadInput, Conflict
from siyu.touch.rules import checking
from siyu.touch.service.held import change_alone
from siyu.touch.service.sending import CHANNEL, RIGHT, reason_given
from siyu.touch.store import rule_sets, touches
from siyu.touch.types import RULES, RuleSet, RuleVersion


def rules(conn: Connection) -> RuleVersion:
    """The rules in force."""
    return rule_sets.versions(conn, 1)[0]


def rule_versions(conn: Connection, limit: int = 50) -> list[RuleVersion]:
    """How the rules were changed, newest first."""
    return rule_sets.versions(conn, limit)


def read_rules(said: Any) -> RuleSet:
    """Rules from JSON, as :data:`RULES` writes them; what is left out is as by default.

    Raises:
        BadInput: says what to change.
    """
    try:
        found = RULES.validate_json(orjson.dumps(said))
    except ValidationError as problem:
        first = problem.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "rules"
        en, zh = explained(first)
        raise BadInput(reason=f"{place}: {en}.", reason_zh=f"{place}：{zh}。") from None
    checking.check(found)
    return found


def change_rules(
    conn: Connection, principal: Principal, changed: RuleSet, version: int, reason: str, now: datetime
) -> RuleVersion:
    """Have these rules in force from now on; whatever waits is decided again by them.

    Args:
        conn: an open transaction.
        principal: who changes them.
        changed: all of them.
        version: of the rules that were changed, so that nobody overwrites what they did not see.
        reason: kept in the audit.
        now: the present.

    Raises:
        NotAllowed: without the right ``touch.manage``.
        BadInput: the rules make no sense together, or there is no reason.
        Conflict: they were changed meanwhile.
    """
    access.require(principal, RIGHT)
    said = reason_given(reason)
    checking.check(changed)
    change_alone(conn)
    newest, before = rule_sets.newest(conn)
    if newest != version:
        raise Conflict(
            reason=f"the rules were changed meanwhile, to version {newest}; look at them and change those.",
            reason_zh=f"规则已被他人更新至版本 {newest}，请查看后再修改。",
        )
    if changed != before:
        made = rule_sets.add(conn, changed, principal.actor, said, now)
        touches.wake(conn, now)
        touches.notify(conn, CHANNEL)
        access.record(
            conn,
            actor=principal.actor,
            action="touch_rules.changed",
            target=f"touch_rules:{made}",
            details={"from": newest, "reason": said},
            now=now,
        )
    return rules(conn)
