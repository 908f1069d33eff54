"""People in journeys: put in by hand or by a program, looked at by the step, and one person's own."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import Path, Query, Request
from pydantic import BaseModel, Field, model_validator

from siyu.app.api.journeys.asked import CanManage, CanRead, JourneyId, Word, context_of, zone_of
from siyu.app.api.people import CanSeePeople, Cursor, Limit, PeopleAnswer, answer
from siyu.app.api.report import REPORT
from siyu.app.behind import StepPeople
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router
from siyu.identity import service as identity
from siyu.journeys import service as journeys
from siyu.journeys.types import EnrolmentPage, OfPerson
from siyu.kernel.errors import WrongValue
from siyu.segments import service as segments

router = Router(prefix="/api/v1", tags=["journeys"], responses=ERROR_RESPONSES)

Value = bool | Annotated[int, Field(ge=-(2**53), le=2**53)] | Word


class PutIn(BaseModel):
    """Whom to put in: customers by their ids, or whom identifiers of one type name.

    `request_id` makes it safe to repeat: one person comes in by one request once. `key` tells enrolments of the same person
    apart. `entry` is what texts and branches may ask of it.
    """

    customer_ids: Annotated[list[Annotated[int, Field(ge=1, le=2**63 - 1)]], Field(max_length=5000)] = []
    identifiers: Annotated[list[Word], Field(max_length=5000, description="Who is named by several is one.")] = []
    type: Annotated[
        str, Field(max_length=64, description="Of the identifiers: `customer` for numbers of customers, `phone` …")
    ] = "customer"
    request_id: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]
    key: Word = ""
    entry: Annotated[dict[Word, Value], Field(max_length=50)] = {}

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not self.customer_ids and not self.identifiers:
            raise WrongValue(
                "name somebody, in customer_ids or identifiers", "请在 customer_ids 或 identifiers 中指定客户"
            )
        return self


class CameIn(BaseModel):
    """Who entered, and who did not."""

    entered: list[int]
    left_out: list[int] = Field(description="Inside already, or may not come (again): re-entry, audience.")
    unknown: list[str] = Field(description="Identifiers that name nobody.")


class Crowd(BaseModel):
    """Everybody of a segment as it stands now; `request_id` makes it safe to repeat."""

    segment: Annotated[int, Field(ge=1, le=2**53)]
    request_id: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]
    at: datetime | None = Field(None, description="When the first of them are due; now when absent.")


class OnTheirWay(BaseModel):
    """How many people are on their way in."""

    people: int


@router.post("/journeys/{journey_id}/people")
def put_in(
    request: Request, conn: Conn, now: Now, principal: CanManage, journey_id: JourneyId, wanted: PutIn
) -> CameIn:
    """Put people into a journey that runs."""
    values = [clean for value in wanted.identifiers if (clean := value.strip())]
    owners = segments.named(conn, wanted.type, values) if values else {}
    asked = sorted({*wanted.customer_ids, *[one for ids in owners.values() for one in ids]})
    entered = journeys.put_in(
        conn,
        context_of(request).clickhouse,
        journey_id,
        asked,
        request_id=wanted.request_id,
        key=wanted.key,
        entry=wanted.entry,
        actor=principal.actor,
        now=now,
    )
    there = set(identity.existing(conn, asked))
    unknown = [value for value in dict.fromkeys(values) if value not in owners]
    return CameIn(entered=entered, left_out=sorted(there - set(entered)), unknown=unknown)


@router.post("/journeys/{journey_id}/crowd", status_code=202)
def bring_crowd(
    request: Request, conn: Conn, now: Now, principal: CanManage, journey_id: JourneyId, wanted: Crowd
) -> OnTheirWay:
    """Bring everybody of a segment in, at the journey's pace."""
    at = wanted.at
    if at is not None and at.tzinfo is None:
        at = at.replace(tzinfo=zone_of(request))
    people = journeys.bring_segment(
        conn, journey_id, wanted.segment, request_id=wanted.request_id, at=at, actor=principal.actor, now=now
    )
    return OnTheirWay(people=people)


@router.get("/journeys/{journey_id}/steps/{step}/people")
def people_at(
    conn: Conn,
    _: CanRead,
    __: CanSeePeople,
    journey_id: JourneyId,
    step: str,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> EnrolmentPage:
    """Who is at a step."""
    return journeys.people_at(conn, journey_id, step, cursor=cursor, limit=limit)


@router.get("/journeys/{journey_id}/steps/{step}/customers", openapi_extra=REPORT)
def customers_at(
    request: Request,
    conn: Conn,
    _: CanRead,
    __: CanSeePeople,
    journey_id: JourneyId,
    step: str,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PeopleAnswer:
    """Show the customers at a step, each once, by id."""
    asked = StepPeople(journey_id, step)
    return answer(conn, context_of(request), asked, cursor=cursor, limit=limit)


@router.get("/customers/{customer_id}/journeys")
def of_person(
    request: Request,
    conn: Conn,
    now: Now,
    _: CanRead,
    __: CanSeePeople,
    customer_id: Annotated[int, Path(ge=1, le=2**63 - 1)],
) -> list[OfPerson]:
    """The journeys that somebody is or was in, with what is planned next in each."""
    return journeys.of_person(conn, identity.living(conn, customer_id), now, zone_of(request))
