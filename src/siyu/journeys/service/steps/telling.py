"""Steps that tell other systems."""

from siyu.customers import service as customers
from siyu.journeys.rules.texts import fill, texts_of, traits_in
from siyu.journeys.service.batch import Batch, Group
from siyu.journeys.service.telling import CALLS_CHANNEL
from siyu.journeys.store import calls as tables
from siyu.journeys.store import journeys as store
from siyu.journeys.types.definition import Webhook


def call(batch: Batch, group: Group, step: Webhook) -> None:
    """Have another system called behind this transaction, at least once, and for each person under a key of their own."""
    treated = [place for place in group.places if place.treated]
    conn, now = batch.around.conn, batch.around.now
    traits = customers.traits_of(conn, [place.customer_id for place in treated], traits_in(texts_of(step)))
    own = group.definition.variables
    calls = []
    for place in treated:
        known = traits.get(place.customer_id, {})
        body = {
            "journey": group.journey.key,
            "step": group.name,
            "enrolment": place.id,
            "customer": place.customer_id,
            "key": place.key,
            "entered_at": place.entered_at.isoformat(),
            "fields": {name: fill(text, own, known, place.entry) for name, text in step.fields.items()},
        }
        calls.append(tables.NewCall(group.key_of(place), place.journey_id, step.url, body))
    tables.put_calls(conn, calls, now)
    if calls:
        store.notify(conn, CALLS_CHANNEL)
    batch.go(group.places, step.next)
