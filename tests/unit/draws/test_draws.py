"""A turn at a draw: what is paid and given, what falls back, what is kept, and who is refused."""

from dataclasses import replace
from typing import Any

import pytest
from psycopg import IntegrityError
from tests.unit.draws.conftest import DAY, HOUR, ME, NOON, PHONE, SMALL, TURN_FOR_TEN, Brand, join, pool, prize

from siyu.draws import service
from siyu.draws.rules import giving, proof
from siyu.draws.types import DrawLimits, DrawNotOpen, DrawRules, NotConfirmed, NoTurnsLeft, Pool, Price, Round
from siyu.engines.access.types import Principal
from siyu.kernel.errors import BadInput, Conflict, IdempotencyMismatch, NotAllowed, NotFound, SiyuError
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import CheckInRules, NotEnough, Reward, spent

ALL_PHONES = pool(replace(PHONE, weight=1_000_000), budget_fen=250_000)


def refused(error: type[SiyuError], act: Any) -> SiyuError:
    with pytest.raises(error) as caught:
        act()
    assert caught.value.message_zh
    return caught.value


def test_a_draw_can_be_computed_again_from_what_is_told(brand: Brand) -> None:
    round_ = brand.publish(pool(SMALL, replace(PHONE, stock=4), budget_fen=400_000))
    assert round_.seed is None
    made = [brand.draw(person, round_, client_seed="mine") for person in (1, 2, 1, 1)]
    assert [one.nonce for one in made] == [0, 0, 1, 2]
    brand.now = NOON + 8 * DAY
    assert brand.end_due() == 1
    ended = brand.round_of(round_)
    assert ended.seed is not None
    seed = bytes.fromhex(ended.seed)
    assert proof.hash_of_seed(seed) == round_.seed_hash
    assert isinstance(ended.rule, Pool)
    for one in made:
        assert one.number == proof.number_of(seed, round_.id, one.customer_id, one.nonce, "mine")
        assert one.drawn == proof.prize_at(ended.rule.prizes, one.number).code
        assert (one.prize, one.why) == (one.drawn, "")
    assert brand.end_due() == 0


def test_price_and_prize_are_posted(brand: Brand) -> None:
    always = pool(
        prize("hundred", 1_000_000, unit="points", amount=100, cost_fen=50), budget_fen=1_000, price=TURN_FOR_TEN
    )
    round_ = brand.publish(always)
    error = refused(NotEnough, lambda: brand.draw(1, round_))
    assert "customer/1/points has 0" in error.message
    brand.give(1, 25)
    made = brand.draw(1, round_)
    assert brand.balance(1) == 115
    assert (made.budget_before, made.budget_after, made.stock_before) == (1_000, 950, None)
    assert brand.balance(spent(giving.FEN)) == 50
    assert brand.draw(1, round_).nonce == 1  # who could not pay has not drawn
    brand.assert_whole()


def test_turns_are_a_unit(brand: Brand) -> None:
    round_ = brand.publish(pool(SMALL, price=Price(amount=1, unit="turn")))
    brand.give(1, 1, "turn")
    brand.draw(1, round_)
    assert "customer/1/turn has 0" in refused(NotEnough, lambda: brand.draw(1, round_)).message


def test_check_in_gives_turns(brand: Brand) -> None:
    round_ = brand.publish(pool(SMALL, price=Price(amount=1, unit="turn")))
    rules = CheckInRules(daily=[Reward(1, "turn", 7)])

    def act(conn: Any) -> None:
        loyalty.change_check_in(conn, ME, rules, 0, "a turn a day", brand.now)
        loyalty.check_in(conn, 1, brand.now)

    brand.done(act)
    assert brand.draw(1, round_).paid_by
    refused(NotEnough, lambda: brand.draw(1, round_))
    brand.assert_whole()


def test_out_of_stock_and_over_budget_fall_back(brand: Brand) -> None:
    round_ = brand.publish(ALL_PHONES)
    made = [brand.draw(1, round_) for _ in range(3)]
    assert [(one.prize, one.why) for one in made] == [("phone", ""), ("phone", ""), ("thanks", "over_budget")]
    assert [(one.stock_before, one.stock_after) for one in made] == [(3, 2), (2, 1), (1, 1)]
    assert [(one.budget_before, one.budget_after) for one in made] == [
        (250_000, 150_000),
        (150_000, 50_000),
        (50_000,) * 2,
    ]
    other = brand.publish(replace(ALL_PHONES, code="other", budget_fen=10**6))
    made = [brand.draw(2, other) for _ in range(4)]
    assert (made[3].drawn, made[3].prize, made[3].why, made[3].given_by) == ("phone", "thanks", "out_of_stock", None)
    tally = brand.tally(other)
    assert [(one.drawn, one.given, one.left) for one in tally.prizes] == [(4, 3, 0), (0, 1, None)]
    assert (tally.draws, tally.budget_left) == (4, 700_000)
    brand.assert_whole()


def test_the_fallback_may_give_something(brand: Brand) -> None:
    consoled = Pool(
        code="consoled", name="转盘", opens_at=NOON, closes_at=NOON + DAY, budget_fen=0, fallback="one",
        prizes=[prize("none", 1_000_000, thing=True, stock=0), prize("one", 0, unit="points", amount=1)],
    )  # fmt: skip
    made = brand.draw(1, brand.publish(consoled))
    assert (made.prize, made.why, made.stock_before, brand.balance(1)) == ("one", "out_of_stock", 0, 1)


def test_a_retry_is_answered_the_same(brand: Brand) -> None:
    round_ = brand.publish(ALL_PHONES)
    first = brand.draw(1, round_, key="the-same-key")
    again = brand.draw(1, round_, key="the-same-key")
    assert (replace(again, repeated=False), again.repeated) == (first, True)
    refused(IdempotencyMismatch, lambda: brand.draw(1, round_, key="the-same-key", client_seed="x"))
    refused(IdempotencyMismatch, lambda: brand.draw(2, round_, key="the-same-key"))
    brand.now = NOON + 8 * DAY
    assert brand.draw(1, round_, key="the-same-key").repeated  # also when it is over
    assert brand.tally(round_).draws == 1


def test_who_may_not_draw(brand: Brand) -> None:
    round_ = brand.publish(pool(SMALL, per_person=3, per_day=2))
    brand.now = NOON - HOUR
    refused(DrawNotOpen, lambda: brand.draw(1, round_))
    brand.now = NOON
    assert [brand.draw(1, round_).nonce for _ in range(2)] == [0, 1]
    assert "2 turns of today" in refused(NoTurnsLeft, lambda: brand.draw(1, round_)).message
    brand.now = NOON + 12 * HOUR  # midnight of the brand's
    brand.draw(1, round_)
    assert "3 turns of this round" in refused(NoTurnsLeft, lambda: brand.draw(1, round_)).message
    brand.draw(2, round_)
    brand.now = NOON + 7 * DAY
    refused(DrawNotOpen, lambda: brand.draw(2, round_))
    refused(NotFound, lambda: brand.draw(2, 10**6))
    refused(NotFound, lambda: brand.draw(10**6, round_))
    refused(BadInput, lambda: brand.draw(1, round_, key="short"))
    refused(BadInput, lambda: brand.draw(1, round_, client_seed="white space"))


def test_a_published_round_stays_as_it_was(brand: Brand) -> None:
    first = pool(SMALL)
    round_ = brand.publish(first, at=NOON - DAY, confirmed=())
    assert brand.publish(first, at=NOON - DAY) == round_  # safe to repeat
    other = replace(first, budget_fen=7)
    assert "by another rule" in refused(Conflict, lambda: brand.publish(other)).message
    assert brand.round_of(round_).rule == first
    ended = brand.done(lambda conn: service.end_round(conn, ME, round_.id, "a mistake", brand.now))
    assert (ended.seed is not None, ended.ended_at) == (True, NOON)
    assert brand.done(lambda conn: service.end_round(conn, ME, round_.id, "a mistake", brand.now)) == ended
    refused(DrawNotOpen, lambda: brand.draw(1, round_))
    assert brand.publish(other).id > round_.id
    assert "over" in refused(BadInput, lambda: brand.publish(replace(first, code="late"), at=NOON + 30 * DAY)).message
    unknown = replace(first, code="unknown", prizes=[prize("c", 0, unit="coupon:77"), *first.prizes])
    assert "the ledger has no coupon:77" in refused(BadInput, lambda: brand.publish(unknown)).message


def test_what_is_left_goes_back(brand: Brand) -> None:
    round_ = brand.publish(replace(ALL_PHONES, budget_fen=300_000))
    brand.draw(1, round_)
    brand.now = NOON + 7 * DAY
    brand.end_due()
    tally = brand.tally(round_)
    assert (tally.budget_left, [one.left for one in tally.prizes]) == (0, [0, None])
    assert brand.balance(spent(giving.FEN)) == 100_000
    brand.assert_whole()


def test_warnings_are_confirmed(brand: Brand) -> None:
    dear = pool(prize("car", 1, thing=True, stock=1, value_fen=10**8))
    error = refused(NotConfirmed, lambda: brand.publish(dear, at=NOON + HOUR, confirmed=()))
    assert "prize_value, short_notice" in error.message
    assert "1000000 元" in error.message_zh
    round_ = brand.publish(dear, at=NOON + HOUR, confirmed=("prize_value", "short_notice"))
    assert round_.confirmed == ("prize_value", "short_notice")
    rules = DrawRules(pools=[replace(dear, code="b")], limits=DrawLimits(prize_fen=10**9))
    version = brand.rule(rules)
    assert brand.done(lambda conn: service.publish(conn, ME, "b", version, (), NOON)).confirmed == ()
    with pytest.raises(Conflict):
        brand.done(lambda conn: service.publish(conn, ME, "b", version - 1, (), NOON))


def test_things_are_handed_out_once(brand: Brand) -> None:
    round_ = brand.publish(pool(replace(PHONE, weight=999_999), budget_fen=10**6))
    made = brand.draw(1, round_)

    def handed(draw_id: int, who: Principal = ME) -> Any:
        return brand.done(lambda conn: service.hand_out(conn, who, draw_id, "parcel 17", brand.now))

    brand.now = NOON + HOUR
    done = handed(made.id)
    assert (done.handed_out_at, done.handed_out_by) == (NOON + HOUR, ME.actor)
    assert handed(made.id) == done
    unit = giving.unit_of(round_.id, "phone")
    assert (brand.balance(spent(unit)), brand.done(lambda conn: service.draw_of(conn, made.id))) == (1, done)
    [brand.draw(2, round_) for _ in range(3)]
    nothing = brand.done(lambda conn: service.draws_of(conn, 2))[0]
    assert nothing.prize == "thanks"
    refused(Conflict, lambda: handed(nothing.id))
    refused(NotFound, lambda: handed(10**6))
    refused(NotAllowed, lambda: handed(made.id, Principal("key", 1, "k", frozenset())))


def test_merged_people_have_their_turns_once(brand: Brand) -> None:
    round_ = brand.publish(pool(SMALL, PHONE, per_person=5, per_day=4, budget_fen=10**6))
    for person in (1, 1, 2):
        brand.draw(person, round_, key=f"before-{person}-{next(brand.keys)}")
    first = brand.draw(2, round_, key="before-the-merge")

    def merge(conn: Any) -> None:
        join(conn, 2, 1)
        loyalty.reassign(conn, [(2, 1)], brand.now)
        service.regroup_draws(conn, [(2, 1)], brand.now)

    brand.done(merge)
    assert replace(brand.draw(2, round_, key="before-the-merge"), repeated=False) == first
    assert "4 turns of today" in refused(NoTurnsLeft, lambda: brand.draw(1, round_)).message
    brand.now = NOON + DAY
    assert (made := brand.draw(2, round_)).customer_id == 1
    assert made.nonce == 2
    assert "5 turns of this round" in refused(NoTurnsLeft, lambda: brand.draw(2, round_)).message
    assert len(brand.done(lambda conn: service.draws_of(conn, 2))) == 5


def test_facts_are_told(brand: Brand) -> None:
    round_ = brand.publish(ALL_PHONES)
    for _ in range(3):
        made = brand.draw(1, round_)
    (got, _, fell) = brand.told()
    said = {"pool": "wheel", "round": round_.id, "draw": made.id, "prize": "thanks", "won": False, "instead": "phone"}
    assert fell == ("draw.made", "谢谢参与", said)
    assert got[2] == {**said, "draw": made.id - 2, "prize": "phone", "won": True, "instead": ""}
    brand.done(lambda conn: service.hand_out(conn, ME, made.id - 2, "parcel 17", NOON))
    assert brand.told()[-1][:2] == ("prize.handed_out", "手机")


def test_the_record_is_kept(brand: Brand) -> None:
    round_ = brand.publish(ALL_PHONES)
    made = brand.draw(1, round_)
    brand.done(lambda conn: service.hand_out(conn, ME, made.id, "at the counter", NOON))
    for sql in (
        "UPDATE draws.draw SET number = 1",
        "DELETE FROM draws.draw",
        "TRUNCATE draws.draw",
        "DELETE FROM draws.handed",
        "UPDATE draws.rules SET reason = ''",
    ):
        with pytest.raises(IntegrityError, match="only added to"):
            brand.run(sql)
    brand.now = NOON + 7 * DAY
    brand.end_due()
    years = NOON.replace(year=2028) + 7 * DAY
    forget = service.forget_draws
    assert brand.done(lambda conn: forget(conn, years)) == 0
    assert brand.done(lambda conn: forget(conn, years + HOUR)) == 1
    assert brand.rows("SELECT count(*) FROM draws.draw UNION ALL SELECT count(*) FROM draws.handed") == [(0,), (0,)]
    assert brand.round_of(round_).seed is not None


def test_rights(brand: Brand) -> None:
    nobody = Principal("key", 1, "k", frozenset())
    round_: Round = brand.publish(pool(SMALL))
    for act in (
        lambda conn: service.change_draw_rules(conn, nobody, DrawRules(), 1, "for the test", NOON),
        lambda conn: service.publish(conn, nobody, "wheel", 1, (), NOON),
        lambda conn: service.end_round(conn, nobody, round_.id, "for the test", NOON),
        lambda conn: service.draw_for(conn, nobody, 1, round_.id, NOON, key="eight-or-more"),
    ):
        refused(NotAllowed, lambda act=act: brand.done(act))
    made = brand.done(lambda conn: service.draw_for(conn, ME, 1, round_.id, NOON, key="eight-or-more"))
    assert made.actor == ME.actor
