"""The people behind a figure, as rows of the customers list."""

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import Connection

from siyu.app import behind, people
from siyu.app.behind import Asked
from siyu.app.context import Context
from siyu.customers.types import CustomerRow, ListFilter
from siyu.engines.access.types import Principal
from siyu.engines.http import needs

CanSeePeople = Annotated[Principal, needs("customers.read")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=500)]


class PeopleAnswer(BaseModel):
    """A page of the people behind a figure, by id.

    ``customer_ids`` are all of the page, as the facts know them; ``customers`` has a row for each who is (still) there
    under this id. ``total`` stands on the first page. ``people`` is the question itself: an export takes it as it is.
    """

    customer_ids: list[int]
    customers: list[CustomerRow]
    next: str | None
    total: int | None
    people: Asked


def answer(
    conn: Connection, context: Context, asked: Asked, *, cursor: str | None = None, limit: int = 50
) -> PeopleAnswer:
    """Whom a figure counts, with what an operator's list shows of each; personal data is masked.

    Raises:
        BadInput: the cursor is none of ours, or the question is wrong.
    """
    page = behind.page(conn, context, asked, cursor=cursor, limit=limit)
    return PeopleAnswer(
        customer_ids=list(page.customer_ids),
        customers=rows(conn, page.customer_ids),
        next=page.next,
        total=page.total,
        people=asked,
    )


def rows(conn: Connection, ids: tuple[int, ...]) -> list[CustomerRow]:
    """The rows of these customers, in the order of ``ids``; who is not there any more is left out."""
    if not ids:
        return []
    found = people.search(conn, None, ListFilter(ids=ids), limit=len(ids))
    of = {row.customer_id: row for row in found.customers}
    return [of[customer_id] for customer_id in ids if customer_id in of]
