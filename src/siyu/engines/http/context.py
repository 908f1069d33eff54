"""What requests have in common: one transaction, one moment, and how they name a thing by its number."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from pydantic import Field
from sqlalchemy import Connection

from siyu.engines.postgres import Database


def _transaction(request: Request) -> Iterator[Connection]:
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
