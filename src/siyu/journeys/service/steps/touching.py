"""Steps that would reach somebody: what they say is proposed to the touch gate, which decides."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from siyu.channels import service as channels
from siyu.channels.types import Code
from siyu.commerce import service as commerce
from siyu.customers import service as customers
from siyu.journeys.rules.moments import over_at, sure_span
from siyu.journeys.rules.reaching import by_staff, chosen
from siyu.journeys.rules.texts import fill, texts_of, traits_in
from siyu.journeys.service.accounts import accounts_of
from siyu.journeys.service.batch import DEFAULT_PURPOSE, Batch, Group, Place
from siyu.journeys.service.steps.scripted import rendered
from siyu.journeys.types.definition import Attachment, GroupChoice, Invite, Moment, ScriptRef, Send, Wait
from siyu.journeys.types.problems import Problem, WrongState
from siyu.touch import service as touch
from siyu.touch.types import Message, Proposal, Wish


class Said(NamedTuple):
    """What somebody is to read. A tuple, because there are so many."""

    place: Place
    message: Message
    kinds: frozenset[str]


def send(batch: Batch, group: Group, step: Send) -> None:
    """Propose a touch for each. They go on, whatever the gate says; only a drop may lead another way."""
    if step.script is not None:
        _by_script(batch, group, step, step.script)
    else:
        _by_text(batch, group, step, group.places, step.attachments, frozenset(step.kinds))


def publish(batch: Batch, group: Group, step: Moment) -> None:
    """Gather people until the time of the day, then propose the Moment for each: those who have the same member of staff
    are told of in one task.
    """
    now, zone = batch.around.now, batch.around.zone
    until = over_at(Wait("", at=step.at), now, now, zone)
    gathered = []
    for place in group.places:
        if place.begun or until <= now:
            gathered.append(place)
        else:
            batch.rest(place, until)
    if gathered:
        _by_text(batch, group, step, gathered, step.attachments, frozenset())


def invite(batch: Batch, group: Group, step: Invite) -> None:
    """Propose an invitation, by the first code that is for them and has a place, to everybody who is in none of the chats
    of the codes that are for them.
    """
    codes = {one.code: channels.code(batch.around.conn, one.code) for one in step.choices}
    for code in codes.values():
        if not code.url or code.archived_at is not None:
            raise WrongState(
                state=group.journey.state,
                state_zh=group.journey.state,
                reason=f"entry code {code.id} of step '{group.name}' is not open. Open it, or choose another.",
                reason_zh=f"步骤“{group.name}”的活码 {code.id} 未开启，请开启或另选活码。",
            )
    members, invited, full = _seated(batch, step, codes, group.places)
    batch.go(members, step.next, "member")
    batch.go(full, step.full or step.next, "full")
    for code_id, places in invited.items():
        link = Attachment("link", {"title": step.title, "url": codes[code_id].url})
        _by_text(batch, group, step, places, (link,), frozenset())


def _seated(
    batch: Batch, step: Invite, codes: Mapping[int, Code], places: Sequence[Place]
) -> tuple[list[Place], dict[int, list[Place]], list[Place]]:
    """Who is in a chat already, who is invited by which code, and for whom there is no place. Each invitation of this batch
    takes one; of those of before it is known who has joined.
    """
    conn = batch.around.conn
    ids = [place.customer_id for place in places]
    scopes = {
        one.id: {
            channels.scope_of(one.account_id, chat)
            for chat in (one.definition.chats.group_ids if one.definition.chats else ())
        }
        for one in codes.values()
    }
    inside = customers.scopes_of(conn, ids, "group_member")
    valued = any(one.from_fen is not None or one.below_fen is not None for one in step.choices)
    values = commerce.values_of(conn, sorted(set(ids)), customers.basis(conn).purchase) if valued else {}
    free = channels.free_places(conn, list(codes))
    members: list[Place] = []
    invited: dict[int, list[Place]] = {}
    full: list[Place] = []
    for place in places:
        net = values[place.customer_id].net_fen if valued else 0
        own = [one.code for one in step.choices if _is_for(one, net)]
        if any(scopes[code].intersection(inside.get(place.customer_id, ())) for code in own):
            members.append(place)
            continue
        code = next((one for one in own if free.get(one, 0) != 0), None)
        if code is None:
            full.append(place)
            continue
        left = free[code]
        free[code] = left - 1 if left is not None else None
        invited.setdefault(code, []).append(place)
    return members, invited, full


def _is_for(one: GroupChoice, net_fen: int) -> bool:
    return (one.from_fen is None or net_fen >= one.from_fen) and (one.below_fen is None or net_fen < one.below_fen)


def _by_script(batch: Batch, group: Group, step: Send, script: ScriptRef) -> None:
    """What the script has for each. For whom it has nothing, or no value of a variable, go as if it were dropped."""
    found, silent = rendered(batch, script, group.places)
    said = [Said(place, Message(one.text, one.attachments, step.details), one.kinds) for place, one in found]
    batch.go(silent, step.dropped or step.next, "unsaid")
    if said:
        _propose(batch, group, step, _wishes(batch, group, step), said)


def _by_text(
    batch: Batch,
    group: Group,
    step: Send | Invite | Moment,
    places: Sequence[Place],
    attachments: Sequence[Attachment],
    kinds: frozenset[str],
) -> None:
    conn = batch.around.conn
    traits = customers.traits_of(conn, [place.customer_id for place in places], traits_in(texts_of(step)))
    wishes = _wishes(batch, group, step)
    told: dict[tuple[str, ...], Message] = {}
    extra = _details(batch, group, step, wishes)
    personal = any("{{" in text for text in texts_of(step))
    same = None if personal else _message(group, step, attachments, {}, places[0], told, extra)
    said = []
    for place in places:
        message = same or _message(group, step, attachments, traits.get(place.customer_id, {}), place, told, extra)
        said.append(Said(place, message, kinds))
    _propose(batch, group, step, wishes, said)


def _propose(
    batch: Batch, group: Group, step: Send | Invite | Moment, wishes: tuple[Wish, ...], said: Sequence[Said]
) -> None:
    conn, now = batch.around.conn, batch.around.now
    valid_until = now + sure_span(step.valid_for)
    purpose = step.purpose or group.definition.purpose or DEFAULT_PURPOSE
    proposals = [
        Proposal(
            group.key_of(one.place),
            group.journey.programme_id,
            one.place.customer_id,
            purpose,
            one.message,
            wishes,
            step.value_fen,
            valid_until,
            one.kinds,
        )
        for one in said
    ]
    decisions = touch.propose(conn, proposals, now, batch.held)
    batch.touches += len(proposals)
    if batch.proposed is not None:
        batch.proposed.update({one.key: (group.name, one.message.text) for one in proposals})
    by_way: dict[str, list[Place]] = {"send": [], "defer": [], "drop": []}
    for one, decision in zip(said, decisions, strict=True):
        by_way[decision.outcome].append(one.place)
    for way, gone in by_way.items():
        batch.go(gone, step.dropped if way == "drop" and step.dropped else step.next, way)


def _message(
    group: Group,
    step: Send | Invite | Moment,
    attachments: Sequence[Attachment],
    traits: Mapping[str, Any],
    place: Place,
    told: dict[tuple[str, ...], Message],
    extra: Mapping[str, str],
) -> Message:
    """What this person reads; those who read the same share it."""

    def filled(text: str) -> str:
        return fill(text, group.definition.variables, traits, place.entry)

    text = filled(step.text)
    fields = [{name: filled(value) for name, value in one.fields.items()} for one in attachments]
    details = {name: filled(value) for name, value in step.details.items()} if isinstance(step, Send) else dict(extra)
    key = (text, *(value for one in fields for value in one.values()), *details.values())
    if key not in told:
        kinds = tuple([(one.kind, each) for one, each in zip(attachments, fields, strict=True)])
        told[key] = Message(text, kinds, details)
    return told[key]


def _details(batch: Batch, group: Group, step: Send | Invite | Moment, wishes: Sequence[Wish]) -> dict[str, str]:
    """What a Moment needs besides: the tags of those who may see it, by the ids of the only account."""
    if not isinstance(step, Moment) or not step.tags:
        return {}
    ids = {name: tag_id for tag_id, name in channels.tag_names(batch.around.conn, wishes[0].account_id).items()}
    if gone := next((name for name in step.tags if name not in ids), None):
        # Without it the Moment would be shown to more people than it is for.
        raise _nobody(
            group,
            Problem(
                "unknown_tag",
                "",
                f"there is no tag '{gone}' any more. Choose another, or make it again.",
                f"可见标签“{gone}”已不存在，请另选或重新创建。",
            ),
        )
    return {"tags": ",".join(ids[name] for name in step.tags)}


def _wishes(batch: Batch, group: Group, step: Send | Invite | Moment) -> tuple[Wish, ...]:
    accounts = accounts_of(batch.around.conn)
    if isinstance(step, Moment):
        staff = by_staff(step, accounts)
        if isinstance(staff, Problem):
            raise _nobody(group, staff)
        return tuple([Wish(account.id, way.name) for account, way in staff])
    found = [(chosen(wish, accounts), wish.way) for wish in step.wishes]
    wishes = tuple(Wish(account.id, way) for account, way in found if not isinstance(account, Problem))
    if not wishes:
        raise _nobody(group, next(one for one, _ in found if isinstance(one, Problem)))
    return wishes


def _nobody(group: Group, problem: Problem) -> WrongState:
    return WrongState(
        state=group.journey.state,
        state_zh=group.journey.state,
        reason=f"step '{group.name}' can reach nobody: {problem.en}",
        reason_zh=f"步骤“{group.name}”无法触达任何人：{problem.zh}",
    )
