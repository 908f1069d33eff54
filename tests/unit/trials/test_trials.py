"""A trial from the first application to the last reward."""

from typing import Any

import pytest
from pyroaring import BitMap64
from sqlalchemy import Connection
from tests.unit.trials.conftest import DAY, HOUR, ME, NOON, REPORT, Brand, terms

from siyu.engines.access.types import Principal
from siyu.engines.zone import written
from siyu.kernel.errors import BadInput, Conflict, NotAllowed, NotFound
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import NotEnough, Tier, TierRules, customer, held
from siyu.rewards import service as rewards
from siyu.rewards.types import CouponRefused, CouponTerms, RewardRules
from siyu.segments import service as segments
from siyu.segments.store import members
from siyu.segments.types import TagOn
from siyu.trials import service
from siyu.trials.rules import pieces
from siyu.trials.types import (
    AlreadyApplied,
    NothingToReport,
    TooFewPieces,
    TrialBarred,
    TrialClosed,
    TrialNotForYou,
)


def coupon(brand: Brand, budget: int = 10) -> int:
    """The number of a live template."""

    def act(conn: Connection) -> int:
        rewards.change_rules(conn, ME, RewardRules(points=100, fen=100), 0, "a test", brand.now)
        wanted = CouponTerms(name="试用券", kind="money", off_fen=1000, threshold_fen=5000, valid_days=30)
        made = rewards.make_template(conn, ME, wanted, brand.now)
        rewards.add_budget(conn, ME, made.id, coupons=budget, fen=0, key="budget-1", reason="a test", now=brand.now)
        rewards.set_template_state(conn, ME, made.id, "live", "a test", brand.now)
        return made.id

    return int(brand.done(act))


def test_from_the_application_to_the_reward(brand: Brand) -> None:
    template = coupon(brand)
    made = brand.trial(points=30, questions=["平时喝什么茶？"], reward_coupon_id=template, reward_days=90)
    for one in range(1, 6):
        brand.earn(one, 100)
    applied = [brand.apply(one, made, answers=["绿茶"]) for one in range(1, 6)]
    assert [brand.has(one) for one in range(1, 6)] == [70] * 5
    brand.now += DAY
    assert brand.withdraw(5, made).state == "withdrawn"
    assert brand.has(5) == 100

    brand.now = NOON + 7 * DAY + HOUR
    assert [one.state for one in brand.choose(made, *applied[:3])] == ["chosen"] * 3
    assert brand.settle(made).state == "chosen"
    assert brand.of(applied[3]).state == "not_chosen"
    assert [brand.has(one) for one in range(1, 6)] == [70, 70, 70, 100, 100]
    assert [brand.has(held(one, "points")) for one in range(1, 5)] == [30, 30, 30, 0]

    sent = brand.send(made, *applied[:3])
    assert {(one.state, one.parcel, one.due_at) for one in sent} == {("sent", "SF 1001", NOON + 29 * DAY)}
    assert brand.has(held(1, "points")) == 0
    assert brand.has(customer(1, pieces.unit_of(made))) == 0

    brand.now += 5 * DAY
    assert brand.report(1, made, 5).state == "reported"
    brand.report(2, made, 4)
    assert brand.send_back(made, applied[1])[0].note == "请补充口感"
    assert brand.report(2, made, 3, "补充：口感偏淡。").stars == 3
    assert [one.state for one in brand.approve(made, *applied[:2])] == ["rewarded"] * 2
    assert [brand.has(one) for one in (1, 2, 3)] == [270, 270, 70]
    coupons = brand.done(lambda conn: rewards.coupons_of(conn, 1, brand.now))
    assert [one.template_id for one, _ in coupons] == [template]

    brand.now = NOON + 29 * DAY
    assert brand.look_after() == (0, 1, 1)
    assert brand.of(applied[2]).state == "missed"
    found = brand.read(made)
    assert found.trial.state == "ended"
    counted = (found.applied, found.chosen, found.sent, found.reported, found.rewarded, found.missed, found.waiting)
    assert counted == (4, 3, 3, 2, 2, 1, 0)
    assert (found.left, found.stars) == (0, 400)
    kinds = [kind for kind, _, _ in brand.told()]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "trial.applied": 5, "trial.withdrawn": 1, "trial.chosen": 3, "trial.not_chosen": 1, "trial.sent": 3,
        "trial.reported": 3, "trial.sent_back": 1, "trial.rewarded": 2, "trial.missed": 1,
    }  # fmt: skip
    assert ("trial.rewarded", 1, {"trial": made, "application": applied[0].id, "stars": 5, "points": 200, "coupon": template}) in brand.told()  # fmt: skip
    brand.assert_whole()


def test_one_person_applies_once(brand: Brand) -> None:
    made = brand.trial()
    first = brand.apply(1, made)
    with pytest.raises(AlreadyApplied) as problem:
        brand.apply(1, made, "另一个理由")
    assert "申请过" in problem.value.message_zh
    brand.withdraw(1, made)
    assert brand.withdraw(1, made).state == "withdrawn"
    again = brand.apply(1, made, "想好了")
    assert (again.id != first.id, again.text) == (True, "想好了")
    assert brand.read(made).applied == 1


def test_who_cannot_apply(brand: Brand) -> None:
    draft = brand.draft()
    with pytest.raises(NotFound):
        brand.apply(1, draft.id)
    with pytest.raises(NotFound):
        brand.apply(1, 9999)
    made = brand.trial(points=10, opens_at=NOON + HOUR)
    with pytest.raises(TrialClosed, match="begins"):
        brand.apply(1, made)
    brand.now = NOON + HOUR
    with pytest.raises(NotFound, match="customer"):
        brand.apply(2**40, made)
    with pytest.raises(NotEnough):
        brand.apply(1, made)
    assert brand.read(made).applied == 0
    brand.now = NOON + 7 * DAY
    with pytest.raises(TrialClosed, match="closed"):
        brand.apply(1, made)
    brand.end(made)
    with pytest.raises(TrialClosed, match="not offered"):
        brand.apply(1, made)


def test_a_trial_for_some_tiers_and_a_segment(brand: Brand) -> None:
    def ready(conn: Connection) -> int:
        steps = [Tier("member", "会员", 0, 100), Tier("gold", "金卡", 100, None)]
        loyalty.change_tiers(conn, ME, TierRules(steps), 0, "a test", brand.now)
        made = segments.create(conn, ME, "茶友", TagOn("tea"), brand.now, live=False)
        members.replace(conn, made.id, BitMap64([1]))
        return made.id

    segment_id = brand.done(ready)
    with pytest.raises(TrialNotForYou, match="gold"):
        brand.apply(1, brand.trial(tiers=["gold"]))
    made = brand.trial(segment_id=segment_id)
    assert brand.apply(1, made).state == "applied"
    with pytest.raises(TrialNotForYou, match="invited"):
        brand.apply(2, made)
    shown = brand.done(lambda conn: service.trials_for(conn, 2, brand.now))
    assert [one.stands for one in shown] == ["not_for_you", "not_for_you"]
    with pytest.raises(Conflict):  # a live trial builds on it
        brand.done(lambda conn: segments.delete(conn, ME, segment_id, brand.now))
    brand.end(made)
    brand.done(lambda conn: segments.delete(conn, ME, segment_id, brand.now))
    with pytest.raises(NotFound, match="segment"):
        brand.draft(segment_id=segment_id)


def test_no_more_are_chosen_than_there_are_pieces(brand: Brand) -> None:
    made = brand.trial(pieces=2)
    a, b, c = (brand.apply(one, made) for one in (1, 2, 3))
    with pytest.raises(TooFewPieces, match="2 pieces"):
        brand.choose(made, a, b, c)
    assert brand.read(made).chosen == 0
    brand.choose(made, a)
    assert [one.state for one in brand.choose(made, a, b)] == ["chosen", "chosen"]
    with pytest.raises(TooFewPieces, match="0 pieces"):
        brand.choose(made, c)
    assert len([one for one in brand.told() if one[0] == "trial.chosen"]) == 2
    brand.assert_whole()


def test_what_cannot_be_chosen_sent_approved_or_ended(brand: Brand) -> None:
    made, other = brand.trial(), brand.trial()
    a, b = brand.apply(1, made), brand.apply(2, made)
    brand.withdraw(2, made)
    with pytest.raises(NotFound, match="application"):
        brand.choose(other, a)
    with pytest.raises(Conflict, match="withdrawn"):
        brand.choose(made, a, b)
    with pytest.raises(BadInput, match="1 to 1,000"):
        brand.choose(made)
    with pytest.raises(Conflict, match="not chosen"):
        brand.send(made, a)
    with pytest.raises(Conflict, match="no report"):
        brand.approve(made, a)
    with pytest.raises(Conflict, match="one can apply"):
        brand.settle(made)
    with pytest.raises(BadInput, match="why"):
        brand.done(lambda conn: service.end_trial(conn, ME, made, " ", brand.now))
    brand.choose(made, a)
    with pytest.raises(Conflict, match="cannot be withdrawn"):
        brand.withdraw(1, made)
    brand.end(made)
    with pytest.raises(Conflict, match="has ended"):
        brand.choose(made, brand.of(a))
    with pytest.raises(Conflict, match="cannot go live"):
        brand.start(made)


def test_a_report_is_of_what_one_was_given(brand: Brand) -> None:
    made = brand.trial()
    with pytest.raises(NothingToReport, match="nobody applied"):
        brand.report(1, made)
    a = brand.apply(1, made)
    with pytest.raises(NothingToReport, match="not known yet"):
        brand.report(1, made)
    brand.choose(made, a)
    with pytest.raises(NothingToReport, match="not sent yet"):
        brand.report(1, made)
    brand.send(made, a)
    with pytest.raises(BadInput, match="5 to 5,000"):
        brand.report(1, made, 5, "好")
    first = brand.report(1, made)
    assert brand.report(1, made) == first  # told twice
    with pytest.raises(NothingToReport, match="looked at"):
        brand.report(1, made, 1)
    brand.approve(made, a)
    with pytest.raises(NothingToReport, match="approved"):
        brand.report(1, made, 1)
    with pytest.raises(NothingToReport, match="nobody applied"):
        brand.report(2, made)


def test_who_does_not_report_is_barred_for_a_while(brand: Brand) -> None:
    made = brand.trial(barred_days=60)
    a, b = brand.apply(1, made), brand.apply(2, made)
    brand.choose(made, a, b)
    brand.send(made, a)
    brand.now = NOON + 29 * DAY
    with pytest.raises(NothingToReport, match="time for it is over"):
        brand.report(1, made)
    assert brand.look_after() == (1, 1, 0)  # b was chosen and waits for the piece
    later = {
        "opens_at": brand.now,
        "closes_at": brand.now + DAY,
        "chosen_by": brand.now + DAY,
        "reports_until": NOON + 90 * DAY,
    }
    other = brand.trial(**later)
    with pytest.raises(TrialBarred, match=f"until {written(brand.now + 60 * DAY)} no"):
        brand.apply(1, other)
    assert brand.done(lambda conn: service.trial_for(conn, 1, other, brand.now)).stands == "barred"
    assert brand.apply(2, other).state == "applied"
    assert brand.of(brand.send(made, b)[0]).due_at == brand.now + 7 * DAY
    brand.now += 60 * DAY
    again = brand.trial(**{**later, "opens_at": brand.now, "closes_at": brand.now + DAY, "chosen_by": brand.now + DAY, "reports_until": brand.now + 9 * DAY})  # fmt: skip
    assert brand.apply(1, again).state == "applied"


def test_a_trial_that_is_ended_gives_everything_back(brand: Brand) -> None:
    made = brand.trial(points=40)
    for one in (1, 2, 3):
        brand.earn(one, 50)
    a, b, c = (brand.apply(one, made) for one in (1, 2, 3))
    brand.choose(made, a, b)
    brand.send(made, a)
    assert brand.end(made).state == "ended"
    assert brand.end(made).state == "ended"
    assert [brand.of(one).state for one in (a, b, c)] == ["sent", "not_chosen", "not_chosen"]
    assert [brand.has(one) for one in (1, 2, 3)] == [10, 50, 50]
    assert brand.has(pieces.stock_of(made)) == 0
    assert brand.report(1, made).state == "reported"  # who has a piece goes on
    brand.approve(made, a)
    assert brand.has(1) == 210
    brand.assert_whole()


def test_points_go_back_by_themselves_where_nobody_looks_after_a_trial(brand: Brand) -> None:
    made = brand.trial(points=40)
    brand.earn(1, 50)
    a = brand.apply(1, made)
    brand.choose(made, a)
    brand.now = NOON + 300 * DAY
    assert brand.done(lambda conn: loyalty.run_out_holds(conn, brand.now)) == 1
    assert brand.has(1) == 50
    assert brand.send(made, a)[0].state == "sent"
    assert brand.has(1) == 50
    brand.assert_whole()


def test_coupons_of_reports_are_set_aside(brand: Brand) -> None:
    """Whatever becomes of the template, who was chosen gets one; what is left goes back when no report comes any more."""
    template = coupon(brand, budget=3)

    def stands() -> tuple[int, int]:
        found = brand.done(lambda conn: rewards.template(conn, template, brand.now))
        return found.left, found.promised

    def released() -> int:
        return int(brand.done(lambda conn: service.release_coupons(conn, brand.now)))

    with pytest.raises(CouponRefused, match="used up"):
        brand.trial(reward_coupon_id=template, pieces=4)
    assert stands() == (3, 0)
    made = brand.trial(reward_coupon_id=template, pieces=3)
    assert stands() == (0, 3)
    a, b = brand.apply(1, made), brand.apply(2, made)
    brand.choose(made, a, b)
    brand.send(made, a, b)
    brand.done(lambda conn: rewards.set_template_state(conn, ME, template, "paused", "a test", brand.now))
    brand.report(1, made)
    assert released() == 0
    brand.approve(made, a)
    assert (brand.has(1), brand.read(made).rewarded, stands()) == (200, 1, (0, 2))
    brand.done(lambda conn: service.end_trial(conn, ME, made, "a test", brand.now))
    assert (released(), stands()) == (0, (0, 2))  # the other may still report
    brand.report(2, made)
    brand.approve(made, b)
    assert (released(), released(), stands()) == (1, 0, (1, 0))
    brand.assert_whole()


def test_terms_change_behind_a_version(brand: Brand) -> None:
    made = brand.draft()

    def change(version: int, **given: Any) -> Any:
        return brand.done(lambda conn: service.change_trial(conn, ME, made.id, terms(**given), version, brand.now))

    assert change(1, pieces=5).version == 2
    assert change(1, pieces=5).version == 2  # told twice
    with pytest.raises(Conflict, match="version 2"):
        change(1, pieces=6)
    brand.start(made.id)
    assert brand.read(made.id).left == 5
    with pytest.raises(Conflict, match="pieces"):
        change(2, pieces=6)
    assert change(2, pieces=5, about="明前龙井").terms.about == "明前龙井"


def test_every_act_asks_for_its_right(brand: Brand) -> None:
    made = brand.trial()
    a = brand.apply(1, made)
    nobody = Principal(kind="operator", id=7, name="nobody", rights=frozenset({"trials.read"}))
    acts: list[Any] = [
        lambda conn: service.make_trial(conn, nobody, terms(), brand.now),
        lambda conn: service.change_trial(conn, nobody, made, terms(), 1, brand.now),
        lambda conn: service.start_trial(conn, nobody, made, brand.now),
        lambda conn: service.end_trial(conn, nobody, made, "a test", brand.now),
        lambda conn: service.choose(conn, nobody, made, [a.id], brand.now),
        lambda conn: service.settle_trial(conn, nobody, made, brand.now),
        lambda conn: service.send_pieces(conn, nobody, made, [a.id], "", brand.now),
        lambda conn: service.approve(conn, nobody, made, [a.id], brand.now),
        lambda conn: service.send_back(conn, nobody, made, [a.id], "a test", brand.now),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            brand.done(act)


def test_what_somebody_wrote_is_forgotten_and_what_became_of_it_stays(brand: Brand) -> None:
    made = brand.trial()
    a = brand.apply(1, made)
    brand.choose(made, a)
    brand.send(made, a)
    brand.report(1, made, 4, REPORT)
    brand.done(lambda conn: service.forget_trials(conn, 1))
    found = brand.of(a)
    assert (found.text, found.answers, found.report, found.parcel) == ("", (), "", "")
    assert (found.state, found.stars) == ("reported", 4)


def test_pages_of_applications(brand: Brand) -> None:
    made = brand.trial(pieces=12)
    applied = [brand.apply(one, made) for one in range(1, 13)]
    brand.choose(made, *applied[:2])

    def page(**asked: Any) -> Any:
        return brand.done(lambda conn: service.applications(conn, made, **asked))

    first = page(limit=5)
    second = page(limit=5, cursor=first.next)
    last = page(limit=5, cursor=second.next)
    found = [one.id for some in (first, second, last) for one in some.applications]
    assert found == [one.id for one in reversed(applied)]
    assert last.next is None
    assert [one.id for one in page(states=["chosen"]).applications] == [applied[1].id, applied[0].id]
    with pytest.raises(BadInput, match="cursor"):
        page(cursor="nonsense")
