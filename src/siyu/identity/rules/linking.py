"""Who is one person: a union-find that keeps limits, on integer arrays.

The functions here are written in the part of Python that numba compiles, and over anything that is indexed by integers:
a small batch runs them as they are on lists, a bulk import runs them compiled on NumPy arrays. Both give the same answer.

Nodes are identifiers. ``state`` holds :data:`WIDTH` integers a node, side by side, so that a node is one cache line:
the parent in the union-find, the size of its component, the next node of a ring through the component (so that it can
be walked), the limit class (type within scope), the first half-edge of its active evidence, a mask of the classes in
the component, how often it was claimed for somebody else, and the customer. Size, mask and customer count at the root.

Links are taken in order. Link *i* ties ``left[i]`` (the stronger identifier) to ``right[i]``; see :func:`link_all`.
"""

from typing import Any, Final, NamedTuple, TypeAlias

Ints: TypeAlias = Any  # a list of int, or a NumPy array of integers

WIDTH: Final = 8
PARENT: Final = 0
SIZE: Final = 1
NEXT: Final = 2
CLASS: Final = 3
HEAD: Final = 4
MASK: Final = 5
CONFLICTS: Final = 6
CUSTOMER: Final = 7

RULE_WIDTH: Final = 5  # the columns of ``table``, a row a limit class
LIMIT: Final = 0
CAREFUL_LIMIT: Final = 1
GRADE: Final = 2
FAN_OUT: Final = 3
BIT: Final = 4
ROOMY: Final = 20  # classes with at least this limit have no bit in the mask: small components cannot break them
BITS: Final = 31

CONTACT: Final = 1  # strengths of a link
SELF: Final = 2
OPERATOR: Final = 3

PENDING: Final = 0  # outcomes of a link
MERGED: Final = 1
SAME: Final = 2
CONFIRMED: Final = 3
LAST_ACTIVE: Final = 3
DEMOTED: Final = 4
REVIEW: Final = 5
REJECTED: Final = 6

FINE: Final = -1  # reasons; from 0 on it is the limit class that would be broken
IS_SHARED: Final = -2
IS_APART: Final = -3
IS_CLAIMED: Final = -4
IS_RELEASED: Final = -5
IS_TOO_LARGE: Final = -6

SHARED: Final = -1  # in the place of CONFLICTS
FRESH: Final = 0  # in ``counter``: the next unused customer index
APARTS: Final = 1  # in ``counter``: entries used of apart_to
DEVICE_GRADE: Final = 1
FAR: Final = 1 << 60  # how many links ahead their nodes are touched: never on lists; compiled it is less, see board.py
NEAR: Final = 0  # and then what is above those
ROOM: Final = 1000  # the most nodes of one component


class Board(NamedTuple):
    """Everything the rules look at and change.

    Attributes:
        state: WIDTH integers a node.
        table: RULE_WIDTH integers a limit class.
        left: the stronger node of each link.
        right: the weaker one.
        strength: CONTACT, SELF or OPERATOR.
        repeat: 1 when an earlier link named the same pair with less strength.
        outcome: of each link; a later release makes an active one DEMOTED.
        reason: of each link.
        edge_next: two half-edges a link, chained from the HEAD of their node.
        apart_head: for each node the first entry of those it must stay apart from, or -1; may be empty when none is.
        apart_to: the other node of each entry; -1 when lifted.
        apart_next: the chain.
        into: for customers that existed before: the one it was merged into, or -1.
        cause: for those: the link that did it.
        scratch: a zero for each limit class.
        ring: room for the nodes of one component.
        counter: see FRESH and APARTS.
    """

    state: Ints
    table: Ints
    left: Ints
    right: Ints
    strength: Ints
    repeat: Ints
    outcome: Ints
    reason: Ints
    edge_next: Ints
    apart_head: Ints
    apart_to: Ints
    apart_next: Ints
    into: Ints
    cause: Ints
    scratch: Ints
    ring: Ints
    counter: Ints


def touch(state: Ints, place: int) -> None:
    """Say that ``place`` will soon be needed. Compiled, the processor fetches it meanwhile; on a list it does nothing."""


def find(state: Ints, node: int) -> int:
    """The root of the component of ``node``."""
    while True:
        parent: int = state[node * WIDTH]
        above = state[parent * WIDTH]
        if above == parent:
            return parent
        state[node * WIDTH] = above
        node = above


def is_apart(board: Board, node: int, root: int) -> bool:
    """Whether an operator said that ``node`` is not of the component ``root``."""
    if board.counter[APARTS] == 0:
        return False
    entry = board.apart_head[node]
    while entry >= 0:
        other = board.apart_to[entry]
        if other >= 0 and find(board.state, other) == root:
            return True
        entry = board.apart_next[entry]
    return False


def are_apart(board: Board, small: int, large: int) -> bool:
    """Whether an operator said so of any node of the component ``small``."""
    if board.counter[APARTS] == 0:
        return False
    member = small
    while True:
        if is_apart(board, member, large):
            return True
        member = board.state[member * WIDTH + NEXT]
        if member == small:
            return False


def admits(board: Board, root: int, node: int, limit_column: int) -> int:
    """Why ``node`` alone cannot join the component ``root``; FINE when it can."""
    state = board.state
    if is_apart(board, node, root):
        return IS_APART
    if state[root * WIDTH + SIZE] >= ROOM:
        return IS_TOO_LARGE
    own: int = state[node * WIDTH + CLASS]
    left = board.table[own * RULE_WIDTH + limit_column]
    member = root
    while True:
        if state[member * WIDTH + CLASS] == own:
            left -= 1
            if left <= 0:
                return own
        member = state[member * WIDTH + NEXT]
        if member == root:
            return FINE


def refusal(board: Board, one: int, other: int, limit_column: int) -> int:
    """Why the components with these roots cannot become one; FINE when they can.

    A limit counts only where both bring something of the class: what an operator confirmed beyond a limit stays usable.
    """
    state = board.state
    small, large = one, other
    if state[one * WIDTH + SIZE] > state[other * WIDTH + SIZE]:
        small, large = other, one
    if are_apart(board, small, large):
        return IS_APART
    if state[small * WIDTH + SIZE] + state[large * WIDTH + SIZE] > ROOM:
        return IS_TOO_LARGE
    return broken_limit(board, small, large, limit_column)


def broken_limit(board: Board, small: int, large: int, limit_column: int) -> int:
    """The limit class that both components bring and that together they break, by walking them; FINE when none."""
    state, scratch = board.state, board.scratch
    why = FINE
    member = small
    while True:
        scratch[state[member * WIDTH + CLASS]] += 1
        member = state[member * WIDTH + NEXT]
        if member == small:
            break
    member = large
    while True:
        own = state[member * WIDTH + CLASS]
        if scratch[own] > 0:
            scratch[own] += 1
            if scratch[own] > board.table[own * RULE_WIDTH + limit_column]:
                why = own
                break
        member = state[member * WIDTH + NEXT]
        if member == large:
            break
    member = small
    while True:
        scratch[state[member * WIDTH + CLASS]] = 0
        member = state[member * WIDTH + NEXT]
        if member == small:
            break
    return why


def join(state: Ints, one: int, other: int) -> int:
    """Make one component of two different roots, without a question; return its root."""
    small, large = one, other
    if state[one * WIDTH + SIZE] > state[other * WIDTH + SIZE]:
        small, large = other, one
    state[small * WIDTH] = large
    state[large * WIDTH + SIZE] += state[small * WIDTH + SIZE]
    state[large * WIDTH + MASK] |= state[small * WIDTH + MASK]
    after = state[large * WIDTH + NEXT]
    state[large * WIDTH + NEXT] = state[small * WIDTH + NEXT]
    state[small * WIDTH + NEXT] = after
    return large


def unite(state: Ints, into: Ints, cause: Ints, one: int, other: int, index: int) -> None:
    """Make one customer of two different roots because of a link; the older (lower) customer stays."""
    winner = state[one * WIDTH + CUSTOMER]
    loser = state[other * WIDTH + CUSTOMER]
    if loser < winner:
        winner, loser = loser, winner
    if loser < len(into):
        into[loser] = winner
        cause[loser] = index
    state[join(state, one, other) * WIDTH + CUSTOMER] = winner


def attach(state: Ints, edge_next: Ints, left: int, right: int, index: int) -> None:
    """Hang the link's two half-edges on its nodes, so that it holds them together when another link goes."""
    edge_next[2 * index] = state[left * WIDTH + HEAD]
    state[left * WIDTH + HEAD] = 2 * index
    edge_next[2 * index + 1] = state[right * WIDTH + HEAD]
    state[right * WIDTH + HEAD] = 2 * index + 1


def held_by(board: Board, node: int) -> int:
    """The greatest strength of the active links that hold ``node``; 0 when none does."""
    best = 0
    half = board.state[node * WIDTH + HEAD]
    while half >= 0:
        index = half >> 1
        if board.outcome[index] <= LAST_ACTIVE and board.strength[index] > best:
            best = board.strength[index]
        half = board.edge_next[half]
    return best


def single(board: Board, node: int, customer: int) -> None:
    """Make ``node`` a component of its own."""
    at = node * WIDTH
    board.state[at] = node
    board.state[at + SIZE] = 1
    board.state[at + NEXT] = node
    board.state[at + MASK] = board.table[board.state[at + CLASS] * RULE_WIDTH + BIT]
    board.state[at + CUSTOMER] = customer


def fresh_customer(board: Board) -> int:
    """An index for a customer that did not exist before."""
    index: int = board.counter[FRESH]
    board.counter[FRESH] = index + 1
    return index


def regroup(board: Board, count: int, customer: int) -> None:
    """Group the first ``count`` nodes of ``ring`` anew by the active links between them.

    The group of the oldest node keeps ``customer``, the others become new customers.
    """
    state, ring = board.state, board.ring
    oldest = ring[0]
    for place in range(count):
        single(board, ring[place], -1)
        oldest = min(oldest, ring[place])
    for place in range(count):
        node = ring[place]
        half = state[node * WIDTH + HEAD]
        while half >= 0:
            index = half >> 1
            if board.outcome[index] <= LAST_ACTIVE:
                target = board.left[index] if half & 1 else board.right[index]
                one, other = find(state, node), find(state, target)
                if one != other:
                    join(state, one, other)
            half = board.edge_next[half]
    state[find(state, oldest) * WIDTH + CUSTOMER] = customer
    for place in range(count):
        root = find(state, ring[place])
        if root != find(state, oldest) and root == ring[place]:
            state[root * WIDTH + CUSTOMER] = fresh_customer(board)


def release(board: Board, node: int, reason: int) -> None:
    """Take ``node`` out of its component; its links no longer hold, and what only they held together falls apart."""
    state = board.state
    root = find(state, node)
    customer = state[root * WIDTH + CUSTOMER]
    count = 0
    member = state[node * WIDTH + NEXT]
    while member != node:
        board.ring[count] = member
        count += 1
        member = state[member * WIDTH + NEXT]
    half = state[node * WIDTH + HEAD]
    while half >= 0:
        index = half >> 1
        if board.outcome[index] <= LAST_ACTIVE:
            board.outcome[index] = DEMOTED
            board.reason[index] = reason
        half = board.edge_next[half]
    state[node * WIDTH + HEAD] = -1
    if count > 0:
        single(board, node, fresh_customer(board))
        regroup(board, count, customer)


def refuse(board: Board, index: int, why: int) -> int:
    """The outcome of a link that must not merge; may find that its weaker identifier is shared."""
    state, table = board.state, board.table
    strong, weak = board.left[index], board.right[index]
    grade = table[state[weak * WIDTH + CLASS] * RULE_WIDTH + GRADE]
    board.reason[index] = why
    if why == IS_APART:
        return REJECTED
    if table[state[strong * WIDTH + CLASS] * RULE_WIDTH + GRADE] <= grade:
        return REVIEW
    # Gifts sent to somebody's own phone are no sign that the phone is shared; many who call it theirs are.
    if board.repeat[index] == 0 and board.strength[index] >= held_by(board, weak):
        claims = state[weak * WIDTH + CONFLICTS] + 1
        state[weak * WIDTH + CONFLICTS] = claims
        if claims >= table[state[weak * WIDTH + CLASS] * RULE_WIDTH + FAN_OUT]:
            state[weak * WIDTH + CONFLICTS] = SHARED
            board.reason[index] = IS_SHARED
            release(board, weak, IS_SHARED)
    return DEMOTED


def lift_aparts(board: Board, one: int, other: int) -> None:
    """Forget that nodes of the two components must stay apart."""
    if board.counter[APARTS] == 0:
        return
    for turn in range(2):
        root, opposite = (one, other) if turn == 0 else (other, one)
        member = root
        while True:
            entry = board.apart_head[member]
            while entry >= 0:
                target = board.apart_to[entry]
                if target >= 0 and find(board.state, target) == opposite:
                    board.apart_to[entry] = -1
                entry = board.apart_next[entry]
            member = board.state[member * WIDTH + NEXT]
            if member == root:
                break


def confirm(board: Board, index: int, one: int, other: int) -> int:
    """An operator's word: whatever the limits say, and even where it was denied before."""
    strong, weak = board.left[index], board.right[index]
    board.state[strong * WIDTH + CONFLICTS] = 0
    board.state[weak * WIDTH + CONFLICTS] = 0
    if one != other:
        lift_aparts(board, one, other)
        unite(board.state, board.into, board.cause, one, other, index)
    attach(board.state, board.edge_next, strong, weak, index)
    return CONFIRMED


def weigh(board: Board, index: int, one: int, other: int) -> int:
    """Decide a link between two roots that have something in common; return its outcome."""
    state, table = board.state, board.table
    strong, weak, strength = board.left[index], board.right[index], board.strength[index]
    grade = table[state[weak * WIDTH + CLASS] * RULE_WIDTH + GRADE]
    limit_column = CAREFUL_LIMIT if strength == CONTACT or grade == DEVICE_GRADE else LIMIT
    why = refusal(board, one, other, limit_column)
    if why != FINE:
        if (
            strength != SELF
            or table[state[strong * WIDTH + CLASS] * RULE_WIDTH + GRADE] <= grade
            or held_by(board, weak) != CONTACT
            or admits(board, one, weak, limit_column) != FINE
        ):
            return refuse(board, index, why)
        release(board, weak, IS_RELEASED)
        board.reason[index] = IS_CLAIMED
        other = weak
    unite(state, board.into, board.cause, one, other, index)
    attach(state, board.edge_next, strong, weak, index)
    return MERGED


def link_all(board: Board, start: int, stop: int) -> None:
    """Decide the links from ``start`` to ``stop`` in order.

    Already one customer: SAME. Nothing against it: MERGED. A limit against it, but the weaker identifier was only
    given as a contact and is now claimed by its owner: it leaves where it was, then MERGED. Otherwise DEMOTED, or
    REVIEW between equals, or REJECTED where an operator denied it. An operator's link is always CONFIRMED.
    """
    # Find, unite and attach are written out here, over places in ``state``: as calls they take a third more time, and
    # nearly every link goes this way.
    state, left, right, edge_next = board.state, board.left, board.right, board.edge_next
    strength, outcome, reason = board.strength, board.outcome, board.reason
    into, cause, counter = board.into, board.cause, board.counter
    known = len(into)
    free = counter[APARTS] == 0
    for index in range(start, stop):
        if index + FAR < stop:
            touch(state, left[index + FAR] * WIDTH)
            touch(state, right[index + FAR] * WIDTH)
            touch(state, state[left[index + NEAR] * WIDTH] * WIDTH)
            touch(state, state[right[index + NEAR] * WIDTH] * WIDTH)
        strong = left[index] * WIDTH
        weak = right[index] * WIDTH
        one = strong
        while True:
            parent = state[one] * WIDTH
            if parent == one:
                break
            above = state[parent]
            state[one] = above
            one = above * WIDTH
        other = weak
        while True:
            parent = state[other] * WIDTH
            if parent == other:
                break
            above = state[parent]
            state[other] = above
            other = above * WIDTH
        if strength[index] == OPERATOR:
            outcome[index] = confirm(board, index, one // WIDTH, other // WIDTH)
            continue
        if one == other:
            result = SAME
        elif state[strong + CONFLICTS] < 0 or state[weak + CONFLICTS] < 0:
            reason[index] = IS_SHARED
            outcome[index] = DEMOTED
            continue
        elif (
            free and (state[one + MASK] & state[other + MASK]) == 0 and state[one + SIZE] + state[other + SIZE] <= ROOMY
        ):
            if state[one + SIZE] < state[other + SIZE]:
                one, other = other, one
            winner = state[one + CUSTOMER]
            loser = state[other + CUSTOMER]
            if loser < winner:
                winner, loser = loser, winner
            if loser < known:
                into[loser] = winner
                cause[loser] = index
            state[one + CUSTOMER] = winner
            state[other] = one // WIDTH
            state[one + SIZE] += state[other + SIZE]
            state[one + MASK] |= state[other + MASK]
            after = state[one + NEXT]
            state[one + NEXT] = state[other + NEXT]
            state[other + NEXT] = after
            result = MERGED
        else:
            outcome[index] = weigh(board, index, one // WIDTH, other // WIDTH)
            continue
        outcome[index] = result
        edge_next[2 * index] = state[strong + HEAD]
        state[strong + HEAD] = 2 * index
        edge_next[2 * index + 1] = state[weak + HEAD]
        state[weak + HEAD] = 2 * index + 1


# In the order in which they must be compiled.
COMPILED = (
    "find", "is_apart", "are_apart", "admits", "broken_limit", "refusal", "join", "unite", "attach", "held_by", "single",
    "fresh_customer", "regroup", "release", "refuse", "lift_aparts", "confirm", "weigh", "link_all",
)  # fmt: skip
