"""What journeys tell on the timelines of people. Of control groups it says nothing: nobody is to treat them otherwise."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, Protocol

from siyu.journeys.types.running import Ended, Journey
from siyu.kernel.fact import Fact

CHANNEL: Final = "siyu_journeys"  # NOTIFY wakes the loop
CALLS_CHANNEL: Final = "siyu_calls"  # … and that of calls to other systems


class Leaving(Protocol):
    """Somebody who leaves."""

    customer_id: int
    key: str
    step: str
    ended: Ended | None


def ended(place: Leaving, journey: Journey, now: datetime) -> Fact:
    """Somebody left a journey."""
    properties = {"journey": journey.id, "key": place.key, "step": place.step, "how": str(place.ended)}
    return Fact("journey.ended", place.customer_id, 0, now, name=journey.key, properties=properties)


def entered(let_in: Iterable[tuple[Journey, int, str]], now: datetime) -> list[Fact]:
    """(journey, customer, key) of those who entered."""
    return [
        Fact("journey.entered", customer_id, 0, now, name=journey.key, properties={"journey": journey.id, "key": key})
        for journey, customer_id, key in let_in
    ]
