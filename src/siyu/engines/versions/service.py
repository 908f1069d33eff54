"""What rooms may do with data that are kept in versions."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.validation import read_json
from siyu.engines.versions import store
from siyu.engines.versions.types import Version
from siyu.kernel.errors import Conflict

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Versions(Generic[T]):
    """One kind of such data.

    Attributes:
        table: where they lie.
        adapter: how they are written as JSON and read.
        check: raises where they make no sense together.
        noun: of the audit's targets: ``touch_rules`` for ``touch_rules:7``.
    """

    table: str
    adapter: TypeAdapter[T]
    check: Callable[[T], None]
    noun: str

    def newest(self, conn: Connection) -> Version[T] | None:
        """What is in force; ``None`` when nobody ever made any."""
        return next(iter(self.listed(conn, 1)), None)

    def listed(self, conn: Connection, limit: int) -> list[Version[T]]:
        """How they were changed, newest first."""
        found = store.newest(conn, self.table, limit)
        return [Version(row[0], _parsed(self.adapter, row[1]), *row[2:]) for row in found]

    def numbered(self, conn: Connection, versions: Collection[int]) -> dict[int, T]:
        """What lay in these versions; one that never was is left out."""
        found = store.numbered(conn, self.table, versions) if versions else []
        return {row[0]: _parsed(self.adapter, row[1]) for row in found}

    def read(self, said: Any) -> T:
        """Data from JSON.

        Raises:
            BadInput: says what to change.
        """
        found = read_json(self.adapter, said, "rules")
        self.check(found)
        return found

    def change(
        self,
        conn: Connection,
        principal: Principal,
        changed: T,
        version: int,
        reason: str,
        now: datetime,
        *,
        action: str,
    ) -> Version[T]:
        """Have these in force from now on, audited as ``action``; returns what is in force. Safe to repeat: where nothing
        differs nothing is changed.

        Whether ``principal`` may, the caller asks before.

        Raises:
            BadInput: they make no sense together, or there is no reason.
            Conflict: what is in force is not ``version``: somebody changed it meanwhile.
        """
        said = access.reason_given(reason)
        self.check(changed)
        store.lock(conn, self.table)
        before = self.newest(conn)
        number = before.version if before else 0
        if number != version:
            raise Conflict(
                reason=f"the rules were changed meanwhile, to version {number}; look at them and change those.",
                reason_zh=f"规则已被他人更新至版本 {number}，请查看后再修改。",
            )
        if before is not None and changed == before.rules:
            return before
        store.add(conn, self.table, self.adapter.dump_json(changed).decode(), principal.actor, said, now)
        made = self.newest(conn)
        assert made is not None
        access.record(
            conn,
            actor=principal.actor,
            action=action,
            target=f"{self.noun}:{made.version}",
            details={"from": number, "reason": said},
            now=now,
        )
        return made


@lru_cache(maxsize=256)
def _parsed(adapter: TypeAdapter[Any], said: str) -> Any:
    return adapter.validate_json(said)
