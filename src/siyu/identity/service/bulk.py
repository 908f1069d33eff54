"""A first import of tens of millions of links at once: the same rules, compiled where it is much, in an order of its own."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray
from sqlalchemy import Connection

from siyu.engines.vault import service as vault
from siyu.identity.rules import linking
from siyu.identity.rules.board import Links, array_board, in_order, keep_apart, owners_of, played, rule_row
from siyu.identity.rules.claims import Key, as_custom, stars
from siyu.identity.rules.linking import Board
from siyu.identity.service.play import AUTOMATIC, REASONS
from siyu.identity.service.resolve import clean_key, stored_key
from siyu.identity.store import bulk, replaying, writing
from siyu.identity.types import TYPES, BulkLink, BulkResult
from siyu.intake.types import IdentifierClaim, Message, Strength
from siyu.kernel.fact import Fact
from siyu.timeline import service as timeline

_CHUNK = 50_000
_MESSAGES = 5_000
_OUTCOMES = {1: "merged", 2: "same", 4: "demoted", 5: "review", 6: "rejected"}

log = structlog.get_logger(__name__)


def links_of(messages: Iterable[Message]) -> Iterator[BulkLink]:
    """What messages tie together, for :func:`resolve_bulk`: the same stars that :func:`resolve` makes of them.

    Takes them a few thousand at a time. What identifies nobody is left out, and so is what a message names alone.
    """
    iterator = iter(messages)
    while chunk := list(islice(iterator, _MESSAGES)):
        yield from _links_of(chunk)


def _links_of(messages: Sequence[Message]) -> Iterator[BulkLink]:
    places: dict[IdentifierClaim, int] = {}
    by_key: dict[Key, int] = {}
    keys: list[Key] = []
    named: list[IdentifierClaim] = []  # how each key was first named

    def place_of(claim: IdentifierClaim) -> int:
        place = places.get(claim)
        if place is None:
            key = clean_key(*as_custom(claim), claim.value)
            place = -1 if key is None else by_key.setdefault(key, len(keys))
            if place == len(keys) and key is not None:
                keys.append(key)
                named.append(claim)
            places[claim] = place
        return place

    for link in stars(messages, place_of, keys)[1]:
        message = messages[link.message]
        strength: Strength = "self" if link.strength == linking.SELF else "contact"
        yield BulkLink(
            one=named[link.stronger]._replace(strength=strength),
            other=named[link.weaker]._replace(strength=strength),
            source_id=message.source_id,
            message_id=message.message_id,
            first_seen=message.occurred_at,
            last_seen=max(message.occurred_at, message.received_at),
        )


def resolve_bulk(conn: Connection, links: Iterable[BulkLink], now: datetime) -> BulkResult:
    """Take many links at once and decide them in the order that finds most and mistakes least: the surest first.

    The result is exactly what the log, in which the links stand in that order, leads to. Customers that exist already
    take part. From the first link on, whoever writes rows by customer waits until the transaction ends. Needs about 150
    bytes of memory an identifier and 60 a link, for what is new; links are taken as they come. Safe to repeat: links
    that are known already change nothing. The caller has the rooms follow ``merged`` and ``moved`` and appends the facts.
    """
    writing.hold_people(conn, alone=True)
    replaying.lock_all(conn)
    bulk.begin(conn)
    unusable = 0
    iterator = iter(links)
    while chunk := list(islice(iterator, _CHUNK)):
        staged = list(_normalised(conn, chunk))
        unusable += len(chunk) - len(staged)
        bulk.stage(conn, staged)
    bulk.number(conn)
    known = bulk.known(conn)
    customers = sorted({row.customer_id for row in known})
    classes = [(row.type, row.scope) for row in bulk.classes(conn)]
    if not classes:  # all of it is known
        return BulkResult(0, 0, dict.fromkeys(_OUTCOMES.values(), 0), unusable, [], [])
    board, places, held = _board(conn, classes, known, customers)
    played(len(board.left)).link_all(board, held, len(board.left))
    log.info("identity.bulk.decided", links=len(places), nodes=len(board.state) // linking.WIDTH)
    return _write(conn, board, places, held, classes, known, customers, unusable, now)


def _normalised(conn: Connection, chunk: Sequence[BulkLink]) -> Iterator[tuple[Any, ...]]:
    cache: dict[IdentifierClaim, Key | None] = {}
    personal: list[tuple[str, str]] = []

    def key_of(claim: IdentifierClaim) -> Key | None:
        if claim not in cache:
            found = stored_key(*as_custom(claim), claim.value)
            cache[claim] = None if found is None else found[0]
            if found is not None and found[1] is not None:
                personal.append((found[1], found[2]))
        return cache[claim]

    for link in chunk:
        one, other = key_of(link.one), key_of(link.other)
        if one is None or other is None or one == other:
            continue
        if TYPES[one[0]].priority < TYPES[other[0]].priority:
            one, other = other, one
        strength = linking.CONTACT if "contact" in {link.one.strength, link.other.strength} else linking.SELF
        yield (*one, *other, strength, link.source_id, link.message_id, link.first_seen, link.last_seen, link.times)
    if personal:
        vault.store(conn, personal)


def _board(
    conn: Connection, classes: Sequence[tuple[str, str]], known: Sequence[Any], customers: Sequence[int]
) -> tuple[Board, NDArray[np.int32], int]:
    """The board with what holds already and then the new links in their order; the places of those among the edges."""
    class_of, conflicts = bulk.nodes(conn)
    left, right, strength, repeat, times, first_seen = bulk.edges(conn)
    old_left, old_right, old_strength, old_state = bulk.held(conn)
    table = np.array([v for n, (kind, _) in enumerate(classes) for v in rule_row(TYPES[kind], n)], np.int32)
    given = Links(left, right, strength.astype(np.int8), times, first_seen)
    left, right, strong, places = in_order(table, class_of, given)
    held, count = len(old_left), len(class_of)
    board = array_board(
        table, class_of, np.concatenate((old_left, left)), np.concatenate((old_right, right)),
        np.concatenate((old_strength.astype(np.int8), strong)),
        np.concatenate((np.zeros(held, np.int8), repeat[places].astype(np.int8))),
    )  # fmt: skip
    index_of = {customer: index for index, customer in enumerate(customers)}
    owner = np.empty(count, np.int32)
    owner[: len(known)] = [index_of[row.customer_id] for row in known]
    owner[len(known) :] = np.arange(len(customers), len(customers) + count - len(known))
    played(count).seat(board.state, owner, np.full(len(customers) + count, -1, np.int32))
    board.state.reshape(-1, linking.WIDTH)[:, linking.CONFLICTS] = conflicts
    board.outcome[:held] = old_state
    board.counter[linking.FRESH] = len(customers) + count
    board = board._replace(
        into=np.full(len(customers), -1, np.int32),
        cause=np.full(len(customers), -1, np.int32),
        apart_head=np.full(count, -1, np.int32),
    )
    played(held).hold(board, held)
    return keep_apart(board, [(row.one, row.other) for row in bulk.aparts(conn)]), places, held


def _write(
    conn: Connection,
    board: Board,
    places: NDArray[np.int32],
    held: int,
    classes: Sequence[tuple[str, str]],
    known: Sequence[Any],
    customers: Sequence[int],
    unusable: int,
    now: datetime,
) -> BulkResult:
    owner = owners_of(board)
    conflicts = board.state.reshape(-1, linking.WIDTH)[:, linking.CONFLICTS].astype(np.int16)
    words = [REASONS[-1 - n] for n in range(len(REASONS))] + ["limit:" + kind for kind, _ in classes]
    spoken = np.where(board.reason >= 0, board.reason + len(REASONS), -1 - board.reason).astype(np.int16)
    first_seq = bulk.reserve_log(conn, max(1, len(places)))
    seqs = first_seq + np.arange(len(places), dtype=np.int64)
    outcome = board.outcome.astype(np.int16)
    edge = (places, outcome[held:], spoken[held:], seqs)
    ids = {row.owner: row.id for row in bulk.write(conn, owner, conflicts, edge, words, customers, now)}
    gone = np.flatnonzero(outcome[:held] > linking.LAST_ACTIVE)
    id_of = [row.id for row in known]
    writing.change_evidence(
        conn, [(id_of[board.left[n]], id_of[board.right[n]], int(outcome[n]), words[spoken[n]]) for n in gone]
    )
    merged, facts = _write_merges(conn, board, owner, ids, known, customers, first_seq - held, now)
    found = {name: int((outcome[held:] == code).sum()) for code, name in _OUTCOMES.items()}
    fresh = sum(1 for index in ids if index >= len(customers))
    return BulkResult(len(owner) - len(known), fresh, found, unusable, merged, facts)


def _write_merges(
    conn: Connection,
    board: Board,
    owner: NDArray[np.int32],
    ids: dict[int, int],
    known: Sequence[Any],
    customers: Sequence[int],
    seq_offset: int,
    now: datetime,
) -> tuple[list[tuple[int, int]], list[Fact]]:
    """What happened to customers that existed before: merges, and identifiers that left one."""
    survivor = list(range(len(customers)))
    for index in survivor:
        while board.into[survivor[index]] >= 0:
            survivor[index] = int(board.into[survivor[index]])
    index_of = {customer: index for index, customer in enumerate(customers)}
    members: dict[int, list[int]] = {}
    moved: dict[tuple[int, int], list[int]] = {}
    for node, row in enumerate(known):
        index = index_of[row.customer_id]
        members.setdefault(index, []).append(row.id)
        if owner[node] != survivor[index]:
            moved.setdefault((index, ids[int(owner[node])]), []).append(row.id)
    acts, facts = [], []
    for index in np.flatnonzero(board.into >= 0).tolist():
        seq = seq_offset + int(board.cause[index])
        winner, loser = customers[board.into[index]], customers[index]
        acts.append(writing.LedgerRow(seq, "merge", winner, loser, members[index], 0, 0, AUTOMATIC, "bulk"))
        what = {"loser": loser, "reason": "link", "stronger": 0, "weaker": 0}
        facts.append(Fact("customer.merged", customers[survivor[index]], 0, now, properties=what))
    for (index, customer), identifiers in moved.items():
        row = writing.LedgerRow(seq_offset, "release", customers[index], customer, identifiers, 0, 0, AUTOMATIC, "bulk")
        acts.append(row)
        left = {"other": customer, "identifiers": identifiers, "reason": "claimed"}
        facts.append(Fact("customer.split", customers[survivor[index]], 0, now, properties=left))
    merged = [(customers[n], customers[survivor[n]]) for n in range(len(customers)) if survivor[n] != n]
    writing.merge_customers(conn, merged)
    writing.write_ledger(conn, acts, now)
    gone = [(i, index, customer) for (index, customer), group in moved.items() for i in group]
    writing.write_departures(conn, [(customers[index], i) for i, index, _ in gone])
    version = writing.take(conn, "log_seq", 1)[0]
    pairs = [(i, customer) for i, _, customer in gone]
    writing.mark_moved(conn, [i for i, _ in pairs])
    timeline.append_aliases(conn, writing.write_aliases(conn, merged, pairs, version))
    return merged, facts
