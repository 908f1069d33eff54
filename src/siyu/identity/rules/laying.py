"""Laying out a bulk import on arrays: the order of its links, and what is one customer already. Compiled like linking.

What takes ``start`` and ``stop`` works on that range only, so that several cores can share the work.
"""

from typing import Final

from siyu.identity.rules.linking import (
    BIT,
    CLASS,
    CONFLICTS,
    CONTACT,
    CUSTOMER,
    DEVICE_GRADE,
    FAR,
    GRADE,
    HEAD,
    MASK,
    NEXT,
    RULE_WIDTH,
    SIZE,
    WIDTH,
    Board,
    Ints,
    attach,
    find,
    join,
    touch,
)  # fmt: skip

STEPS: Final = 16  # of "how late" and "how seldom" in the order of a bulk import
TIERS: Final = 4
BLOCK: Final = 14  # nodes of one block of that order, as a power of two


def set_up(state: Ints, table: Ints, classes: Ints, start: int, stop: int) -> None:
    """Make every node a component and a customer of its own."""
    for node in range(start, stop):
        at = node * WIDTH
        state[at] = node
        state[at + SIZE] = 1
        state[at + NEXT] = node
        state[at + CLASS] = classes[node]
        state[at + HEAD] = -1
        state[at + MASK] = table[classes[node] * RULE_WIDTH + BIT]
        state[at + CONFLICTS] = 0
        state[at + CUSTOMER] = node


def seat(state: Ints, owner: Ints, first: Ints) -> None:
    """Bring together nodes that are one customer already.

    Args:
        state: after :func:`set_up`.
        owner: the customer index of each node.
        first: a -1 for each customer index.
    """
    for node in range(len(owner)):
        customer = owner[node]
        state[node * WIDTH + CUSTOMER] = customer
        if first[customer] < 0:
            first[customer] = node
        else:
            root = join(state, find(state, first[customer]), node)
            state[root * WIDTH + CUSTOMER] = customer


def hold(board: Board, count: int) -> None:
    """Attach the first ``count`` links, which were decided before and hold."""
    for index in range(count):
        attach(board.state, board.edge_next, board.left[index], board.right[index], index)


def owners(state: Ints, found: Ints, start: int, stop: int) -> None:
    """Fill ``found`` with the customer index of every node, once all links are decided."""
    for node in range(start, stop):
        if node + FAR < stop:
            touch(state, state[(node + FAR) * WIDTH] * WIDTH)
        found[node] = state[find(state, node) * WIDTH + CUSTOMER]


def arrange(
    keys: Ints,
    begins: Ints,
    links: tuple[Ints, Ints, Ints],
    arranged: tuple[Ints, Ints, Ints, Ints],
    start: int,
    stop: int,
) -> None:
    """Lay out (left, right, strength) of ``links`` in the order of their keys, and where each came from.

    Args:
        keys: of each link.
        begins: for each key the place of the first link of this range; afterwards the place behind the last.
        links: left, right and strength.
        arranged: room for the same and for the place each had.
        start: the first link.
        stop: behind the last.
    """
    for place in range(start, stop):
        target = begins[keys[place]]
        begins[keys[place]] += 1
        arranged[0][target] = links[0][place]
        arranged[1][target] = links[1][place]
        arranged[2][target] = links[2][place]
        arranged[3][target] = place


def rank_all(
    classes: Ints,
    table: Ints,
    links: tuple[Ints, Ints, Ints],
    seen: tuple[Ints, Ints],
    scale: tuple[int, int, Ints],
    keys: Ints,
    counts: Ints,
    start: int,
    stop: int,
) -> None:
    """Fill ``keys`` with the place of each link in the order of a bulk import, the surest first, and count them.

    Accounts with accounts; then phones and mail that somebody acts under, the earliest first (a recycled number was
    somebody's before it was somebody else's); then what is by contact, then devices, what was seen most first. Where
    that says nothing the older identifier comes first, by blocks of nodes that stay in the processor's cache.

    Args:
        classes: of each node.
        table: the limit classes.
        links: left, right and strength.
        seen: of each link: when first, and how often.
        scale: the earliest moment, how long a step of time is, and the step (how seldom) by how often.
        keys: room for a key a link.
        counts: a zero for each key.
        start: the first link.
        stop: behind the last.
    """
    blocks = (len(classes) >> BLOCK) + 1
    earliest, length, seldom = scale
    for place in range(start, stop):
        if place + FAR < stop:
            touch(classes, links[1][place + FAR])
        grade = table[classes[links[1][place]] * RULE_WIDTH + GRADE]
        if grade == DEVICE_GRADE:
            tier = 3
        elif links[2][place] == CONTACT:
            tier = 2
        else:
            tier = 3 - grade
        step = (seen[0][place] - earliest) // length if tier == 1 else seldom[min(seen[1][place], len(seldom) - 1)]
        key = (tier * STEPS + step) * blocks + (links[0][place] >> BLOCK)
        keys[place] = key
        counts[key] += 1


COMPILED = ("set_up", "seat", "hold", "owners", "arrange", "rank_all")
