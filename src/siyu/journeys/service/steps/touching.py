"""Steps that would reach somebody: what they say is proposed to the touch gate, which decides."""

from collections.abc import Mapping, Sequence
from typing import Any

from siyu.channels import service as channels
from siyu.customers import service as customers
from siyu.journeys.rules.checking import chosen
from siyu.journeys.rules.moments import sure_span
from siyu.journeys.rules.texts import fill, texts_of, traits_in
from siyu.journeys.service.accounts import accounts_of
from siyu.journeys.service.batch import DEFAULT_PURPOSE, Batch, Group, Place
from siyu.journeys.types.definition import Attachment, Invite, Send
from siyu.journeys.types.problems import Problem, WrongState
from siyu.touch import service as touch
from siyu.touch.types import Message, Proposal, Wish


def send(batch: Batch, group: Group, step: Send) -> None:
    """Propose a touch for each. They go on, whatever the gate says; only a drop may lead another way."""
    _propose(batch, group, step, group.places, step.attachments, frozenset(step.kinds))


def invite(batch: Batch, group: Group, step: Invite) -> None:
    """Propose an invitation to everybody who is in none of the code's chats."""
    conn = batch.around.conn
    code = channels.code(conn, step.code)
    chats = set(code.definition.chats.group_ids) if code.definition.chats else set()
    scopes = {channels.scope_of(code.account_id, chat) for chat in chats}
    ids = [place.customer_id for place in group.places]
    members = {one for one, at in customers.scopes_of(conn, ids, "group_member").items() if scopes.intersection(at)}
    batch.go([place for place in group.places if place.customer_id in members], step.next, "member")
    asked = [place for place in group.places if place.customer_id not in members]
    if not asked:
        return
    if not code.url or code.archived_at is not None:
        raise WrongState(
            state=group.journey.state,
            state_zh=group.journey.state,
            reason=f"entry code {step.code} of step '{group.name}' is not open. Open it, or choose another.",
            reason_zh=f"步骤“{group.name}”的活码 {step.code} 未开启，请开启或另选活码。",
        )
    link = Attachment("link", {"title": step.title, "url": code.url})
    _propose(batch, group, step, asked, (link,), frozenset())


def _propose(
    batch: Batch,
    group: Group,
    step: Send | Invite,
    places: Sequence[Place],
    attachments: Sequence[Attachment],
    kinds: frozenset[str],
) -> None:
    conn, now = batch.around.conn, batch.around.now
    wishes = _wishes(batch, group, step)
    traits = customers.traits_of(conn, [place.customer_id for place in places], traits_in(texts_of(step)))
    valid_until = now + sure_span(step.valid_for)
    purpose = step.purpose or group.definition.purpose or DEFAULT_PURPOSE
    told: dict[tuple[str, ...], Message] = {}
    personal = any("{{" in text for text in texts_of(step))
    same = None if personal else _message(group, step, attachments, {}, places[0], told)
    proposals = []
    for place in places:
        message = same or _message(group, step, attachments, traits.get(place.customer_id, {}), place, told)
        proposals.append(
            Proposal(
                group.key_of(place),
                group.journey.programme_id,
                place.customer_id,
                purpose,
                message,
                wishes,
                step.value_fen,
                valid_until,
                kinds,
            )
        )
    decisions = touch.propose(conn, proposals, now, batch.held)
    batch.touches += len(proposals)
    if batch.proposed is not None:
        batch.proposed.update({one.key: (group.name, one.message.text) for one in proposals})
    by_way: dict[str, list[Place]] = {"send": [], "defer": [], "drop": []}
    for place, decision in zip(places, decisions, strict=True):
        by_way[decision.outcome].append(place)
    for way, gone in by_way.items():
        batch.go(gone, step.dropped if way == "drop" and step.dropped else step.next, way)


def _message(
    group: Group,
    step: Send | Invite,
    attachments: Sequence[Attachment],
    traits: Mapping[str, Any],
    place: Place,
    told: dict[tuple[str, ...], Message],
) -> Message:
    """What this person reads; those who read the same share it."""

    def filled(text: str) -> str:
        return fill(text, group.definition.variables, traits, place.entry)

    text = filled(step.text)
    fields = [{name: filled(value) for name, value in one.fields.items()} for one in attachments]
    details = {name: filled(value) for name, value in step.details.items()} if isinstance(step, Send) else {}
    key = (text, *(value for one in fields for value in one.values()), *details.values())
    if key not in told:
        kinds = tuple([(one.kind, each) for one, each in zip(attachments, fields, strict=True)])
        told[key] = Message(text, kinds, details)
    return told[key]


def _wishes(batch: Batch, group: Group, step: Send | Invite) -> tuple[Wish, ...]:
    accounts = accounts_of(batch.around.conn)
    found = [(chosen(wish, accounts), wish.way) for wish in step.wishes]
    wishes = tuple(Wish(account.id, way) for account, way in found if not isinstance(account, Problem))
    if not wishes:
        problem = next(one for one, _ in found if isinstance(one, Problem))
        raise WrongState(
            state=group.journey.state,
            state_zh=group.journey.state,
            reason=f"step '{group.name}' can reach nobody: {problem.en}",
            reason_zh=f"步骤“{group.name}”无法触达任何人：{problem.zh}",
        )
    return wishes
