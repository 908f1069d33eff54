"""What a seed draws: the same for everybody who knows it, and as often as the odds say."""

import hashlib
import hmac
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.draws.conftest import PHONE, SMALL, pool, prize

from siyu.draws.rules import chance, proof

SEED = bytes(range(32))
ODDS = pool(PHONE, SMALL, prize("one_in_a_hundred", 10_000), prize("rare", 50), budget_fen=300_000)


def test_the_number_is_the_first_fair_four_bytes() -> None:
    digest = hmac.new(SEED, b"7:42:3:0:luck", hashlib.sha256).digest()
    value = int.from_bytes(digest[:4], "big")
    assert value < 4_294_000_000
    assert proof.number_of(SEED, 7, 42, 3, "luck") == value % 1_000_000
    assert proof.hash_of_seed(SEED) == hashlib.sha256(SEED).hexdigest()


def test_unfair_bytes_are_passed_over() -> None:
    """One in four thousand numbers comes of the second four bytes."""
    found = 0
    for nonce in range(20_000):
        digest = hmac.new(SEED, f"1:1:{nonce}:0:".encode(), hashlib.sha256).digest()
        first, second = (int.from_bytes(digest[at : at + 4], "big") for at in (0, 4))
        if first >= 4_294_000_000:
            found += 1
            assert proof.number_of(SEED, 1, 1, nonce, "") == second % 1_000_000
    assert found


@given(st.binary(min_size=32, max_size=32), st.integers(1, 2**63), st.integers(0, 10**6), st.text("ab:1", max_size=8))
def test_the_same_for_everybody(seed: bytes, person: int, nonce: int, client_seed: str) -> None:
    number = proof.number_of(seed, 1, person, nonce, client_seed)
    assert number == proof.number_of(seed, 1, person, nonce, client_seed)
    assert 0 <= number < 1_000_000


def test_a_million_draws_are_as_the_odds_say() -> None:
    """Chi-square over prizes, and over a hundred equal parts of the numbers. Of a fixed seed: it holds or it does not."""
    numbers = [proof.number_of(SEED, 1, person, nonce, "") for person in range(1, 10_001) for nonce in range(100)]
    drawn = Counter(proof.prize_at(ODDS.prizes, number).code for number in numbers)
    found = chance.tally(ODDS, {(code, code): count for code, count in drawn.items()}, {}, 0)
    assert found.draws == 1_000_000
    assert found.p is not None
    assert found.p > 0.001
    parts = Counter(number // 10_000 for number in numbers)
    assert chance.p_of(chance.chi_square([(parts[part], 10_000.0) for part in range(100)]), 99) > 0.001


def test_other_odds_are_found_out() -> None:
    """The same statistic sees a fifth of a percent that went elsewhere."""
    counts = {
        ("phone", "phone"): 202_000,
        ("ten", "ten"): 298_000,
        ("one_in_a_hundred",) * 2: 10_000,
        ("rare",) * 2: 50,
    }
    found = chance.tally(ODDS, {**counts, ("thanks", "thanks"): 489_950}, {}, 0)
    assert found.p is not None
    assert found.p < 0.05


def test_chi_square_is_that_of_the_tables() -> None:
    assert abs(chance.p_of(3.841, 1) - 0.05) < 1e-4
    assert abs(chance.p_of(18.307, 10) - 0.05) < 1e-4
    assert chance.tally(ODDS, {}, {}, 0).p is None
