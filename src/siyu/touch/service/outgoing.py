"""What the gate lets through is handed to channels, wish after wish, until one finds room."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from siyu.channels import service as channels
from siyu.channels.types import FILE, Account, Address, Content, Delivery, Item
from siyu.content import service as media
from siyu.content.types import MEDIUM
from siyu.touch.rules.choosing import Chosen
from siyu.touch.rules.judging import Judge
from siyu.touch.rules.offers import Person
from siyu.touch.service import messages
from siyu.touch.service.wishes import Roads
from siyu.touch.service.writing import Outgoing, Ticket
from siyu.touch.types import Message, Reason, Wish

_ACTOR: Final = "system:touch"


def delivery_key(key: str, attempt: int) -> str:
    """A touch is one delivery in each attempt; the first has its own key."""
    return key if attempt == 1 else f"{key}~{attempt}"


def touch_of(key: str) -> tuple[str, int]:
    """Inverse of :func:`delivery_key`."""
    own, _, attempt = key.partition("~")
    return own, int(attempt or 1)


def send(
    conn: Connection,
    roads: Roads,
    judge: Judge,
    people: Mapping[int, Person],
    chosen: Sequence[Chosen],
    tickets: Mapping[str, Ticket],
    now: datetime,
) -> dict[str, Outgoing]:
    """Hand over whatever is to be sent; returns how each goes out. What finds no room waits or is dropped."""
    going = [one for one in chosen if one.outcome == "send"]
    texts = {
        hash_: (Content(message.text, message.attachments), message.details)
        for hash_, message in _messages(conn, [tickets[one.offer.key] for one in going]).items()
    }
    kept = _Kept(conn, texts, now)
    sent: dict[str, Outgoing] = {}
    held: dict[str, list[Delivery]] = {}
    step = 0
    while going:
        groups: dict[tuple[int, str], list[Chosen]] = {}
        for one in going:
            wish = one.offer.wishes[one.verdict.wishes[step]]
            groups.setdefault((wish.account_id, wish.way), []).append(one)
        for (account_id, way), group in sorted(groups.items()):
            addresses = roads.addresses[Wish(account_id, way)]
            items = [
                _item(one, addresses[one.offer.customer_id], account_id, judge, people, tickets[one.offer.key], kept)
                for one in group
            ]
            for start in range(0, len(items), channels.MOST_ITEMS):
                piece = slice(start, start + channels.MOST_ITEMS)
                answers = channels.deliver(conn, roads.accounts[account_id], way, items[piece], now)
                for one, answer in zip(group[piece], answers, strict=True):
                    if answer.state == "held":
                        held.setdefault(one.offer.key, []).append(answer)
                    else:
                        sent[one.offer.key] = Outgoing(
                            one.verdict.wishes[step], account_id, way, answer.subject_id, answer.staff_id
                        )
        step += 1
        going = [one for one in going if one.offer.key not in sent and len(one.verdict.wishes) > step]
    for one in chosen:
        if one.offer.key in held:
            _note_held(one, held[one.offer.key], judge, people, went=one.offer.key in sent)
    return sent


def announcement_key(announcement_id: int, group_id: str) -> str:
    """The key of the delivery to one group."""
    return f"announcement:{announcement_id}:{group_id}"


def to_groups(
    conn: Connection,
    account: Account,
    way: str,
    announcement_id: int,
    message: Message,
    groups: Sequence[tuple[str, str]],
    until: datetime,
    now: datetime,
) -> dict[str, Delivery]:
    """Hand over what is said to these chats, each with its owner; what became of it at once, by the chat."""
    texts = {"": (Content(message.text, message.attachments), message.details)}
    content, details = _Kept(conn, texts, now).shown("", account.id)
    items = [
        Item(announcement_key(announcement_id, group_id), group_id, content, owner, details, until)
        for group_id, owner in groups
    ]
    answers = channels.deliver(conn, account, way, items, now)
    return {group_id: answer for (group_id, _), answer in zip(groups, answers, strict=True)}


def to_staff(
    conn: Connection, account: Account, way: str, key: str, staff_id: str, text: str, until: datetime, now: datetime
) -> Delivery:
    """Hand over what a member of staff is to see; what became of it at once."""
    (answer,) = channels.deliver(conn, account, way, [Item(key, staff_id, Content(text), until=until)], now)
    return answer


class _Kept:
    """What messages say, by their hash; media that they show are kept with the account that sends them."""

    def __init__(self, conn: Connection, texts: Mapping[str, tuple[Content, Mapping[str, str]]], now: datetime) -> None:
        self._conn, self._texts, self._now = conn, texts, now
        self._shown: dict[tuple[str, int], Content] = {}
        self._files: dict[tuple[str, int], int | None] = {}

    def shown(self, hash_: str, account_id: int) -> tuple[Content, Mapping[str, str]]:
        said, details = self._texts[hash_]
        if not said.attachments or not any(MEDIUM in fields for _, fields in said.attachments):
            return said, details
        if (hash_, account_id) not in self._shown:
            attachments = tuple([(kind, self._with_file(fields, account_id)) for kind, fields in said.attachments])
            self._shown[hash_, account_id] = Content(said.text, attachments)
        return self._shown[hash_, account_id], details

    def _with_file(self, fields: Mapping[str, str], account_id: int) -> Mapping[str, str]:
        medium = fields.get(MEDIUM)
        if medium is None:
            return fields
        if (medium, account_id) not in self._files:
            self._files[medium, account_id] = self._file(medium, account_id)
        file = self._files[medium, account_id]
        rest = {name: text for name, text in fields.items() if name != MEDIUM}
        return {**rest, FILE: str(file)} if file is not None else fields

    def _file(self, medium: str, account_id: int) -> int | None:
        """``None`` where there are no such bytes: the platform refuses that one, and nobody else waits for it."""
        if not media.has_medium(self._conn, medium):
            return None
        # The hash of a medium is what its file is known by too; bytes are read only for the first time.
        if (kept := channels.kept_file(self._conn, account_id, bytes.fromhex(medium))) is not None:
            return kept
        about, content = media.medium_bytes(self._conn, medium)
        return channels.keep_file(self._conn, account_id, about.name, content, about.media_type, _ACTOR, self._now)


def _messages(conn: Connection, tickets: Sequence[Ticket]) -> dict[str, Message]:
    found = {one.message_hash: one.message for one in tickets if one.message is not None}
    return found | messages.read(conn, {one.message_hash for one in tickets} - set(found))


def _item(
    one: Chosen,
    address: Address,
    account_id: int,
    judge: Judge,
    people: Mapping[int, Person],
    ticket: Ticket,
    kept: "_Kept",
) -> Item:
    offer = one.offer
    content, details = kept.shown(ticket.message_hash, account_id)
    return Item(
        delivery_key(offer.key, ticket.attempt),
        address.subject_id,
        content,
        address.staff_id,
        details,
        judge.permitted_until(offer, people[offer.customer_id]),
    )


def _note_held(
    one: Chosen, held: Sequence[Delivery], judge: Judge, people: Mapping[int, Person], *, went: bool
) -> None:
    """Why a platform had no room; decides only where no wish found any."""
    free = [answer.retry_at for answer in held if answer.retry_at is not None]
    until = min(free, default=None)
    for answer in held:
        code = "no_grant" if answer.retry_at is None else "no_room"
        details = {"way": answer.way, "quota": answer.reason, "quota_zh": answer.reason_zh}
        effect = (
            "pass" if went or (until is not None and answer.retry_at is None) else "drop" if until is None else "defer"
        )
        if answer.retry_at is not None:
            details["until"] = answer.retry_at.isoformat()
        one.verdict.reasons.append(Reason(code, effect, details))  # type: ignore[arg-type]
    if not went:
        if until is None:
            one.verdict.dropped = True
        else:
            one.verdict.until = until
            judge.close(one.offer, people[one.offer.customer_id], one.verdict)
