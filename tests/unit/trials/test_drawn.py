"""Where the chosen are drawn, whoever noted the hash can compute who had to win."""

import hmac
from hashlib import sha256

import pytest
from tests.unit.trials.conftest import DAY, HOUR, ME, NOON, Brand

from siyu.draws import service as draws
from siyu.draws.types import Round
from siyu.engines.postgres import run
from siyu.kernel.errors import Conflict, NotFound
from siyu.trials import service
from siyu.trials.types import Trial


def round_of(brand: Brand, trial: Trial | int) -> Round:
    found = brand.read(trial if isinstance(trial, int) else trial.id).trial
    assert found.round_id is not None
    return brand.done(lambda conn: draws.round_of(conn, found.round_id))  # type: ignore[no-any-return]


def test_the_lowest_digests_win(brand: Brand) -> None:
    made = brand.trial(how="draw")
    before = round_of(brand, made)
    assert (before.kind, before.seed, before.rule.name) == ("entrants", None, "春茶试用")
    applied = [brand.apply(one, made) for one in range(1, 13)]
    brand.withdraw(12, made)
    with pytest.raises(Conflict, match="drawn"):
        brand.choose(made, applied[0])
    with pytest.raises(Conflict, match="ends with that"):
        brand.done(lambda conn: draws.end_round(conn, ME, before.id, "a test", brand.now))
    assert brand.look_after() == (0, 0, 0)
    brand.now = NOON + 8 * DAY
    assert brand.look_after()[0] == 1

    after = round_of(brand, made)
    assert after.seed is not None
    seed = bytes.fromhex(after.seed)
    assert sha256(seed).hexdigest() == before.seed_hash
    names = [str(one.id) for one in applied[:11]]
    ranked = sorted(names, key=lambda name: hmac.new(seed, f"{after.id}:{name}".encode(), "sha256").hexdigest())
    found = brand.done(lambda conn: draws.entrants_of_round(conn, after.id))
    assert [one.name for one in found] == ranked
    assert [one.won for one in found] == [True] * 3 + [False] * 8
    won = set(ranked[:3])
    assert {str(one.id) for one in applied[:11] if brand.of(one).state == "chosen"} == won
    assert sum(brand.of(one).state == "not_chosen" for one in applied) == 8
    assert brand.settle(made).state == "chosen"  # told again: nobody is drawn twice
    assert brand.read(made).chosen == 3
    brand.assert_whole()


def test_fewer_than_there_are_pieces_all_win(brand: Brand) -> None:
    made = brand.trial(how="draw")
    a = brand.apply(1, made)
    brand.now = NOON + 7 * DAY + HOUR
    brand.settle(made)
    assert (brand.of(a).state, brand.read(made).left) == ("chosen", 0)
    assert brand.has(1) == 0
    brand.assert_whole()


def test_a_draw_that_is_ended_before_tells_its_seed_and_draws_nobody(brand: Brand) -> None:
    made = brand.trial(how="draw")
    a = brand.apply(1, made)
    brand.end(made)
    after = round_of(brand, made)
    assert after.seed is not None
    assert brand.done(lambda conn: draws.entrants_of_round(conn, after.id)) == []
    assert brand.of(a).state == "not_chosen"


def test_rounds_of_trials_are_not_among_those_of_pools(brand: Brand) -> None:
    made = brand.trial(how="draw")
    found = round_of(brand, made)
    assert brand.done(draws.rounds) == []
    assert brand.done(lambda conn: draws.end_due(conn, NOON + 99 * DAY)) == 0
    with pytest.raises(NotFound):
        brand.done(lambda conn: draws.draw(conn, 1, found.id, NOON, key="some-key-1"))
    by_hand = brand.draft()
    assert brand.done(lambda conn: service.trial(conn, by_hand.id, NOON)).trial.round_id is None
    with pytest.raises(NotFound, match="entrants"):
        brand.done(lambda conn: draws.entrants_of_round(conn, found.id + 1))


def test_the_record_of_a_draw_cannot_be_changed_and_is_forgotten_after_two_years(brand: Brand) -> None:
    made = brand.trial(how="draw")
    brand.apply(1, made)
    brand.now = NOON + 8 * DAY
    brand.settle(made)
    for sql in ("UPDATE draws.entrant SET won = false", "DELETE FROM draws.entrant", "TRUNCATE draws.entrant"):
        with pytest.raises(Exception, match="record of draws"):
            brand.done(lambda conn, sql=sql: run(conn, sql))
    assert brand.done(lambda conn: draws.forget_draws(conn, NOON + 700 * DAY)) == 0
    assert brand.done(lambda conn: draws.forget_draws(conn, NOON + 800 * DAY)) == 1
