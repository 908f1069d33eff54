"""Setting up the board on which :mod:`siyu.identity.rules.linking` plays: on lists when small, on arrays when large."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from types import FunctionType
from typing import Any, Final, NamedTuple, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from siyu.identity.rules import laying, linking
from siyu.identity.rules.linking import (
    APARTS,
    BIT,
    CUSTOMER,
    FRESH,
    ROOM,
    RULE_WIDTH,
    WIDTH,
    Board,
    Ints,
    attach,
    join,
)  # fmt: skip
from siyu.identity.types import IdentifierType

Int32s: TypeAlias = NDArray[np.int32]
Int8s: TypeAlias = NDArray[np.int8]

# How seldom a link was seen, from how often: single steps up to 10 times, then steps of 3.
_SELDOM = np.array([15, *range(15, 5, -1), *np.repeat(np.arange(5, 0, -1), 3), 0], np.int8)

_WORTH_THREADS = 100_000
WORTH_COMPILING: Final = 20_000  # nodes or links: for fewer, compiling takes longer than all the rest
# A link on 50,000,000 nodes waits for memory more than it computes; with these it is decided in 60 % of the time
# (of 4 to 64 links ahead tried, all from 8 on did nearly as well).
_FAR, _NEAR = 12, 6


def rule_row(kind: IdentifierType, number: int) -> tuple[int, int, int, int, int]:
    """The row of the table for a limit class of this type; ``number`` is the row's."""
    roomy = min(kind.limit, kind.careful_limit) >= linking.ROOMY
    bit = 0 if roomy else 1 << (number % linking.BITS)
    return kind.limit, kind.careful_limit, int(kind.grade), kind.fan_out, bit


def list_board(table: list[int], classes: Sequence[int], customers: Sequence[int], known_customers: int) -> Board:
    """A board without links on lists; links are appended by :func:`add_link`.

    Args:
        table: RULE_WIDTH integers a limit class.
        classes: the limit class of each node, oldest node first.
        customers: the customer index of each node; nodes of one index below ``known_customers`` are one component.
        known_customers: how many customers existed before; their indexes come first, oldest first.
    """
    state: list[int] = []
    for node, (own, customer) in enumerate(zip(classes, customers, strict=True)):
        state += (node, 1, node, own, -1, table[own * RULE_WIDTH + BIT], 0, customer)
    roots: dict[int, int] = {}
    for node, customer in enumerate(customers):
        if customer in roots:
            roots[customer] = join(state, roots[customer], node)
        else:
            roots[customer] = node
    fresh = max(customers, default=-1) + 1
    return Board(
        state, table, [], [], [], [], [], [], [], [-1] * len(classes), [], [], [-1] * known_customers, [-1] * known_customers,
        [0] * (len(table) // RULE_WIDTH), [0] * (2 * ROOM), [max(fresh, known_customers), 0],
    )  # fmt: skip


def listed(
    table: list[int], classes: Sequence[int], left: list[int], right: list[int], strength: list[int], repeat: list[int]
) -> Board:
    """A board of new nodes on lists, each its own customer, with links that are still to be decided."""
    links = len(left)
    return list_board(table, classes, range(len(classes)), 0)._replace(
        left=left, right=right, strength=strength, repeat=repeat, outcome=[linking.PENDING] * links,
        reason=[linking.FINE] * links, edge_next=[-1] * (2 * links),
    )  # fmt: skip


def add_link(board: Board, left: int, right: int, strength: int, *, repeat: bool = False) -> int:
    """Append a link that is still to be decided; return its index."""
    board.left.append(left)
    board.right.append(right)
    board.strength.append(strength)
    board.repeat.append(int(repeat))
    board.outcome.append(linking.PENDING)
    board.reason.append(linking.FINE)
    board.edge_next.extend((-1, -1))
    return len(board.left) - 1


def add_held_link(board: Board, left: int, right: int, strength: int, outcome: int) -> int:
    """Append a link that was decided before and holds its nodes together."""
    index = add_link(board, left, right, strength)
    board.outcome[index] = outcome
    attach(board.state, board.edge_next, left, right, index)
    return index


def array_board(
    table: Int32s, classes: Int32s, left: Int32s, right: Int32s, strength: Int8s, repeat: Int8s | None = None
) -> Board:
    """A board of new nodes on arrays, each its own customer, with links that are still to be decided."""
    nodes, links = len(classes), len(left)
    state = np.empty(nodes * WIDTH, np.int32)
    _share(ranges(nodes), lambda _, start, stop: played(nodes).set_up(state, table, classes, start, stop))
    nothing = np.empty(0, np.int32)
    return Board(
        state, table, left, right, strength, np.zeros(links, np.int8) if repeat is None else repeat,
        np.zeros(links, np.int8),
        np.full(links, -1, np.int32), np.empty(2 * links, np.int32), nothing, nothing, nothing, nothing, nothing,
        np.zeros(len(table) // RULE_WIDTH, np.int32), np.zeros(2 * ROOM, np.int32),
        np.array([nodes, 0], np.int64),
    )  # fmt: skip


def keep_apart(board: Board, pairs: Sequence[tuple[int, int]]) -> Board:
    """Pairs of nodes that no link may bring together. The board given back takes the place of the one given."""
    start = board.counter[APARTS]
    targets, nexts = [], []
    for one, other in pairs:
        for node, opposite in ((one, other), (other, one)):
            targets.append(opposite)
            nexts.append(board.apart_head[node])
            board.apart_head[node] = start + len(targets) - 1
    board.counter[APARTS] = start + len(targets)
    if isinstance(board.apart_to, list):
        board.apart_to.extend(targets)
        board.apart_next.extend(nexts)
        return board
    return board._replace(
        apart_to=np.concatenate((board.apart_to[:start], np.array(targets, np.int32))),
        apart_next=np.concatenate((board.apart_next[:start], np.array(nexts, np.int32))),
    )


def part(board: Board, leaving: Sequence[int]) -> tuple[Board, list[int]]:
    """An operator's split: these nodes leave their component, and are kept apart from all that stay.

    What holds a side together only through the other falls apart here; the caller ties it again with operator's links.
    Returns the board to go on with, and the nodes that stay.
    """
    state, gone = board.state, set(leaving)
    staying = [node for node in ring_of(board, leaving[0]) if node not in gone]
    customer = state[linking.find(state, leaving[0]) * WIDTH + CUSTOMER]
    for node in leaving:
        half = state[node * WIDTH + linking.HEAD]
        while half >= 0:
            index = half >> 1
            other = board.left[index] if half & 1 else board.right[index]
            if other not in gone and board.outcome[index] <= linking.LAST_ACTIVE:
                board.outcome[index] = linking.REJECTED
                board.reason[index] = linking.IS_APART
            half = board.edge_next[half]
    for side, owner in ((sorted(staying), customer), (sorted(gone), linking.fresh_customer(board))):
        for place, node in enumerate(side):
            board.ring[place] = node
        linking.regroup(board, len(side), owner)
    return keep_apart(board, [(one, other) for one in sorted(gone) for other in staying]), staying


def ring_of(board: Board, node: int) -> list[int]:
    """Every node of the component of ``node``."""
    found = [node]
    member = board.state[node * WIDTH + linking.NEXT]
    while member != node:
        found.append(int(member))
        member = board.state[member * WIDTH + linking.NEXT]
    return found


def customers_of(board: Board) -> list[int]:
    """The customer index of every node."""
    state = board.state
    return [state[linking.find(state, node) * WIDTH + CUSTOMER] for node in range(len(state) // WIDTH)]


def owners_of(board: Board) -> Int32s:
    """The customer index of every node of a board on arrays."""
    nodes = len(board.state) // WIDTH
    found = np.empty(nodes, np.int32)
    # Finding shortens the ways in ``state``. Two cores may write the same place then, but only what leads to its root.
    _share(ranges(nodes), lambda _, start, stop: played(nodes).owners(board.state, found, start, stop))
    return found


def fresh_from(board: Board) -> int:
    """The next unused customer index."""
    return int(board.counter[FRESH])


class Compiled(NamedTuple):
    """The functions of :mod:`linking` and :mod:`laying` that a bulk import calls."""

    link_all: Callable[[Board, int, int], None]
    set_up: Callable[[Ints, Ints, Ints, int, int], None]
    seat: Callable[[Ints, Ints, Ints], None]
    hold: Callable[[Board, int], None]
    owners: Callable[[Ints, Ints, int, int], None]
    arrange: Callable[[Ints, Ints, tuple[Ints, Ints, Ints], tuple[Ints, Ints, Ints, Ints], int, int], None]
    rank_all: Callable[
        [Ints, Ints, tuple[Ints, Ints, Ints], tuple[Ints, Ints], tuple[int, int, Ints], Ints, Ints, int, int], None
    ]


def _prefetch() -> Callable[[Ints, int], None]:
    """What :func:`linking.touch` is when compiled: the processor's instruction to fetch memory, which never waits."""
    from llvmlite import ir  # noqa: PLC0415
    from numba import types  # noqa: PLC0415
    from numba.extending import intrinsic  # noqa: PLC0415

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        address = builder.bitcast(builder.gep(array.data, [arguments[1]]), ir.IntType(8).as_pointer())
        flag = ir.IntType(32)
        prefetch = builder.module.declare_intrinsic(
            "llvm.prefetch", [address.type], ir.FunctionType(ir.VoidType(), [address.type, flag, flag, flag])
        )
        builder.call(prefetch, [address, flag(1), flag(3), flag(1)])  # for writing, to stay, data
        return context.get_dummy_value()

    def touch(_: Any, state: Any, place: Any) -> Any:
        return types.void(state, place), emit

    return cast("Callable[[Ints, int], None]", intrinsic(touch))


def played(count: int) -> Compiled:
    """The functions for so many nodes or links: compiled where that is worth its seconds, else as they are written."""
    return compiled() if count >= WORTH_COMPILING else as_written()


@cache
def as_written() -> Compiled:
    """The functions that Python runs itself; they take arrays as well."""
    scope = vars(linking) | vars(laying)
    return Compiled(*(scope[name] for name in Compiled._fields))


@cache
def compiled() -> Compiled:
    """Compile. numba is imported here only: it costs a second and 100 MB."""
    import numba  # noqa: PLC0415

    scope = vars(linking) | vars(laying) | {"touch": _prefetch(), "FAR": _FAR, "NEAR": _NEAR}
    for module in (linking, laying):
        for name in module.COMPILED:
            source = getattr(module, name)
            # Only what Python calls needs a door to Python; making doors is most of the work.
            inner = name not in Compiled._fields
            jit = numba.njit(nogil=True, no_cpython_wrapper=inner, no_cfunc_wrapper=True)
            scope[name] = jit(FunctionType(source.__code__, scope, name, source.__defaults__))
    return Compiled(*(scope[name] for name in Compiled._fields))


def ranges(count: int) -> list[tuple[int, int]]:
    """``count`` in ranges that together are all of it: one for each core, or one when it is not worth the threads."""
    parts = len(os.sched_getaffinity(0)) if count >= _WORTH_THREADS else 1
    ends = [count * part // parts for part in range(parts + 1)]
    return list(pairwise(ends))


def _share(parts: list[tuple[int, int]], act: Callable[[int, int, int], None]) -> None:
    """Run ``act(number, start, stop)`` for each range at once: what is compiled lets go of the interpreter."""
    if len(parts) == 1:
        act(0, *parts[0])
        return
    with ThreadPoolExecutor(len(parts)) as threads:
        for done in [threads.submit(act, number, *part) for number, part in enumerate(parts)]:
            done.result()


class Links(NamedTuple):
    """Links as a bulk import knows them: one entry a link in each array."""

    left: Int32s  # node of the stronger identifier
    right: Int32s
    strength: Int8s
    times: Int32s
    first_seen: Int32s  # in any unit


def in_order(table: Int32s, classes: Int32s, links: Links) -> tuple[Int32s, Int32s, Int8s, Int32s]:
    """Left, right and strength in the order in which a bulk import takes them, and the place each link had before."""
    count = len(links.left)
    earliest = int(links.first_seen.min()) if count else 0
    span = int(links.first_seen.max()) - earliest + 1 if count else 1
    scale = (earliest, span // laying.STEPS + 1, _SELDOM)
    given, seen = (links.left, links.right, links.strength), (links.first_seen, links.times)
    keys = np.empty(count, np.int32)
    parts = ranges(count)
    counts = np.zeros((len(parts), laying.TIERS * laying.STEPS * ((len(classes) >> laying.BLOCK) + 1)), np.int32)
    _share(
        parts,
        lambda part, start, stop: played(count).rank_all(
            classes, table, given, seen, scale, keys, counts[part], start, stop
        ),
    )
    # Links of one key stay in the order in which they came, so the ranges follow each other within each key.
    ends = np.cumsum(counts.T.ravel(), dtype=np.int32).reshape(counts.T.shape).T
    begins = np.ascontiguousarray(ends - counts)
    arranged = (
        np.empty(count, np.int32),
        np.empty(count, np.int32),
        np.empty(count, np.int8),
        np.empty(count, np.int32),
    )
    _share(parts, lambda part, start, stop: played(count).arrange(keys, begins[part], given, arranged, start, stop))
    return arranged
