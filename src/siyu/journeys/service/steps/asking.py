"""Steps that have a member of staff say something: proposed to the gate like every touch, and waited for."""

from collections.abc import Sequence
from typing import Final

from siyu.content.types import Rendered
from siyu.customers import service as customers
from siyu.journeys.rules.moments import sure_span
from siyu.journeys.rules.reaching import by_staff
from siyu.journeys.rules.texts import fill, texts_of, traits_in
from siyu.journeys.service.accounts import accounts_of
from siyu.journeys.service.batch import DEFAULT_PURPOSE, Batch, Group, Place
from siyu.journeys.service.steps.scripted import rendered
from siyu.journeys.types.definition import StaffTask
from siyu.journeys.types.problems import Problem, WrongState
from siyu.touch import service as touch
from siyu.touch.types import Decision, Message, Proposal, Wish

_SHOWN: Final = ("title", "url", "page")  # of a material
_UNTREATED: Final = frozenset({"control", "holdout"})
_OPEN: Final = frozenset({"waiting", "queued", "waits_for_staff"})


def ask_staff(batch: Batch, group: Group, step: StaffTask) -> None:
    """Propose a task for each who comes; who has waited goes on by what became of theirs. Of whom nobody is to treat no
    member of staff hears: they go the same way as those for whom it was done.
    """
    begun = [place for place in group.places if place.begun]
    known = touch.standing(batch.around.conn, [group.key_of(place) for place in begun]) if begun else {}
    waited = [(place, known[key]) for place in begun if (key := group.key_of(place)) in known]
    # Who comes from a step of another version may have begun to wait there, and was not asked for yet.
    came = [place for place in group.places if not place.begun or group.key_of(place) not in known]
    if came:
        _propose(batch, group, step, came)
    _go_on(batch, step, waited)


def _propose(batch: Batch, group: Group, step: StaffTask, places: Sequence[Place]) -> None:
    conn, now = batch.around.conn, batch.around.now
    purpose = step.purpose or group.definition.purpose or DEFAULT_PURPOSE
    # The gate knows control groups in marketing, and notes when they are exposed; of other purposes they are left out here.
    everybody = purpose == "marketing"
    asked = [place for place in places if everybody or place.treated]
    batch.go([place for place in places if not (everybody or place.treated)], step.next)
    if not asked:
        return
    until = now + sure_span(step.due_in)
    wishes = _wishes(batch, group, step)
    words: dict[Place, Rendered] = {}
    if step.script is not None:
        found, silent = rendered(batch, step.script, asked)
        words, asked = dict(found), [place for place, _ in found]
        batch.go(silent, step.dropped or step.next, "unsaid")
    traits = customers.traits_of(conn, [place.customer_id for place in asked], traits_in(texts_of(step)))
    own = group.definition.variables
    proposals = []
    for place in asked:
        known = traits.get(place.customer_id, {})
        said = words.get(place)
        say = fill(step.say, own, known, place.entry) if said is None else _to_say(said)
        message = Message(say, (), {touch.TITLE: fill(step.title, own, known, place.entry)})
        proposals.append(
            Proposal(
                group.key_of(place),
                group.journey.programme_id,
                place.customer_id,
                purpose,
                message,
                wishes,
                step.value_fen,
                until,
                kinds=said.kinds if said is not None else frozenset(),
            )
        )
    decisions = touch.propose(conn, proposals, now)
    batch.touches += len(proposals)
    if batch.proposed is not None:
        batch.proposed.update({one.key: (group.name, one.message.text) for one in proposals})
    untreated, dropped = [], []
    for place, decision in zip(asked, decisions, strict=True):
        if decision.outcome != "drop":
            batch.rest(place, until)
        elif _is_untreated(decision):
            untreated.append(place)
        else:
            dropped.append(place)
    batch.go(untreated, step.next)
    batch.go(dropped, step.dropped or step.next, "dropped")


def _to_say(said: Rendered) -> str:
    """The words of a script, and what its materials are called and where they lead: a task is read, not sent."""
    shown = [" ".join([fields[one] for one in _SHOWN if fields.get(one)]) for _, fields in said.attachments]
    return "\n".join([one for one in (said.text, *shown) if one])


def _is_untreated(decision: Decision) -> bool:
    return any(one.effect == "drop" and one.code in _UNTREATED for one in decision.reasons)


def _go_on(batch: Batch, step: StaffTask, waited: Sequence[tuple[Place, touch.Standing]]) -> None:
    now = batch.around.now
    by_way: dict[str, list[Place]] = {"next": [], "declined": [], "late": [], "dropped": []}
    for place, found in waited:
        if found.state in _OPEN and found.valid_until > now:
            batch.rest(place, found.valid_until)  # something else of this journey was told of them
        else:
            by_way[_way(found)].append(place)
    for way, gone in by_way.items():
        batch.go(gone, getattr(step, way) or step.next, way)


def _way(found: touch.Standing) -> str:
    if found.state == "sent":
        return "next"
    if found.code == "declined":
        return "declined"
    return "dropped" if found.state in {"dropped", "failed", "cancelled"} and found.code != "too_late" else "late"


def _wishes(batch: Batch, group: Group, step: StaffTask) -> tuple[Wish, ...]:
    found = by_staff(step, accounts_of(batch.around.conn))
    if isinstance(found, Problem):
        raise WrongState(
            state=group.journey.state,
            state_zh=group.journey.state,
            reason=f"step '{group.name}' can ask nobody: {found.en}",
            reason_zh=f"步骤“{group.name}”无法交给任何员工：{found.zh}",
        )
    return tuple([Wish(account.id, way.name) for account, way in found])
