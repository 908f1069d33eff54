"""Everything that is drawn for, in versions."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from siyu.draws.rules import checking
from siyu.draws.types import DRAW_RULES, DrawRules
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.versions.service import Versions
from siyu.engines.versions.types import Version

VERSIONS: Final = Versions("draws.rules", DRAW_RULES, checking.check, "draws")
SYSTEM: Final = access.system("draws")


def draw_rules(conn: Connection) -> Version[DrawRules] | None:
    """The rules in force; ``None`` when nobody ever made any."""
    return VERSIONS.newest(conn)


def draw_rule_versions(conn: Connection, limit: int = 50) -> list[Version[DrawRules]]:
    """How the rules were changed, newest first."""
    return VERSIONS.listed(conn, limit)


def read_draw_rules(said: Any) -> DrawRules:
    """Rules from JSON.

    Raises:
        BadInput: says what to change.
    """
    return VERSIONS.read(said)


def change_draw_rules(
    conn: Connection, principal: Principal, changed: DrawRules, version: int, reason: str, now: datetime
) -> Version[DrawRules]:
    """Have these rules in force: for rounds that are published from now on. Audited.

    A round keeps the rule with which it was published, and a customer's rebate that with which it was first given.

    Raises:
        NotAllowed: without the right ``draws.manage``.
        BadInput: odds do not come to 100 %, a prize is over the budget …, or there is no reason.
        Conflict: they were changed meanwhile.
    """
    access.require(principal, "draws.manage")
    return VERSIONS.change(conn, principal, changed, version, reason, now, action="draws.rules_changed")
