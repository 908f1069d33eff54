"""Steps that write down something of a person. Who is not to be treated is left as they are, and goes the same way."""

from datetime import timedelta
from typing import Final

from siyu.customers import service as customers
from siyu.customers.types import TagChange, TraitWord
from siyu.journeys.service.batch import Batch, Group
from siyu.journeys.types.definition import PointsStep, TagStep, TraitStep
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Request, gift

_REASON: Final = "journey"


def put_tags(batch: Batch, group: Group, step: TagStep) -> None:
    """Put tags on and take tags off; those that others put on stay."""
    conn, now = batch.around.conn, batch.around.now
    source = f"journey:{group.journey.id}"
    ids = sorted({place.customer_id for place in group.places if place.treated})
    if step.add:
        batch.facts += customers.add_tags(conn, [TagChange(one, tag, now, source) for one in ids for tag in step.add])
    if step.remove:
        taken = [TagChange(one, tag, now, source) for one in ids for tag in step.remove]
        batch.facts += customers.remove_tags(conn, taken)
    batch.go(group.places, step.next)


def put_trait(batch: Batch, group: Group, step: TraitStep) -> None:
    """Give a trait its value, or take it away."""
    conn, now = batch.around.conn, batch.around.now
    ids = sorted({place.customer_id for place in group.places if place.treated})
    batch.facts += customers.put_traits(conn, [TraitWord(one, step.trait, step.value, now) for one in ids], now)
    batch.go(group.places, step.next)


def give_points(batch: Batch, group: Group, step: PointsStep) -> None:
    """Post to everybody's account. A step that is carried out again posts nothing again: it has the same key."""
    conn, now = batch.around.conn, batch.around.now
    until = now + timedelta(days=step.expires_after) if step.expires_after else None
    requests = [
        Request(
            f"points:{group.key_of(place)}",
            gift(place.customer_id, step.unit, step.amount, until),
            _REASON,
            f"journey:{group.journey.id}",
            f"journey:{group.journey.id}",
        )
        for place in group.places
        if place.treated
    ]
    for answer in loyalty.post(conn, requests, now) if requests else ():
        loyalty.sure(answer)
    batch.go(group.places, step.next)
