"""OneID against plain connected components on the same edges, over a made-up population with known truth.

The population is one shop chain's: accounts on the brand's own app, in WeCom and on shop platforms; phones that
accounts were registered with; receivers' phones on orders; browsers. And what makes identity hard: households that share
a tablet at home, a tablet in every store where hundreds sign in, recycled phone numbers that two people registered one
after the other, and gifts that put a friend's phone on somebody else's order. Such edges join everybody with everybody:
plain components make one person of nearly the whole population.

What is right: a tablet in a store is nobody's; the tablet of a household is its main user's; a recycled number was the
number of two people, so with either of them is right. A pair of identifiers of one person can be found when true edges
connect them; ``recall_of_possible`` is measured against those pairs.

    python -m benchmarks.oneid [--quick]
"""

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from siyu.identity.rules.board import Links, array_board, compiled, in_order, owners_of, rule_row
from siyu.identity.rules.linking import CONTACT, SELF
from siyu.identity.types import TYPES

Ints = NDArray[np.int32]

# Share of people who hold an account, and the share of those accounts that was registered with the person's phone.
ACCOUNTS = {
    "user_id": (1.0, 0.85),
    "member_no": (0.35, 0.95),
    "union_id": (0.50, 0.10),
    "external_userid": (0.35, 0.25),
    "platform_buyer": (0.45, 0.0),  # taobao: exports carry receivers' phones only
    "platform_buyer/jd": (0.22, 0.0),
    "platform_buyer/doudian": (0.18, 0.0),
}
OWN_RECEIVER = 0.97  # share of buyer accounts that ever received something at their own phone
GIFT_GIVERS = 0.05
HOUSEHOLDS = 0.25  # share of people who live in a household with a shared tablet
PEOPLE_PER_STORE_TABLET = 400
STORE_VISITORS = 0.30  # share of people who ever signed in on a store's tablet
RECYCLED = 0.03


@dataclass(frozen=True)
class Population:
    """Nodes with their type and owner, and edges in the order of time."""

    classes: Ints
    owner: Ints  # the person; -1 - n for what is nobody's
    second_owner: Ints  # of recycled phones: the other right answer; elsewhere the owner again
    left: Ints  # the stronger identifier
    right: Ints
    strength: NDArray[np.int8]
    times: Ints
    first_seen: Ints  # day


CLASS_NAMES = (*ACCOUNTS, "phone", "anonymous_id")


def rule_table() -> Ints:
    """The limit classes of this population as the rules read them."""
    kinds = [TYPES[name.split("/")[0]] for name in CLASS_NAMES]
    return np.array([rule_row(k, number) for number, k in enumerate(kinds)], np.int32).reshape(-1)


class Maker:
    """Collects nodes and edges of the population."""

    def __init__(self, people: int, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.people = people
        self.count = 0
        self.classes: list[Ints] = []
        self.owners: list[Ints] = []
        self.edges: list[tuple[Ints, Ints, NDArray[np.int8], Ints, Ints]] = []

    def nodes(self, name: str, owner: NDArray[np.integer]) -> Ints:
        first = self.count
        self.count += len(owner)
        self.classes.append(np.full(len(owner), CLASS_NAMES.index(name), np.int32))
        self.owners.append(owner.astype(np.int32))
        return np.arange(first, self.count, dtype=np.int32)

    def link(self, left: Ints, right: Ints, strength: int, times: Ints, days: tuple[int, int] = (0, 1000)) -> None:
        kept = (left >= 0) & (right >= 0)
        count = int(kept.sum())
        day = self.random.integers(*days, count, dtype=np.int32)
        self.edges.append((left[kept], right[kept], np.full(count, strength, np.int8), times[kept], day))

    def seen(self, size: int, mean: float) -> Ints:
        return (1 + self.random.poisson(mean, size)).astype(np.int32)

    def some(self, share: float, size: int) -> NDArray[np.bool_]:
        return self.random.random(size) < share


def accounts(m: Maker, phone: Ints) -> dict[str, Ints]:
    """Every person's accounts (-1 where they have none), tied to phones and to each other."""
    n = m.people
    held = {name: m.some(share, n) for name, (share, _) in ACCOUNTS.items()}
    held["user_id"] |= ~np.logical_or.reduce(list(held.values()))
    node = {}
    for name, has in held.items():
        node[name] = np.full(n, -1, np.int32)
        node[name][has] = m.nodes(name, np.flatnonzero(has))
        registered = ACCOUNTS[name][1]
        if registered:
            m.link(node[name], np.where(m.some(registered, n), phone, -1), SELF, m.seen(n, 3))
        else:
            m.link(node[name], np.where(m.some(OWN_RECEIVER, n), phone, -1), CONTACT, m.seen(n, 2.5))
    for one, other, share in (
        ("user_id", "union_id", 0.8),
        ("union_id", "external_userid", 0.9),
        ("user_id", "member_no", 0.6),
        ("member_no", "union_id", 0.4),
    ):
        m.link(node[one], np.where(m.some(share, n), node[other], -1), SELF, m.seen(n, 2))
    return node


def strongest(node: dict[str, Ints], names: tuple[str, ...]) -> Ints:
    found = np.full(len(node["user_id"]), -1, np.int32)
    for name in reversed(names):
        found = np.where(node[name] >= 0, node[name], found)
    return found


def trouble(m: Maker, node: dict[str, Ints], phone: Ints) -> tuple[Ints, Ints]:
    """Shared tablets, gifts, recycled numbers. Returns the recycled phones and the other owner of each."""
    n = m.people
    signs_in = strongest(node, ("user_id", "member_no", "union_id"))
    # Households of 2 to 4 people are neighbours in the numbering; the first is the tablet's main user.
    size = m.random.integers(2, 5, n)
    first = np.cumsum(size) - size
    homes = int(np.searchsorted(np.cumsum(size), n * HOUSEHOLDS))
    tablet = m.nodes("anonymous_id", first[:homes])
    for place in range(4):
        living = size[:homes] > place
        member = first[:homes][living] + place
        mean = 12 if place == 0 else 2
        m.link(signs_in[member], tablet[living], SELF, m.seen(len(member), mean))
    stores = max(1, int(n * STORE_VISITORS / PEOPLE_PER_STORE_TABLET))
    store = m.nodes("anonymous_id", -1 - np.arange(stores))
    visitor = m.random.permutation(n)[: int(n * STORE_VISITORS)].astype(np.int32)
    m.link(signs_in[visitor], store[m.random.integers(0, stores, len(visitor))], SELF, m.seen(len(visitor), 0.2))
    buyer = strongest(node, ("platform_buyer", "platform_buyer/jd", "platform_buyer/doudian"))
    giver = m.random.permutation(n)[: int(n * GIFT_GIVERS)]
    m.link(buyer[giver], phone[m.random.integers(0, n, len(giver))], CONTACT, m.seen(len(giver), 0.1))
    pair = m.random.permutation(n)[: 2 * int(n * RECYCLED / 2)].reshape(2, -1)
    registers = strongest(node, ("user_id", "member_no"))
    m.link(registers[pair[1]], phone[pair[0]], SELF, m.seen(pair.shape[1], 2), (1000, 1300))
    return phone[pair[0]], pair[1].astype(np.int32)


def make(people: int, seed: int = 7) -> Population:
    """The whole population; the same for the same seed."""
    m = Maker(people, seed)
    phone = m.nodes("phone", np.arange(people))
    node = accounts(m, phone)
    browsers = m.random.poisson(1.6, people)
    owner = np.repeat(np.arange(people), browsers)
    own = strongest(node, ("user_id", "member_no", "union_id"))
    m.link(own[owner], m.nodes("anonymous_id", owner), SELF, m.seen(len(owner), 4))
    recycled, other = trouble(m, node, phone)
    owners = np.concatenate(m.owners)
    second = owners.copy()
    second[recycled] = other
    columns = [np.concatenate(column) for column in zip(*m.edges, strict=True)]
    when = np.argsort(columns[-1] + m.random.random(len(columns[-1]), dtype=np.float32))
    return Population(np.concatenate(m.classes), owners, second, *(column[when] for column in columns))


def resolve(people: Population) -> Ints:
    """What a caller of the bulk path does from integer edges on: order, set up, decide, read the answer."""
    table = rule_table()
    links = Links(people.left, people.right, people.strength, people.times, people.first_seen)
    left, right, strength, _ = in_order(table, people.classes, links)
    board = array_board(table, people.classes, left, right, strength)
    compiled().link_all(board, 0, len(left))
    return owners_of(board)


def components(nodes: int, left: Ints, right: Ints) -> Ints:
    """SciPy's plain connected components, with what it needs to get there."""
    matrix = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(nodes, nodes))
    return connected_components(matrix.tocsr(), directed=False)[1]


def pairs(labels: NDArray[np.integer]) -> int:
    """How many pairs of nodes carry the same label."""
    sizes = np.bincount(labels).astype(np.int64)
    return int((sizes * (sizes - 1) // 2).sum())


def both(one: NDArray[np.integer], other: NDArray[np.integer]) -> NDArray[np.int64]:
    """Labels that are equal where both are."""
    joint = one.astype(np.int64) * (int(other.max()) + 1) + other
    joint.sort()
    return np.cumsum(np.concatenate(([0], (joint[1:] != joint[:-1]).astype(np.int64))))


def truth_for(people: Population, answer: Ints) -> Ints:
    """The owner of every node; a recycled phone is whoever's the answer gave it to, when that is one of its two."""
    truth = people.owner.copy()
    phones = np.flatnonzero(people.owner != people.second_owner)
    width = int(people.owner.max()) + 2
    known = people.owner >= 0
    known[phones] = False
    keys = np.unique(answer[known].astype(np.int64) * width + people.owner[known])
    key = answer[phones].astype(np.int64) * width + people.second_owner[phones]
    place = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
    truth[phones] = np.where(keys[place] == key, people.second_owner[phones], people.owner[phones])
    return truth - int(truth.min())


def judge(people: Population, answer: Ints) -> tuple[float, float]:
    """Pair precision, and recall among the pairs that true edges connect."""
    truth = truth_for(people, answer)
    true_edge = truth[people.left] == truth[people.right]
    reachable = components(len(truth), people.left[true_edge], people.right[true_edge])
    found = pairs(answer)
    right = pairs(both(answer, truth))
    return right / found, pairs(both(answer, reachable)) / pairs(reachable)


def race(rounds: int, *acts: Callable[[], Ints]) -> tuple[list[float], list[Ints]]:
    """Run them in turn, so that a busy moment of the machine meets all; the shortest time and the answer of each."""
    shortest, answers = [float("inf")] * len(acts), [np.empty(0, np.int32)] * len(acts)
    for _ in range(rounds):
        for place, act in enumerate(acts):
            start = time.perf_counter()
            answers[place] = act()
            shortest[place] = min(shortest[place], time.perf_counter() - start)
    return shortest, answers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="1,000,000 people instead of 10,000,000")
    quick = parser.parse_args().quick
    count, rounds = (1_000_000, 3) if quick else (10_000_000, 3)
    start = time.perf_counter()
    resolve(make(1000))
    compile_s = time.perf_counter() - start
    start = time.perf_counter()
    people = make(count)
    make_s = time.perf_counter() - start
    nodes, edges = len(people.classes), len(people.left)
    (plain_s, ours_s), (plain, ours) = race(
        rounds, lambda: components(nodes, people.left, people.right), lambda: resolve(people)
    )
    precision, recall = judge(people, ours)
    plain_precision, plain_recall = judge(people, plain)
    print(
        f"{count:,} people, {nodes:,} identifiers, {edges:,} links; made in {make_s:.1f} s, compiled in {compile_s:.1f} s"
    )
    print(f"{'':24}{'seconds':>10}{'links/s':>14}{'precision':>12}{'recall':>10}{'largest':>12}")
    for name, seconds, found, p, r in (
        ("connected components", plain_s, plain, plain_precision, plain_recall),
        ("OneID", ours_s, ours, precision, recall),
    ):
        largest = int(np.bincount(found).max())
        print(f"{name:24}{seconds:>10.2f}{edges / seconds:>14,.0f}{p:>12.6f}{r:>10.6f}{largest:>12,}")
    figures = {
        "time_vs_components": round(ours_s / plain_s, 3),
        "precision": round(precision, 6),
        "recall_of_possible": round(recall, 6),
        "components_precision": float(f"{plain_precision:.3g}"),
        "links_per_s": round(edges / ours_s),
        "compile_s": round(compile_s, 2),
    }
    print(json.dumps({"benchmark": "oneid", "quick": quick, "figures": figures}))


if __name__ == "__main__":
    main()
