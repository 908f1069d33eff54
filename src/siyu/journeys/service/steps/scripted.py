"""What a script has for each of those at a step."""

from collections.abc import Mapping, Sequence
from typing import Final

from siyu.content import service as content
from siyu.content.types import Rendered
from siyu.journeys.service.batch import Batch, Place
from siyu.journeys.types.definition import ScriptRef
from siyu.touch import service as touch

_ACTOR: Final = "system:journeys"


def rendered(
    batch: Batch, script: ScriptRef, places: Sequence[Place]
) -> tuple[list[tuple[Place, Rendered]], list[Place]]:
    """What each is to read; and those for whom it has nothing, or no value of a variable."""
    conn, now = batch.around.conn, batch.around.now
    ids = [place.customer_id for place in places]
    found: Mapping[int, Rendered] = content.render(
        conn,
        script.id,
        script.version,
        ids,
        arm=script.bait,
        given=touch.kinds_received(conn, ids, now),
        personal="clear" if batch.proposed is None else "masked",  # of a rehearsal only the text is looked at
        actor=_ACTOR,
        now=now,
    )
    said: list[tuple[Place, Rendered]] = []
    silent: list[Place] = []
    for place in places:
        one = found[place.customer_id]
        if one.missing or one.nothing_left:
            silent.append(place)
        else:
            said.append((place, one))
    return said, silent
