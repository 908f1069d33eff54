"""The one function through which everything that reaches a person goes."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from siyu.kernel.errors import BadInput, IdempotencyMismatch
from siyu.touch.rules.offers import Offer
from siyu.touch.service import messages, wishes
from siyu.touch.service.deciding import decide
from siyu.touch.service.held import hold_customers
from siyu.touch.service.writing import Ticket
from siyu.touch.store import touches
from siyu.touch.types import Decision, Proposal, Reason, Wish

MOST: Final = 20_000
_KEY: Final = re.compile(r"[!-}]{1,180}")  # printable, without a space and without what follows "}"
_KIND: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")
_MOST_WISHES: Final = 10
_PURPOSES: Final = frozenset({"service", "transactional", "marketing"})


def propose(
    conn: Connection, proposals: Sequence[Proposal], now: datetime, held: Mapping[int, int] | None = None
) -> list[Decision]:
    """Decide of each proposal whether it is sent, waits or is dropped, and why; one answer for each, in order.

    What is sent goes out behind this transaction; what waits is decided again by :func:`decide_due`. The people are
    locked until the end of the transaction, in the order of their ids, so keep it short. A caller that writes rows of the
    same people before has called :func:`hold_customers` first.

    Idempotent by key: the same key and input is answered with the first decision, and changes nothing.

    Args:
        conn: an open transaction of isolation READ COMMITTED.
        proposals: up to 20,000, with keys of their own; several of one person compete with each other.
        now: the present.
        held: what :func:`hold_customers` or :func:`hold_free` said of all of these people, in this transaction.

    Raises:
        BadInput: a proposal cannot be understood; nothing of the batch was kept.
        NotFound: there is no such programme.
        IdempotencyMismatch: a key was used before with something else.
    """
    if not proposals:
        return []
    _check(proposals)
    living = hold_customers(conn, [one.customer_id for one in proposals]) if held is None else held
    shown: dict[tuple[Wish, ...], list[tuple[int, str]]] = {}
    for one in proposals:
        if one.wishes not in shown:
            shown[one.wishes] = [(account_id, way) for account_id, way in one.wishes]
    inputs = [_input(one, shown[one.wishes]) for one in proposals]
    answers = _answered(conn, proposals, [hash_ for hash_, _, _ in inputs], living)
    fresh = [each for each in zip(proposals, inputs, strict=True) if each[0].key not in answers]
    wishes.check(conn, _used([one for one, _ in fresh]))
    contents = messages.contents_of([hash_ for _, (_, hash_, _) in fresh])
    tickets = [_ticket(*each, content, living) for each, content in zip(fresh, contents, strict=True)]
    for decision in decide(conn, tickets, set(living.values()), now):
        answers[decision.key] = decision
    return [answers[one.key] for one in proposals]


def _check(proposals: Sequence[Proposal]) -> None:
    if len(proposals) > MOST or len({one.key for one in proposals}) < len(proposals):
        raise BadInput(
            reason=f"propose up to {MOST:,} touches at once, each under a key of its own.",
            reason_zh=f"每次最多提交 {MOST:,} 条触达，且键不得重复。",
        )
    for wished in {one.wishes for one in proposals}:
        if not 1 <= len(wished) <= _MOST_WISHES or len(set(wished)) < len(wished):
            key = next(one.key for one in proposals if one.wishes == wished)
            raise BadInput(
                reason=f"'{key}' needs 1 to {_MOST_WISHES} different ways to reach the person.",
                reason_zh=f"“{key}”须指定 1 至 {_MOST_WISHES} 种不同的触达方式。",
            )
    for one in proposals:
        if not _KEY.fullmatch(one.key):
            raise BadInput(
                reason=f"the key {one.key[:200]!r} is not 1 to 180 printable characters without spaces and '~'.",
                reason_zh=f"键“{one.key[:200]}”须为 1 至 180 个可见字符，且不含空格与“~”。",
            )
        if one.purpose not in _PURPOSES:
            raise BadInput(
                reason=f"'{one.purpose}' is no purpose: use service, transactional or marketing.",
                reason_zh=f"“{one.purpose}”不是有效的目的：请使用 service、transactional 或 marketing。",
            )
        if one.valid_until.tzinfo is None or (one.not_before is not None and one.not_before.tzinfo is None):
            raise BadInput(
                reason=f"the moments of '{one.key}' need a time zone.", reason_zh=f"“{one.key}”的时间须带有时区。"
            )
        if one.kinds and not all(_KIND.fullmatch(kind) for kind in one.kinds):
            raise BadInput(
                reason=f"kinds of '{one.key}' are small letters, digits and '_': red_packet.",
                reason_zh=f"“{one.key}”的类型须为小写字母、数字与下划线，例如 red_packet。",
            )
        said = one.message
        if not (said.text.strip() or said.attachments or said.details):
            raise BadInput(reason=f"'{one.key}' says nothing.", reason_zh=f"“{one.key}”没有内容。")


def _input(one: Proposal, wishes_: list[tuple[int, str]]) -> tuple[str, str, bytes]:
    """Hash of everything but whose it is (they may have been merged since); hash and bytes of the message."""
    hash_, raw = messages.packed(one.message)
    said = (
        one.programme_id, one.purpose, hash_, wishes_, one.value_fen, one.valid_until,
        sorted(one.kinds) if one.kinds else (), one.not_before,
    )  # fmt: skip
    return blake2b(orjson.dumps(said), digest_size=16).hexdigest(), hash_, raw


def _answered(
    conn: Connection, proposals: Sequence[Proposal], hashes: Sequence[str], living: Mapping[int, int]
) -> dict[str, Decision]:
    """What was decided first of those that were proposed before."""
    known = touches.known(conn, [one.key for one in proposals])
    answers = {}
    for one, hash_ in zip(proposals, hashes, strict=True):
        if (before := known.get(one.key)) is not None:
            if before.input_hash != hash_ or before.customer_id != living[one.customer_id]:
                raise IdempotencyMismatch(key=one.key)
            answers[one.key] = _first(one.key, before.first)
    return answers


def _first(key: str, said: Mapping[str, Any]) -> Decision:
    until = datetime.fromisoformat(said["until"]) if said["until"] else None
    reasons = tuple([Reason(one["code"], one["effect"], one["details"]) for one in said["reasons"]])
    return Decision(key, said["outcome"], reasons, until)


def _used(fresh: Iterable[Proposal]) -> list[tuple[Any, Any]]:
    used = {(one.wishes, tuple(sorted(said)) if (said := one.message.details) else ()): one for one in fresh}
    return [(one.wishes, one.message) for one in used.values()]


def _ticket(one: Proposal, given: tuple[str, str, bytes], content: int, living: Mapping[int, int]) -> Ticket:
    input_hash, message_hash, packed = given
    offer = Offer(
        one.key, one.programme_id, living[one.customer_id], one.purpose, one.wishes, one.value_fen, one.valid_until,
        one.not_before, one.kinds, content,
    )  # fmt: skip
    return Ticket(offer, message_hash, input_hash, one.message, packed)
