"""Steps that part people."""

from collections.abc import Sequence

from siyu.commerce import service as commerce
from siyu.customers import service as customers
from siyu.experiments import service as experiments
from siyu.journeys.rules.facts import at_path, holds
from siyu.journeys.service.batch import Batch, Group, Place
from siyu.journeys.types.definition import Branch, ByArm, ByEntry, ByRule, BySegment, ByValue, When
from siyu.segments import service as segments


def branch(batch: Batch, group: Group, step: Branch) -> None:
    """Each goes by the first case that holds for them; a case is asked of those for whom none before it held."""
    left: Sequence[Place] = group.places
    for number, case in enumerate(step.cases, 1):
        ids = meeting(batch, group, case.when, left)
        batch.go([place for place in left if place.id in ids], case.next, f"case {number}")
        left = [place for place in left if place.id not in ids]
        if not left:
            return
    batch.go(left, step.otherwise, "otherwise")


def meeting(batch: Batch, group: Group, when: When, places: Sequence[Place]) -> set[int]:
    """Ids of the enrolments for which this holds now."""
    conn, now = batch.around.conn, batch.around.now
    ids = sorted({place.customer_id for place in places})
    match when:
        case ByEntry():
            return {
                place.id
                for place in places
                if all(holds(at_path(place.entry, one.property), one) for one in when.where)
            }
        case ByValue():
            values = commerce.values_of(conn, ids, customers.basis(conn).purchase)
            chosen = {
                one
                for one, value in values.items()
                if (when.from_fen is None or value.net_fen >= when.from_fen)
                and (when.below_fen is None or value.net_fen < when.below_fen)
            }
        case ByArm():
            assigned = experiments.assign(conn, group.journey.programme_id, ids, now)
            chosen = {one for one, place in assigned.items() if place.arm == when.arm}
        case BySegment():
            chosen = set(segments.contains(conn, when.segment, ids))
        case ByRule():
            (found,) = segments.matching(conn, batch.around.clickhouse, [when.rule.rule], ids, now)
            chosen = {one for one in ids if one in found}
    return {place.id for place in places if place.customer_id in chosen}
