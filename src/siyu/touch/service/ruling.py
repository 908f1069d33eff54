"""The rules of the gate, seen and changed."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.versions.service import Versions
from siyu.engines.versions.types import Version
from siyu.touch.rules import checking
from siyu.touch.service.held import change_alone
from siyu.touch.service.sending import CHANNEL, RIGHT
from siyu.touch.store import touches
from siyu.touch.types import RULES, RuleSet

_VERSIONS: Final = Versions("touch.rule_set", RULES, checking.check, "touch_rules")


def rules(conn: Connection) -> Version[RuleSet]:
    """The rules in force."""
    found = _VERSIONS.newest(conn)
    assert found is not None  # the migration makes the first
    return found


def in_force(conn: Connection) -> RuleSet:
    """The same without who made them."""
    return rules(conn).rules


def rule_versions(conn: Connection, limit: int = 50) -> list[Version[RuleSet]]:
    """How the rules were changed, newest first."""
    return _VERSIONS.listed(conn, limit)


def read_rules(said: Any) -> RuleSet:
    """Rules from JSON, as :data:`RULES` writes them; what is left out is as by default.

    Raises:
        BadInput: says what to change.
    """
    return _VERSIONS.read(said)


def change_rules(
    conn: Connection, principal: Principal, changed: RuleSet, version: int, reason: str, now: datetime
) -> Version[RuleSet]:
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
    change_alone(conn)
    made = _VERSIONS.change(conn, principal, changed, version, reason, now, action="touch_rules.changed")
    if made.version != version:
        touches.wake(conn, now)
        touches.notify(conn, CHANNEL)
    return made
