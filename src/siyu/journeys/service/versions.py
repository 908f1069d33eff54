"""Definitions by the ids of their versions. They never change, so a process reads each once."""

from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Final

from sqlalchemy import Connection

from siyu.journeys.store import journeys as store
from siyu.journeys.store.journeys import Successor
from siyu.journeys.types.running import Version

_MOST: Final = 2000
_KNOWN: Final[dict[tuple[str, int], Version]] = {}
_LOCK: Final = Lock()


class Versions:
    """The versions that a transaction meets, and into which of them people of older ones go on."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._database = str(conn.engine.url)
        self._successors = store.successors(conn)

    def of(self, ids: Iterable[int]) -> Mapping[int, Version]:
        """By their ids; with those into which they become."""
        wanted = set(ids)
        wanted |= {self.now(one, "")[0] for one in wanted}
        found = {one: _KNOWN[self._database, one] for one in wanted if (self._database, one) in _KNOWN}
        if missing := wanted - found.keys():
            read = {one.id: one for one in store.versions_by_id(self._conn, sorted(missing))}
            with _LOCK:
                if len(_KNOWN) > _MOST:
                    _KNOWN.clear()
                _KNOWN.update({(self._database, one): version for one, version in read.items()})
            found |= read
        return found

    def now(self, version_id: int, step: str) -> tuple[int, str]:
        """Where somebody of this version and step is, after all versions that were changed over to others."""
        successor: Successor | None
        while (successor := self._successors.get(version_id)) is not None:
            version_id, step = successor.becomes, successor.steps.get(step, step)
        return version_id, step

    def before(self, version_id: int) -> set[int]:
        """This version and all whose people go on in it."""
        return {version_id} | {one for one in self._successors if self.now(one, "")[0] == version_id}
