"""Definitions by the ids of their versions. They never change, so a process reads each once."""

from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Final

from sqlalchemy import Connection

from siyu.journeys.store import journeys as store
from siyu.journeys.store.journeys import Successor
from siyu.journeys.types.definition import Definition
from siyu.journeys.types.running import Version

_MOST: Final = 2000
_READ: Final[dict[str, Definition]] = {}  # by digest
_LOCK: Final = Lock()


class Versions:
    """The versions that a transaction meets, and into which of them people of older ones go on."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._successors = store.successors(conn)

    def of(self, ids: Iterable[int]) -> Mapping[int, Version]:
        """By their ids; with those into which they become."""
        wanted = set(ids)
        wanted |= {self.now(one, "")[0] for one in wanted}
        known = store.known_versions(self._conn, sorted(wanted))
        if missing := [one.id for one in known if one.digest not in _READ]:
            read = store.definitions(self._conn, missing)
            with _LOCK:
                if len(_READ) > _MOST:
                    _READ.clear()
                _READ.update(read)
        return {
            one.id: Version(
                one.id, one.journey_id, one.number, self._definition(one), one.published_by, one.published_at
            )
            for one in known
        }

    def _definition(self, known: store.Known) -> Definition:
        found = _READ.get(known.digest)
        return found if found is not None else store.definitions(self._conn, [known.id])[known.digest]

    def now(self, version_id: int, step: str) -> tuple[int, str]:
        """Where somebody of this version and step is, after all versions that were changed over to others."""
        successor: Successor | None
        while (successor := self._successors.get(version_id)) is not None:
            version_id, step = successor.becomes, successor.steps.get(step, step)
        return version_id, step

    def before(self, version_id: int) -> set[int]:
        """This version and all whose people go on in it."""
        return {version_id} | {one for one in self._successors if self.now(one, "")[0] == version_id}
