"""The assignment as the log says it must be, compared with what is stored."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow
from siyu.identity.rules import linking
from siyu.identity.rules.board import WORTH_COMPILING, array_board, compiled, keep_apart, listed, part, rule_row
from siyu.identity.rules.linking import Board
from siyu.identity.service.play import AUTOMATIC
from siyu.identity.store import replaying, writing
from siyu.identity.types import TYPES, Difference
from siyu.timeline import service as timeline


@dataclass(slots=True)
class _Replay:
    board: Board
    node_of: dict[int, int]
    links: list[AnyRow]


def rebuild(
    conn: Connection, now: datetime, *, repair: bool = False, compile_from: int = WORTH_COMPILING
) -> list[Difference]:
    """Replay the whole log and say where the stored assignment differs; with ``repair``, put it right.

    An empty answer means that customers, shared identifiers and the evidence that holds are exactly what the links and
    the operators' acts, taken in their order, lead to. Needs memory for the whole log; writers wait meanwhile. From
    ``compile_from`` links on the rules run compiled, which takes some seconds first.
    """
    if repair:
        writing.hold_people(conn, alone=True)
    replaying.lock_all(conn)
    identifiers = replaying.identifiers(conn)
    replay = _replay(conn, identifiers, compile_from)
    state = replay.board.state
    roots = [int(linking.find(state, node)) for node in range(len(identifiers))]
    found, wrong = _compare_people(identifiers, roots)
    for node, row in enumerate(identifiers):
        conflicts = int(state[node * linking.WIDTH + linking.CONFLICTS])
        if conflicts != row.conflicts:
            found.append(Difference("conflicts", str(row.id), str(row.conflicts), str(conflicts)))
            wrong.add(node)
    states = _compare_evidence(conn, replay, found)
    if repair and found:
        _repair(conn, identifiers, roots, replay, now)
        replaying.set_states(conn, states)
    return found


def _replay(conn: Connection, identifiers: Sequence[AnyRow], compile_from: int) -> _Replay:
    numbers: dict[tuple[str, str], int] = {}
    classes = [numbers.setdefault((row.type, row.scope), len(numbers)) for row in identifiers]
    table = [value for (kind, _), number in numbers.items() for value in rule_row(TYPES[kind], number)]
    node_of = {row.id: node for node, row in enumerate(identifiers)}
    links = replaying.log(conn)
    left = [node_of[row.stronger] for row in links]
    right = [node_of[row.weaker] for row in links]
    columns = ([row.strength for row in links], [row.repeat for row in links])
    play: Callable[[Board, int, int], None] = linking.link_all
    if len(links) < compile_from:
        board = listed(table, classes, left, right, *columns)
    else:
        play = compiled().link_all
        board = array_board(
            np.array(table, np.int32), np.array(classes, np.int32), np.array(left, np.int32), np.array(right, np.int32),
            np.array(columns[0], np.int8), np.array(columns[1], np.int8),
        )._replace(apart_head=np.full(len(classes), -1, np.int32))  # fmt: skip
    done = 0
    for act in replaying.acts(conn):
        stop = done
        while stop < len(links) and links[stop].seq < act.seq:
            stop += 1
        play(board, done, stop)
        done = stop
        if act.op == "split":
            board, _ = part(board, [node_of[identifier] for identifier in act.identifiers])
        else:
            board = keep_apart(board, [(node_of[act.stronger], node_of[act.weaker])])
    play(board, done, len(links))
    return _Replay(board, node_of, links)


def _compare_people(identifiers: Sequence[AnyRow], roots: Sequence[int]) -> tuple[list[Difference], set[int]]:
    """A customer must be exactly one group: the first identifier of each tells which belong together."""
    of_customer: dict[int, int] = {}
    of_root: dict[int, int] = {}
    found, wrong = [], set()
    for node, (row, root) in enumerate(zip(identifiers, roots, strict=True)):
        expected = of_root.setdefault(root, row.customer_id)
        owner = of_customer.setdefault(row.customer_id, root)
        if expected != row.customer_id or owner != root:
            found.append(Difference("customer", str(row.id), str(row.customer_id), str(expected)))
            wrong.add(node)
    return found, wrong


def _compare_evidence(conn: Connection, replay: _Replay, found: list[Difference]) -> list[tuple[int, int, int]]:
    """Whether each edge holds; returns those to be put right."""
    outcome: dict[tuple[int, int], int] = {}
    for index, row in enumerate(replay.links):
        pair, now = (row.stronger, row.weaker), int(replay.board.outcome[index])
        before = outcome.get(pair, now)
        outcome[pair] = before if before <= linking.LAST_ACTIVE < now else now
    changes = []
    for row in replaying.evidence_states(conn):
        state = outcome.get((row.stronger, row.weaker), linking.REVIEW)
        if (state <= linking.LAST_ACTIVE) != (row.state <= linking.LAST_ACTIVE):
            found.append(Difference("evidence", f"{row.stronger}-{row.weaker}", str(row.state), str(state)))
            changes.append((row.stronger, row.weaker, state))
    return changes


def _repair(
    conn: Connection, identifiers: Sequence[AnyRow], roots: Sequence[int], replay: _Replay, now: datetime
) -> None:
    """Every group keeps the oldest customer it has that no older group took; the rest get new ones."""
    taken: dict[int, int] = {}  # root → customer
    free = {row.customer_id for row in identifiers}
    for row, root in zip(identifiers, roots, strict=True):
        if root not in taken and row.customer_id in free:
            taken[root] = row.customer_id
            free.discard(row.customer_id)
    homeless = sorted(set(roots) - set(taken))
    fresh = writing.take(conn, "id_seq", len(homeless))
    writing.insert_customers(conn, fresh, now)
    taken |= dict(zip(homeless, fresh, strict=True))
    changes, closed, moved = [], dict[int, int](), []
    for node, (row, root) in enumerate(zip(identifiers, roots, strict=True)):
        customer = taken[root]
        left = customer != row.customer_id and row.customer_id not in free
        conflicts = int(replay.board.state[node * linking.WIDTH + linking.CONFLICTS])
        if customer != row.customer_id or conflicts != row.conflicts:
            changes.append((row.id, customer, conflicts, left))
        if row.customer_id in free:
            home = closed.setdefault(row.customer_id, customer)
            left = home != customer
        if left:
            moved.append((row.id, row.customer_id, customer))
    writing.move_identifiers(conn, changes)
    writing.merge_customers(conn, list(closed.items()))
    writing.write_departures(conn, [(before, identifier) for identifier, before, _ in moved])
    seq = writing.take(conn, "log_seq", 1)[0]
    pairs = writing.write_aliases(conn, list(closed.items()), [(i, after) for i, _, after in moved], seq)
    timeline.append_aliases(conn, pairs)
    acts = [
        writing.LedgerRow(seq, "repair", winner, loser, [], 0, 0, AUTOMATIC, "rebuilt from the log")
        for loser, winner in closed.items()
    ]
    writing.write_ledger(conn, acts, now)
