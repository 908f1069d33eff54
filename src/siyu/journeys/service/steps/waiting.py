"""Steps in which time passes."""

from siyu.journeys.rules.moments import over_at, sure_span
from siyu.journeys.service.batch import Batch, Group
from siyu.journeys.types.definition import Wait, WaitFor
from siyu.kernel.clock import to_millis


def wait(batch: Batch, group: Group, step: Wait) -> None:
    """Who has waited goes on; the others begin to."""
    waited = []
    now, zone = batch.around.now, batch.around.zone
    # Those who come in one batch mostly wait for the same moment.
    shared = None if step.since == "entry" else over_at(step, now, now, zone)
    for place in group.places:
        if place.begun:
            waited.append(place)
            continue
        until = shared or over_at(step, now, place.entered_at, zone)
        if until <= now:
            waited.append(place)
        else:
            batch.rest(place, until)
    batch.go(waited, step.next)


def wait_for(batch: Batch, group: Group, step: WaitFor) -> None:
    """Who has what they waited for goes on, who waited long enough goes the other way, the others begin to."""
    came, late = [], []
    now = batch.around.now
    until = now + sure_span(step.timeout)
    for place in group.places:
        heard = place.heard.get(group.name)
        if heard is not None and heard >= to_millis(place.since):
            came.append(place)
        elif place.begun:
            late.append(place)
        else:
            batch.rest(place, until)
    batch.go(came, step.next, "next")
    batch.go(late, step.otherwise, "otherwise")
