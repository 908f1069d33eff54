"""Whose messages these are: the stage of OneID in the pipeline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from siyu.engines.postgres import savepoint
from siyu.engines.vault import service as vault
from siyu.identity.rules import linking
from siyu.identity.rules.board import add_link
from siyu.identity.rules.claims import Key, Link, as_custom, stars
from siyu.identity.rules.values import normalise, normalise_scope, vault_kind
from siyu.identity.service.play import AUTOMATIC, Overtaken, Play, Settled, begin, reason_text, released, settle
from siyu.identity.store import reading, writing
from siyu.identity.types import NOBODY, TYPES, Attribution, Resolution
from siyu.intake.types import IdentifierClaim, Message
from siyu.kernel.errors import TryLater
from siyu.kernel.fact import Fact

_PAIR_STALE = timedelta(hours=1)
_IDENTIFIER_STALE = timedelta(days=1)
_ATTEMPTS = 20

log = structlog.get_logger(__name__)

Pair = tuple[int, int]  # places of the stronger and the weaker identifier


@dataclass(slots=True)
class Batch:
    """The messages as OneID reads them; identifiers are places in ``keys``, which stand in order of appearance."""

    messages: Sequence[Message]
    keys: list[Key]
    personal: dict[int, tuple[str, str]]  # place → vault kind, value
    deciding: list[int]
    links: list[Link]
    first_message: list[int]  # of each key


def resolve(conn: Connection, messages: Sequence[Message], now: datetime) -> Resolution:
    """Decide for each message whose it is; link what it names together; merge where the limits allow.

    Set-based: a handful of statements whatever the size of the batch, and only reading ones when everything is known.
    Safe under concurrency: customers that a new link concerns are locked in the order of their ids, and the caller has
    said with :func:`~siyu.identity.service.hold_people` that it is at work. Idempotent in its effect on the partition; the
    answer is the same for a repeat.

    Args:
        conn: a transaction of isolation READ COMMITTED; which one holds the people does not matter.
        messages: in the order in which they count; 1,000 to 5,000 are a good number.
        now: the moment, tz-aware.

    Raises:
        TryLater: others kept changing the same people; nothing was written, the batch may be tried again.
    """
    batch = read(messages)
    for _ in range(_ATTEMPTS):
        known = reading.lookup(conn, batch.keys, now - _IDENTIFIER_STALE)
        try:
            return _decide(conn, batch, known, now)
        except Overtaken:
            log.info("identity.overtaken", messages=len(messages))
    raise TryLater(
        reason="Others keep changing the same customers.", reason_zh="其他操作正在修改相同的客户。", retry_after=1
    )


def read(messages: Sequence[Message]) -> Batch:
    """Normalise every claim once, and find what the messages tie together."""
    places: dict[IdentifierClaim, int] = {}
    by_key: dict[Key, int] = {}
    keys: list[Key] = []
    personal: dict[int, tuple[str, str]] = {}

    def place_of(claim: IdentifierClaim) -> int:
        place = places.get(claim)
        if place is None:
            place = places[claim] = _place(claim, by_key, keys, personal)
        return place

    deciding, links = stars(messages, place_of, keys)
    first: list[int] = [0] * len(keys)
    for link in reversed(links):
        first[link.stronger] = first[link.weaker] = link.message
    for number in range(len(messages) - 1, -1, -1):
        if deciding[number] >= 0:
            first[deciding[number]] = number
    return Batch(messages, keys, personal, deciding, links, first)


def stored_key(type_name: str, scope: str, value: str) -> tuple[Key, str | None, str] | None:
    """The key under which a raw value is stored, its vault kind and its normalised value; ``None`` if unusable."""
    clean = clean_key(type_name, scope, value)
    if clean is None:
        return None
    kind = vault_kind(type_name, clean[2])
    stored = clean if kind is None else (*clean[:2], vault.fingerprint(kind, clean[2]))
    return stored, kind, clean[2]


def clean_key(type_name: str, scope: str, value: str) -> Key | None:
    """Type, scope and value, normalised, a personal value in clear; ``None`` if it identifies nobody."""
    clean = normalise(type_name, value)
    where = normalise_scope(scope)
    if clean is None or where is None:
        return None
    return type_name, "" if type_name in {"phone", "email", "alipay"} else where, clean


def _place(
    claim: IdentifierClaim, by_key: dict[Key, int], keys: list[Key], personal: dict[int, tuple[str, str]]
) -> int:
    found = stored_key(*as_custom(claim), claim.value)
    if found is None:
        return -1
    key, kind, clean = found
    place = by_key.get(key)
    if place is None:
        place = by_key[key] = len(keys)
        keys.append(key)
        if kind is not None:
            personal[place] = (kind, clean)
    return place


def _decide(conn: Connection, batch: Batch, known: dict[int, tuple[int, int, bool]], now: datetime) -> Resolution:
    pairs = [_oriented(batch, link, known) for link in batch.links]
    wanted = {pair for pair in pairs if pair[0] in known and pair[1] in known}
    logged, seen_again = _logged(conn, wanted, known, now)
    entries = _entries(batch, pairs, logged)
    missing = [place for place in range(len(batch.keys)) if place not in known]
    stale = [known[place][0] for place in known if known[place][2]]
    if not entries and not missing:
        writing.touch(conn, stale, seen_again, now)
        return Resolution([_attribution(place, known) for place in batch.deciding])
    with savepoint(conn):
        resolution = _extend(conn, batch, known, entries, missing, logged, now)
    new_pairs = {(known[p][0], known[q][0]) for _, (p, q), _ in entries if p in known and q in known}
    writing.touch(conn, stale, [pair for pair in seen_again if pair not in new_pairs], now)
    return resolution


def _oriented(batch: Batch, link: Link, known: dict[int, tuple[int, int, bool]]) -> Pair:
    """The same two identifiers always in the same order: by priority, then the older first."""
    one, other = link.stronger, link.weaker
    rank_one, rank_other = TYPES[batch.keys[one][0]].priority, TYPES[batch.keys[other][0]].priority
    if rank_one != rank_other:
        return (one, other) if rank_one > rank_other else (other, one)
    age_one, age_other = (known[place][0] if place in known else float("inf") for place in (one, other))
    return (one, other) if (age_one, one) < (age_other, other) else (other, one)


def _logged(
    conn: Connection, wanted: set[Pair], known: dict[int, tuple[int, int, bool]], now: datetime
) -> tuple[dict[Pair, tuple[int, int, int]], list[tuple[int, int]]]:
    """Pairs that have evidence: logged strength, held strength, state; and those not seen for a while, by their ids."""
    by_ids = {(known[p][0], known[q][0]): (p, q) for p, q in wanted}
    logged, stale = {}, []
    for row in reading.pairs(conn, sorted(by_ids), now - _PAIR_STALE):
        ids = (row.stronger, row.weaker)
        most = linking.SELF if row.self_seq is not None else linking.CONTACT if row.contact_seq is not None else 0
        logged[by_ids[ids]] = (most, row.strength, row.state)
        if row.stale:
            stale.append(ids)
    return logged, stale


def _entries(
    batch: Batch, pairs: Sequence[Pair], logged: dict[Pair, tuple[int, int, int]]
) -> list[tuple[Link, Pair, bool]]:
    """What is new for the log, in order: a pair's first link, and its first one of greater strength."""
    most = {pair: entry[0] for pair, entry in logged.items()}
    entries = []
    for link, pair in zip(batch.links, pairs, strict=True):
        before = most.get(pair, 0)
        if link.strength > before:
            entries.append((link, pair, before > 0))
            most[pair] = link.strength
    return entries


def _extend(
    conn: Connection,
    batch: Batch,
    known: dict[int, tuple[int, int, bool]],
    entries: Sequence[tuple[Link, Pair, bool]],
    missing: Sequence[int],
    logged: dict[Pair, tuple[int, int, int]],
    now: datetime,
) -> Resolution:
    """Play the new links over the customers they concern, and write down what came of it."""
    concerned = {place for _, pair, _ in entries for place in pair if place in known}
    play = begin(conn, {known[place][1] for place in concerned}, [batch.keys[place][:2] for place in missing])
    node = {place: play.node_of.get(known[place][0], -1) for place in concerned}
    if -1 in node.values():
        raise Overtaken
    node |= {place: len(play.before) + n for n, place in enumerate(missing)}
    again = {pair for _, pair, _ in entries if pair[0] in known and pair[1] in known}
    if _logged(conn, again, known, now)[0] != {pair: logged[pair] for pair in again if pair in logged}:
        raise Overtaken
    seqs = writing.take(conn, "log_seq", len(entries))
    first = len(play.board.left)
    for seq, (link, (p, q), repeat) in zip(seqs, entries, strict=True):
        play.seq_of[add_link(play.board, node[p], node[q], link.strength, repeat=repeat)] = seq
    linking.link_all(play.board, first, len(play.board.left))
    _vault(conn, batch, missing)
    new = [(batch.keys[place], batch.messages[batch.first_message[place]].occurred_at) for place in missing]
    settled = settle(conn, play, new, actor=AUTOMATIC, reason="link", now=now)
    writing.change_evidence(conn, released(play))
    writing.write_evidence(conn, _evidence(batch, play, entries, logged, first), now)
    found = {place: (play.ids[n], settled.customer_of[n]) for place, n in node.items()}
    for place, (identifier, customer, _) in known.items():
        n = play.node_of.get(identifier, -1)
        found[place] = (identifier, settled.customer_of[n] if n >= 0 else customer)
    entry_of = {first + n: link.message for n, (link, _, _) in enumerate(entries)}
    facts = _facts(batch, play, settled, entry_of, now)
    attributions = [_attribution(place, found) for place in batch.deciding]
    return Resolution(attributions, settled.created, settled.merged, facts)


def _vault(conn: Connection, batch: Batch, missing: Sequence[int]) -> None:
    items = [batch.personal[place] for place in missing if place in batch.personal]
    if items:
        vault.store(conn, items)


def _evidence(
    batch: Batch,
    play: Play,
    entries: Sequence[tuple[Link, Pair, bool]],
    logged: dict[Pair, tuple[int, int, int]],
    first: int,
) -> list[writing.EvidenceRow]:
    """One row a pair. While it holds, what is said again does not change how it came to hold."""
    board = play.board
    found: dict[Pair, writing.EvidenceRow] = {}
    for index, (link, pair, _) in enumerate(entries, first):
        strength, state, reason = link.strength, board.outcome[index], reason_text(play, board.reason[index])
        message, seq = batch.messages[link.message], play.seq_of[index]
        earlier = found.get(pair)
        held = logged.get(pair) if earlier is None else (0, earlier.strength, earlier.state)
        if held is not None and held[2] <= linking.LAST_ACTIVE and state == linking.SAME:
            strength, state = max(strength, held[1]), held[2]
        is_self = link.strength == linking.SELF
        found[pair] = writing.EvidenceRow(
            play.ids[board.left[index]], play.ids[board.right[index]],
            (earlier.contact_seq if earlier else None) if is_self else seq, seq if is_self else None,
            earlier.seen if earlier else message.occurred_at, earlier.source_id if earlier else message.source_id,
            earlier.message_id if earlier else message.message_id, strength, state, reason,
        )  # fmt: skip
    return list(found.values())


def _facts(batch: Batch, play: Play, settled: Settled, entry_of: dict[int, int], now: datetime) -> list[Fact]:
    message_of = {play.seq_of[index]: batch.messages[number] for index, number in entry_of.items()}
    final = dict(settled.merged)
    facts = []
    for act in settled.acts:
        message = message_of.get(act.seq)
        source, name = (message.source_id, message.message_id) if message else (0, "")
        customer = final.get(act.customer_id, act.customer_id)
        if act.op == "merge":
            properties = {"loser": act.other_id, "reason": "link", "stronger": act.stronger, "weaker": act.weaker}
            facts.append(Fact("customer.merged", customer, act.stronger, now, source, name, properties=properties))
        else:
            leaving = {"other": act.other_id, "identifiers": list(act.identifiers), "reason": act.reason}
            facts.append(Fact("customer.split", customer, 0, now, source, name, properties=leaving))
    return facts


def _attribution(place: int, found: dict[int, tuple[int, int]] | dict[int, tuple[int, int, bool]]) -> Attribution:
    if place < 0:
        return NOBODY
    entry = found[place]
    return Attribution(entry[1], entry[0])
