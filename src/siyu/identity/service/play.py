"""One play of the rules over the customers concerned: load them locked, decide, write down what changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from siyu.identity.rules import linking
from siyu.identity.rules.board import add_held_link, customers_of, keep_apart, list_board, rule_row
from siyu.identity.rules.linking import Board
from siyu.identity.store import reading, writing
from siyu.identity.store.writing import LedgerRow
from siyu.identity.types import TYPES
from siyu.timeline import service as timeline

AUTOMATIC = "siyu"


class Overtaken(Exception):
    """Another transaction changed what this play looked at before it was locked."""


@dataclass(slots=True)
class Play:
    """The board, and what its numbers stand for.

    Attributes:
        board: the rules' view.
        ids: identifier of each node; 0 for new ones until :func:`settle`.
        customers: customer of each known customer index.
        before: known customer index of each known node.
        classes: (type, scope) of each limit class.
        pairs: (stronger id, weaker id) of the links that were held before.
        conflicts: of each known node before.
    """

    board: Board
    ids: list[int]
    customers: list[int]
    before: list[int]
    classes: list[tuple[str, str]]
    pairs: list[tuple[int, int]]
    conflicts: list[int]
    node_of: dict[int, int]
    aparts: list[tuple[int, int]]
    seq_of: dict[int, int] = field(default_factory=dict)  # link index → place in the log


@dataclass(slots=True)
class Settled:
    """What :func:`settle` wrote."""

    customer_of: list[int]  # of each node
    created: list[int]
    merged: list[tuple[int, int]]
    acts: list[LedgerRow]


def begin(conn: Connection, customer_ids: Iterable[int], new: Sequence[tuple[str, str]]) -> Play:
    """Lock these customers and set up the board with their identifiers and with new ones (given as type, scope)."""
    customers = sorted(set(customer_ids))
    reading.lock_customers(conn, customers)
    members = reading.members(conn, customers) if customers else []
    index_of = {customer: index for index, customer in enumerate(customers)}
    numbers: dict[tuple[str, str], int] = {}
    classes = [numbers.setdefault((row.type, row.scope), len(numbers)) for row in members]
    classes += [numbers.setdefault(key, len(numbers)) for key in new]
    before = [index_of[row.customer_id] for row in members]
    fresh = range(len(customers), len(customers) + len(new))
    table = [value for (kind, _), number in numbers.items() for value in rule_row(TYPES[kind], number)]
    board = list_board(table, classes, [*before, *fresh], len(customers))
    ids = [row.id for row in members] + [0] * len(new)
    node_of = {row.id: node for node, row in enumerate(members)}
    for node, row in enumerate(members):
        board.state[node * linking.WIDTH + linking.CONFLICTS] = row.conflicts
    known = [row.id for row in members]
    pairs = []
    for edge in reading.holding(conn, known) if known else ():
        add_held_link(board, node_of[edge.stronger], node_of[edge.weaker], edge.strength, edge.state)
        pairs.append((edge.stronger, edge.weaker))
    aparts = [(row.one, row.other) for row in reading.aparts(conn, known)] if known else []
    board = keep_apart(board, [(node_of[one], node_of[other]) for one, other in aparts])
    conflicts = [row.conflicts for row in members]
    return Play(board, ids, customers, before, list(numbers), pairs, conflicts, node_of, aparts)


def settle(
    conn: Connection, play: Play, new: Sequence[tuple[tuple[str, str, str], datetime]], *, actor: str, reason: str,
    now: datetime, split_seq: int = 0,
) -> Settled:  # fmt: skip
    """Write what the play changed among customers and identifiers, and the acts of it; evidence is the caller's.

    Args:
        conn: the transaction that holds the locks.
        play: after the rules have run.
        new: key and time of each new node.
        actor: who did it.
        reason: why, for the ledger.
        now: when.
        split_seq: place in the log of the operator's split that this is.

    Raises:
        Overtaken: somebody else made one of the new identifiers; the caller rolls back to its savepoint.
    """
    final = customers_of(play.board)
    known = len(play.customers)
    fresh = sorted({index for index in final if index >= known})
    numbers = writing.take(conn, "id_seq", len(fresh) + len(new))
    name = dict(enumerate(play.customers)) | dict(zip(fresh, numbers, strict=False))
    first_new = len(play.ids) - len(new)
    play.ids[first_new:] = numbers[len(fresh) :]
    customer_of = [name[index] for index in final]
    writing.insert_customers(conn, numbers[: len(fresh)], now)
    identifiers = [
        writing.NewIdentifier(play.ids[first_new + n], customer_of[first_new + n], key, seen)
        for n, (key, seen) in enumerate(new)
    ]
    if not writing.insert_identifiers(conn, identifiers, now):
        raise Overtaken
    survivor = [_follow(play.board.into, index) for index in range(known)]
    moved = [node for node, index in enumerate(play.before) if final[node] != survivor[index]]
    _write_moves(conn, play, customer_of, set(moved))
    merged = [(play.customers[n], play.customers[survivor[n]]) for n in range(known) if survivor[n] != n]
    writing.merge_customers(conn, merged)
    acts = _acts(play, customer_of, moved, actor, reason, split_seq)
    writing.write_ledger(conn, acts, now)
    writing.write_departures(conn, [(play.customers[play.before[n]], play.ids[n]) for n in moved])
    if merged or moved:
        version = writing.take(conn, "log_seq", 1)[0]
        changed = writing.write_aliases(conn, merged, [(play.ids[n], customer_of[n]) for n in moved], version)
        timeline.append_aliases(conn, changed)
    return Settled(customer_of, numbers[: len(fresh)], merged, acts)


def released(play: Play) -> list[tuple[int, int, int, str]]:
    """Held evidence that this play let go: stronger, weaker, state, reason."""
    board = play.board
    return [
        (*pair, board.outcome[index], reason_text(play, board.reason[index]))
        for index, pair in enumerate(play.pairs)
        if board.outcome[index] > linking.LAST_ACTIVE
    ]


def reason_text(play: Play, reason: int) -> str:
    """A reason of the rules in words, as evidence keeps it."""
    if reason >= 0:
        return "limit:" + play.classes[reason][0]
    return REASONS[reason]


REASONS = {
    linking.FINE: "",
    linking.IS_SHARED: "shared",
    linking.IS_APART: "apart",
    linking.IS_CLAIMED: "claimed",
    linking.IS_RELEASED: "released",
    linking.IS_TOO_LARGE: "size",
}


def _follow(into: Sequence[int], index: int) -> int:
    while into[index] >= 0:
        index = into[index]
    return index


def _write_moves(conn: Connection, play: Play, customer_of: Sequence[int], moved: set[int]) -> None:
    changes = []
    for node, index in enumerate(play.before):
        conflicts = play.board.state[node * linking.WIDTH + linking.CONFLICTS]
        if customer_of[node] != play.customers[index] or conflicts != play.conflicts[node] or node in moved:
            changes.append((play.ids[node], customer_of[node], conflicts, node in moved))
    first_new = len(play.before)
    for node in range(first_new, len(play.ids)):
        conflicts = play.board.state[node * linking.WIDTH + linking.CONFLICTS]
        if conflicts:
            changes.append((play.ids[node], customer_of[node], conflicts, False))
    writing.move_identifiers(conn, changes)


def _acts(
    play: Play, customer_of: Sequence[int], moved: Sequence[int], actor: str, reason: str, split_seq: int
) -> list[LedgerRow]:
    """The ledger of this play: customers that were merged, then identifiers that left one."""
    board, last = play.board, max(play.seq_of.values(), default=0)
    members: dict[int, list[int]] = {}
    for node, index in enumerate(play.before):
        members.setdefault(index, []).append(play.ids[node])
    acts = []
    for index, winner in enumerate(board.into):
        if winner >= 0:
            cause = board.cause[index]
            acts.append(
                LedgerRow(
                    play.seq_of[cause], "merge", play.customers[winner], play.customers[index],
                    members[index],
                    play.ids[board.left[cause]], play.ids[board.right[cause]], actor, reason,
                )
            )  # fmt: skip
    causes = {
        board.right[index]: index
        for index in play.seq_of
        if board.reason[index] in {linking.IS_CLAIMED, linking.IS_SHARED}
    }
    groups: dict[tuple[int, int], list[int]] = {}
    for node in moved:
        groups.setdefault((play.before[node], customer_of[node]), []).append(node)
    for (index, customer), nodes in groups.items():
        cause = next((causes[node] for node in nodes if node in causes), -1)
        why = REASONS.get(board.reason[cause], reason) if cause >= 0 else reason
        op = "split" if split_seq else "share" if why == "shared" else "release"
        acts.append(
            LedgerRow(
                split_seq or play.seq_of.get(cause, last), op, play.customers[index], customer,
                [play.ids[node] for node in nodes],
                play.ids[board.left[cause]] if cause >= 0 else 0, play.ids[board.right[cause]] if cause >= 0 else 0,
                actor, why,
            )
        )  # fmt: skip
    return acts
