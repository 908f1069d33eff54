"""The rules on their own: limits, claims, sharing; and that compiled they say the same."""

import random
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from siyu.identity.rules import board as boards
from siyu.identity.rules import laying, linking
from siyu.identity.rules.board import (
    Links,
    array_board,
    as_written,
    compiled,
    customers_of,
    in_order,
    keep_apart,
    listed,
    owners_of,
    part,
    rule_row,
)  # fmt: skip
from siyu.identity.rules.linking import (
    CONFIRMED,
    CONTACT,
    DEMOTED,
    MERGED,
    OPERATOR,
    REJECTED,
    REVIEW,
    SAME,
    SELF,
    Board,
)
from siyu.identity.types import TYPES

NAMES = ("user_id", "union_id", "platform_buyer", "phone", "email", "anonymous_id")
TABLE = [value for number, name in enumerate(NAMES) for value in rule_row(TYPES[name], number)]


def play(nodes: Sequence[str], *links: tuple[int, int, int]) -> tuple[Board, list[int]]:
    """Decide links (left, right, strength) among nodes of these types; returns the board and the outcomes."""
    left, right, strength = ([link[n] for link in links] for n in range(3))
    board = listed(TABLE, [NAMES.index(name) for name in nodes], left, right, strength, [0] * len(links))
    linking.link_all(board, 0, len(links))
    return board, list(board.outcome)


class TestLinkAll:
    def test_merges_then_same(self) -> None:
        board, outcomes = play(["user_id", "phone", "anonymous_id"], (0, 1, SELF), (0, 2, SELF), (1, 2, SELF))
        assert outcomes == [MERGED, MERGED, SAME]
        assert len(set(customers_of(board))) == 1

    def test_weaker_yields_and_equals_are_reviewed(self) -> None:
        nodes = ["user_id", "user_id", "phone", "union_id"]
        _, outcomes = play(nodes, (0, 2, SELF), (1, 2, SELF), (0, 3, SELF), (1, 3, SELF))
        assert outcomes == [MERGED, DEMOTED, MERGED, REVIEW]

    @pytest.mark.parametrize(("strength", "expected"), [(SELF, MERGED), (CONTACT, DEMOTED)])
    def test_second_phone_by_contact_is_somebody_elses(self, strength: int, expected: int) -> None:
        assert play(["platform_buyer", "phone", "phone"], (0, 1, SELF), (0, 2, strength))[1] == [MERGED, expected]

    def test_owner_claims_what_was_only_a_contact(self) -> None:
        nodes = ["user_id", "platform_buyer", "user_id", "phone"]
        board, outcomes = play(nodes, (0, 1, SELF), (1, 3, CONTACT), (2, 3, SELF))
        assert outcomes == [MERGED, DEMOTED, MERGED]
        customers = customers_of(board)
        assert customers[2] == customers[3] != customers[0] == customers[1]

    def test_owner_keeps_what_they_act_under(self) -> None:
        board, outcomes = play(["user_id", "user_id", "phone"], (0, 2, SELF), (1, 2, CONTACT), (1, 2, SELF))
        assert outcomes == [MERGED, DEMOTED, DEMOTED]
        assert customers_of(board)[0] == customers_of(board)[2]

    def test_gifts_do_not_make_a_phone_shared(self) -> None:
        nodes = ["user_id", "phone", *["user_id"] * 30]
        board, _ = play(nodes, (0, 1, SELF), *((n, 1, CONTACT) for n in range(2, 32)))
        assert customers_of(board)[0] == customers_of(board)[1]

    def test_operator_outranks_limits_and_sharing(self) -> None:
        nodes = ["user_id"] * 9 + ["anonymous_id"]
        board, outcomes = play(nodes, *((n, 9, SELF) for n in range(9)), (8, 9, OPERATOR), (0, 8, OPERATOR))
        assert outcomes[-2:] == [CONFIRMED, CONFIRMED]
        assert customers_of(board)[0] == customers_of(board)[8] == customers_of(board)[9]

    def test_a_component_has_a_greatest_size(self) -> None:
        nodes = ["anonymous_id"] * 60
        board, _ = play(nodes, *((n, n + 1, SELF) for n in range(59)))
        assert max(np.unique(customers_of(board), return_counts=True)[1]) == TYPES["anonymous_id"].limit


class TestPart:
    def test_kept_apart(self) -> None:
        board, _ = play(["user_id", "anonymous_id", "email"], (0, 1, SELF), (0, 2, SELF))
        board, staying = part(board, [1])
        assert sorted(staying) == [0, 2]
        board.left.append(0)
        board.right.append(1)
        for column, value in ((board.strength, SELF), (board.repeat, 0), (board.outcome, 0), (board.reason, -1)):
            column.append(value)
        board.edge_next.extend((-1, -1))
        linking.link_all(board, 2, 3)
        assert board.outcome[2] == REJECTED


class TestCompiled:
    @pytest.mark.parametrize("seed", range(5))
    def test_says_the_same_as_the_plain_rules(self, seed: int) -> None:
        chance = random.Random(seed)
        nodes = sorted(chance.randrange(len(NAMES)) for _ in range(400))
        pairs = [sorted(chance.sample(range(400), 2)) for _ in range(1500)]
        left, right = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        strength = [chance.choice((CONTACT, SELF, SELF, SELF, OPERATOR if n % 50 == 0 else SELF)) for n in range(1500)]
        apart = [tuple(chance.sample(range(400), 2)) for _ in range(200)]
        plain = keep_apart(listed(TABLE, nodes, left[:], right[:], strength[:], [0] * 1500), apart)
        linking.link_all(plain, 0, 1500)
        for functions in (compiled(), as_written()):
            arrays = [np.array(column, np.int32) for column in (TABLE, nodes, left, right)]
            board = array_board(*arrays, np.array(strength, np.int8))._replace(apart_head=np.full(400, -1, np.int32))
            board = keep_apart(board, apart)
            functions.link_all(board, 0, 1500)
            assert plain.outcome == board.outcome.tolist()
            assert plain.reason == board.reason.tolist()
            assert customers_of(plain) == owners_of(board).tolist()
        assert len(set(plain.outcome)) >= 6, "the story must have something of everything"

    @pytest.mark.parametrize("worth_compiling", [0, boards.WORTH_COMPILING])
    def test_order_of_a_bulk_import(self, worth_compiling: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(boards, "WORTH_COMPILING", worth_compiling)
        classes = np.array([NAMES.index(n) for n in ("user_id", "union_id", "phone", "anonymous_id")], np.int32)
        rights = np.array([3, 3, 2, 2, 2, 1], np.int32)  # device rarely, often; by contact; late, early; account
        strength = np.array([SELF, SELF, CONTACT, SELF, SELF, SELF], np.int8)
        times, seen = np.array([1, 9, 1, 1, 1, 1], np.int32), np.array([0, 0, 0, 900, 10, 999], np.int32)
        links = Links(np.zeros(6, np.int32), rights, strength, times, seen)
        assert in_order(np.array(TABLE, np.int32), classes, links)[3].tolist() == [5, 4, 3, 2, 1, 0]

    def test_cores_that_share_the_work_say_what_one_says(self, monkeypatch: pytest.MonkeyPatch) -> None:
        chance = np.random.default_rng(7)
        classes = np.sort(chance.integers(0, len(NAMES), 40_000)).astype(np.int32)
        pairs = np.sort(chance.integers(0, 40_000, (120_000, 2)), axis=1).astype(np.int32)
        kept = pairs[pairs[:, 0] != pairs[:, 1]]
        days, times = (chance.integers(1, 40, len(kept)).astype(np.int32) for _ in range(2))
        links = Links(kept[:, 0].copy(), kept[:, 1].copy(), np.full(len(kept), SELF, np.int8), times, days)

        def answer(parts: int) -> list[list[int]]:
            monkeypatch.setattr(
                boards, "ranges", lambda n: list(pairwise(n * part // parts for part in range(parts + 1)))
            )
            left, right, strength, places = in_order(np.array(TABLE, np.int32), classes, links)
            played = array_board(np.array(TABLE, np.int32), classes, left, right, strength)
            compiled().link_all(played, 0, len(left))
            return [places.tolist(), played.outcome.tolist(), owners_of(played).tolist()]

        alone = answer(1)
        assert answer(2) == alone
        assert answer(3) == alone

    def test_everything_named_is_compiled(self) -> None:
        assert set(compiled()._fields) <= {*linking.COMPILED, *laying.COMPILED}
