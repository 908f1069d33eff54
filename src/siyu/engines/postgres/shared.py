"""JSON that many rows have in common: read by the engine once, where a list of all would have it read for each row."""

from typing import Any

import orjson


class Shared:
    """Values by their places, which begin with 1: rows carry the place, and ``said[place]`` in SQL is the value."""

    def __init__(self) -> None:
        self._places: dict[bytes, int] = {}

    def place(self, said: Any) -> int:
        """Where this value stands; the same value stands in one place."""
        return self._places.setdefault(orjson.dumps(said), len(self._places) + 1)

    def all(self) -> str:
        """A JSON array of all, in the order of their places."""
        return (b"[%b]" % b",".join(self._places)).decode()
