"""What requests have in common: one transaction, one moment, and how they name a thing by its number."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Annotated, Any

from anyio import CapacityLimiter
from anyio.lowlevel import RunVar
from fastapi import Depends, Request
from pydantic import Field
from sqlalchemy import Connection

from siyu.engines.postgres import Database


class Admission:
    """Lets in fewer requests than there are connections; the others wait in line.

    A route runs in one of a limited number of threads, several times for one request. Were those who wait for a connection
    to wait in a thread, there would be none left for those who have one: nobody would go on. A quarter of the connections
    is left to the intake's door, and to the few routes that need a second one.

    Args:
        most: connections that there are.
    """

    def __init__(self, most: int) -> None:
        self._most = max(1, most - most // 4)
        self._line: RunVar[CapacityLimiter] = RunVar("admission")  # one for each loop of events: tests have several

    def line(self) -> CapacityLimiter:
        """Where to wait."""
        try:
            return self._line.get()
        except LookupError:
            made = CapacityLimiter(self._most)
            self._line.set(made)
            return made


async def _admitted(request: Request) -> AsyncIterator[None]:
    admission: Admission = request.app.state.admission
    own = object()  # a request waits in whatever task comes
    line = admission.line()
    await line.acquire_on_behalf_of(own)
    try:
        yield
    finally:
        line.release_on_behalf_of(own)


def _transaction(request: Request, _: Annotated[Any, Depends(_admitted, scope="function")]) -> Iterator[Connection]:
    database: Database = request.app.state.database
    with database.transaction() as connection:
        yield connection


def _now(request: Request) -> datetime:
    moment: datetime = request.app.state.clock.now()
    return moment


# scope="function": committed when the route's function has returned and before the answer is sent, so that a 200 means
# it is durable, and a failed commit is answered as the error it is.
Conn = Annotated[Connection, Depends(_transaction, scope="function")]
Now = Annotated[datetime, Depends(_now)]

# In a body, where JSON has numbers: `true` and "1" are none, and must not do to the thing number 1 what was never meant.
Id = Annotated[int, Field(strict=True, ge=0, le=2**63 - 1)]
