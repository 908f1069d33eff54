"""The one way out of channels. The touch gate calls :func:`deliver`, and nothing else does.

tests/architecture/test_house.py holds it: no other function makes a delivery, and a plugin's ``send`` is called for
deliveries alone.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from siyu.channels import registry
from siyu.channels.service.acting import able, wake
from siyu.channels.service.quotas import give_back, reserve
from siyu.channels.store import deliveries as tables
from siyu.channels.types import Account, Capability, Content, Delivery, Item, Refusal, Reservation, Wanted, Way
from siyu.engines.vault import service as vault
from siyu.kernel.errors import BadInput, IdempotencyMismatch

MOST_ITEMS: Final = 10_000
TURNED_CHANNEL: Final = "siyu_channels_turned"  # NOTIFY wakes whoever takes what turned
_LONGEST_KEY: Final = 200
_subject: Final = attrgetter("subject_id")


def deliver(conn: Connection, account: Account, way: str, items: Sequence[Item], now: datetime) -> list[Delivery]:
    """Have items sent behind this transaction, each at most once in its life; one answer for each, in order.

    **For the touch gate alone**: whoever else called it would reach people whom the gate protects. Quotas are taken here,
    in the transaction in which the gate decides; what has no room is answered as ``held``, keeps nothing, and may come
    again under the same key. Everything else is kept under its key: the same key again is answered with what became of
    it, and sent no second time, whoever dies in between. What a platform refuses is given back to the quotas.

    Args:
        conn: an open transaction; keep it short, others wait for the same quotas.
        account: through which.
        way: one of its channel.
        items: 1 to 10,000, each with a key of its own of 1 to 200 characters.
        now: the present.

    Raises:
        BadInput: there is no such way, or items are none, too many, or without a key or a subject.
        IdempotencyMismatch: a key was used before with something else.
        CannotAct, Conflict: nothing can be sent with the account.
    """
    able(account, Capability.SEND)
    declared = _way(account, way)
    _check(items)
    said = {id(one): _content(one) for one in {id(item.content): item.content for item in items}.values()}
    hashes = {item.key: _hash(item, said[id(item.content)][0]) for item in items}
    answers: dict[str, Delivery] = dict(_kept(conn, account, hashes, way))
    fresh = [item for item in items if item.key not in answers]
    taken, refused = _take(conn, account, declared, fresh, now)
    answers |= {item.key: _held(item, declared, refused[item.key]) for item in fresh if item.key in refused}
    going = [item for item in fresh if item.key not in refused]
    contents = dict([said[id(item.content)] for item in going])
    sealed = dict(zip(contents, vault.seal_all(list(contents.values())), strict=True))
    tables.put_contents(conn, account.id, sealed)
    overtaken = tables.insert(conn, account.id, way, _columns(going, hashes, said, taken), now) if going else set()
    answers |= {item.key: _ready(item, way, now) for item in going if item.key not in overtaken}
    if overtaken:  # somebody used the key at this very moment
        give_back(conn, account, [taken[key] for key in overtaken if key in taken], now)
        answers |= _kept(conn, account, {key: hashes[key] for key in overtaken}, way)
    wake(conn)
    return [answers[item.key] for item in items]


def deliveries(conn: Connection, account_id: int, keys: Sequence[str]) -> dict[str, Delivery]:
    """What became of items, by key; one that is not kept is absent."""
    return {key: found for key, (_, found) in tables.known(conn, account_id, keys).items()}


def take_turned(conn: Connection, most: int) -> list[tuple[int, Delivery]]:
    """Deliveries, each with its account, that turned and of which nobody was told yet: staff have to confirm, it is sent,
    it is refused. Taken with this transaction: whoever takes them keeps what came of them in it.
    """
    turned: dict[int, set[str]] = {}
    for account_id, key in tables.take_turned(conn, most):
        turned.setdefault(account_id, set()).add(key)
    return [
        (account_id, delivery)
        for account_id, keys in turned.items()
        for _, delivery in tables.known(conn, account_id, sorted(keys)).values()
    ]


def items_of(conn: Connection, account_id: int, keys: Sequence[str]) -> dict[str, Item]:
    """What was given to :func:`deliver` under these keys; one that is not kept is absent."""
    found = tables.items(conn, account_id, keys)
    sealed = tables.contents(conn, account_id, {row.content_hash for row in found})
    contents = {hash_: read_content(raw) for hash_, raw in sealed.items()}
    return {
        row.key: Item(row.key, row.subject_id, contents[row.content_hash], row.staff_id, row.details, row.until)
        for row in found
    }


def read_content(sealed: bytes) -> Content:
    """Inverse of what :func:`deliver` keeps."""
    said = orjson.loads(vault.open_sealed(sealed))
    return Content(said["text"], tuple((kind, fields) for kind, fields in said["attachments"]))


def _way(account: Account, name: str) -> Way:
    ways = {one.name: one for one in registry.about(account.channel).ways}
    if name not in ways:
        known = ", ".join(sorted(ways))
        raise BadInput(reason=f"there is no way '{name}': use {known}.", reason_zh=f"没有“{name}”这种方式：{known}。")
    return ways[name]


def _check(items: Sequence[Item]) -> None:
    keys = {item.key for item in items}
    if not 1 <= len(items) <= MOST_ITEMS or len(keys) < len(items):
        raise BadInput(
            reason=f"send 1 to {MOST_ITEMS:,} items, each under a key of its own.",
            reason_zh=f"每次提交 1 至 {MOST_ITEMS:,} 条，且键不得重复。",
        )
    lengths = [len(key) for key in keys]
    if min(lengths) < 1 or max(lengths) > _LONGEST_KEY or not all(map(_subject, items)):
        raise BadInput(
            reason=f"an item needs a key of up to {_LONGEST_KEY} characters and a subject.",
            reason_zh=f"每条须有键（不超过 {_LONGEST_KEY} 个字符）与对象。",
        )


def _content(content: Content) -> tuple[str, bytes]:
    """Its keyed hash, because a short text can be guessed from a plain one, and what is sealed of it."""
    if content.attachments:
        said = {"text": content.text, "attachments": [[kind, dict(fields)] for kind, fields in content.attachments]}
        raw = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    else:
        raw = b'{"attachments":[],"text":%b}' % orjson.dumps(content.text)
    return vault.fingerprint("name", raw.decode()), raw


def _hash(item: Item, content_hash: str) -> str:
    details = sorted(item.details.items()) if item.details else ()
    given = orjson.dumps((item.key, item.subject_id, item.staff_id, details, content_hash))
    return hashlib.blake2b(given, digest_size=32).hexdigest()


def _columns(
    items: Sequence[Item],
    hashes: Mapping[str, str],
    said: Mapping[int, tuple[str, bytes]],
    taken: Mapping[str, Reservation],
) -> dict[str, list[Any]]:
    return {
        "key": [item.key for item in items],
        "input_hash": [hashes[item.key] for item in items],
        "subject_id": [item.subject_id for item in items],
        "staff_id": [item.staff_id for item in items],
        "content_hash": [said[id(item.content)][0] for item in items],
        "until": [item.until for item in items],
        "details": [item.details for item in items],
        "taken": [taken[item.key].taken if item.key in taken else () for item in items],
    }


def _kept(conn: Connection, account: Account, hashes: Mapping[str, str], way: str) -> dict[str, Delivery]:
    """What became of these, given as key → hash of the input, as far as they came before."""
    found = tables.known(conn, account.id, list(hashes))
    for key, (input_hash, delivery) in found.items():
        if input_hash != hashes[key] or delivery.way != way:
            raise IdempotencyMismatch(key=key)
    return {key: delivery for key, (_, delivery) in found.items()}


def _take(
    conn: Connection, account: Account, way: Way, items: Sequence[Item], now: datetime
) -> tuple[dict[str, Reservation], dict[str, Refusal]]:
    """What was taken from the quotas for each, and who found no room."""
    if not way.quotas or not items:
        return {}, {}
    named = (way.name,)
    wanted = [Wanted(one.key, named, one.subject_id, one.staff_id, 1, one.details) for one in items]
    answers = reserve(conn, account, wanted, now)
    taken = {one.key: one for one in answers if isinstance(one, Reservation)}
    return taken, {one.key: one for one in answers if isinstance(one, Refusal)}


def _ready(item: Item, way: str, now: datetime) -> Delivery:
    return Delivery(item.key, way, item.subject_id, item.staff_id, "ready", asked_at=now)


def _held(item: Item, way: Way, refusal: Refusal) -> Delivery:
    return Delivery(
        item.key,
        way.name,
        item.subject_id,
        item.staff_id,
        "held",
        reason=f"The quota is used up: {refusal.en}.",
        reason_zh=f"配额已用完：{refusal.zh}。",
        retry_at=refusal.free_at,
    )
