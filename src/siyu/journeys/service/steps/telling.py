"""Steps that ask somebody else to do something: a member of staff, another system."""

from siyu.customers import service as customers
from siyu.journeys.rules.moments import sure_span
from siyu.journeys.rules.texts import fill, texts_of, traits_in
from siyu.journeys.service.batch import Batch, Group
from siyu.journeys.service.telling import CALLS_CHANNEL
from siyu.journeys.store import asks
from siyu.journeys.store import journeys as store
from siyu.journeys.types.definition import StaffTask, Webhook


def ask_staff(batch: Batch, group: Group, step: StaffTask) -> None:
    """Put a task on the staff's list. Of who is not to be treated nobody hears."""
    treated = [place for place in group.places if place.treated]
    conn, now = batch.around.conn, batch.around.now
    ids = [place.customer_id for place in treated]
    traits = customers.traits_of(conn, ids, traits_in(texts_of(step)))
    own = group.definition.variables
    asks.put_tasks(
        conn,
        [
            asks.NewTask(
                group.key_of(place),
                place.journey_id,
                place.customer_id,
                fill(step.title, own, traits.get(place.customer_id, {}), place.entry),
                fill(step.say, own, traits.get(place.customer_id, {}), place.entry),
            )
            for place in treated
        ],
        now,
        now + sure_span(step.due_in),
    )
    batch.go(group.places, step.next)


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
        calls.append(asks.NewCall(group.key_of(place), place.journey_id, step.url, body))
    asks.put_calls(conn, calls, now)
    if calls:
        store.notify(conn, CALLS_CHANNEL)
    batch.go(group.places, step.next)
