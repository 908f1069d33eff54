"""Coupons are given out of a budget, used by who holds them, come back with refunds, and end."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from pyroaring import BitMap64
from sqlalchemy import Connection
from tests.unit.loyalty.conftest import join
from tests.unit.rewards.conftest import DAY, HOUR, ME, NOON, Shop

from siyu.engines.access.types import Principal
from siyu.engines.postgres import run
from siyu.kernel.errors import BadInput, Conflict, IdempotencyMismatch, NotAllowed, NotFound, SiyuError
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import customer
from siyu.rewards import service
from siyu.rewards.rules import codes
from siyu.rewards.types import (
    Basket,
    BasketLine,
    Coupon,
    CouponRefused,
    CouponTerms,
    Issued,
    NotIssued,
    OthersCoupon,
    Returned,
    RewardRules,
    Template,
    UnderMargin,
    Used,
)
from siyu.segments import service as segments
from siyu.segments.store import members
from siyu.segments.types import TagOn
from siyu.timeline.columns import unpack

BASKET = Basket([BasketLine("1", "tea", 1, 6000), BasketLine("2", "cup", 2, 2000)])


class Desk:
    """What tests of coupons do, each in a transaction of its own."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def template(self, budget: int = 100, *, fen: int = 0, live: bool = True, **given: Any) -> Template:
        plain = {"name": "满减", "kind": "money", "off_fen": 1000, "threshold_fen": 5000, "valid_days": 7}
        wanted = CouponTerms(**{**plain, **given})
        made: Template = self.shop.done(lambda conn: service.make_template(conn, ME, wanted, self.shop.now))
        if budget or fen:
            self.budget(made.id, budget, fen)
        return self.put(made.id, "live") if live else made

    def put(self, template_id: int, state: Any) -> Template:
        return self.shop.done(  # type: ignore[no-any-return]
            lambda conn: service.set_template_state(conn, ME, template_id, state, "a test", self.shop.now)
        )

    def budget(self, template_id: int, coupons: int, fen: int = 0, key: str | None = None) -> Any:
        own = key or self.shop.key()
        return self.shop.done(
            lambda conn: service.add_budget(
                conn, ME, template_id, coupons=coupons, fen=fen, key=own, reason="a test", now=self.shop.now
            )
        )

    def issue(self, template_id: int, *people: int, key: str | None = None, each: int = 1) -> Issued:
        own = key or self.shop.key()
        return self.shop.done(  # type: ignore[no-any-return]
            lambda conn: service.issue(conn, ME, template_id, people, own, self.shop.now, each=each)
        )

    def held(self, customer_id: int = 1, state: Any = "held") -> list[Coupon]:
        found = self.shop.done(lambda conn: service.coupons_of(conn, customer_id, self.shop.now, state=state))
        return [coupon for coupon, _ in found]

    def use(
        self, *coupons: Coupon, by: int | None = 1, key: str | None = None, basket: Basket = BASKET, **how: Any
    ) -> Used:
        own, ids = key or self.shop.key(), [one.id for one in coupons]
        return self.shop.done(  # type: ignore[no-any-return]
            lambda conn: service.use_coupons(
                conn, ME, "order-1", basket, own, self.shop.now, customer_id=by, coupon_ids=ids, **how
            )
        )

    def back(self, use_id: int, *lines: str) -> Returned:
        return self.shop.done(  # type: ignore[no-any-return]
            lambda conn: service.return_coupons(conn, ME, use_id, self.shop.now, lines=lines or None)
        )

    def claim(self, code: str, customer_id: int = 1, key: str | None = None) -> Coupon:
        own = key or self.shop.key()
        return self.shop.done(lambda conn: service.claim(conn, customer_id, code, own, self.shop.now))  # type: ignore[no-any-return]

    def print(self, template_id: int, count: int, key: str | None = None) -> list[str]:
        own = key or self.shop.key()
        self.shop.done(lambda conn: service.print_codes(conn, ME, template_id, count, own, self.shop.now))
        return [line.partition(",")[0] for line in self.exported(template_id)]

    def exported(self, template_id: int) -> list[str]:
        def act(conn: Connection) -> str:
            return "".join(service.export_codes(conn, ME, template_id, self.shop.now))

        return str(self.shop.done(act)).splitlines()[1:]

    def figures(self, template_id: int) -> tuple[int, int | None, int, int, int]:
        """(left, left_fen, held, used, used_fen)."""
        found = self.shop.done(lambda conn: service.template(conn, template_id, self.shop.now))
        return found.left, found.left_fen, found.held, found.used, found.used_fen

    def expire(self) -> int:
        self.shop.done(lambda conn: loyalty.expire_due(conn, self.shop.now))
        return int(self.shop.done(lambda conn: service.expire_coupons(conn, self.shop.now)))

    def assert_whole(self) -> None:
        """The ledger is as it was written, and each customer has as many coupons there as here."""
        self.shop.assert_whole()
        rows = self.shop.rows(
            """SELECT customer_id, template_id, count(*) FILTER (WHERE state = 'held' AND coalesce(valid_until > :now, true))
               FROM rewards.coupon WHERE customer_id <> 0 GROUP BY customer_id, template_id""",
            now=self.shop.now,
        )
        for customer_id, template_id, count in rows:
            account = customer(customer_id, service.coupon_unit(template_id))
            (has,) = self.shop.done(lambda conn, one=account: loyalty.balances(conn, [one], self.shop.now))
            assert has.available + has.pending == count, account


@pytest.fixture
def desk(shop: Shop) -> Desk:
    return Desk(shop)


class TestTemplates:
    def test_a_coupon_under_cost_is_refused_when_it_is_saved(self, desk: Desk) -> None:
        with pytest.raises(UnderMargin, match=r"raise the threshold to at least 35\.72 yuan"):
            desk.template(off_fen=1000, threshold_fen=3571)
        made = desk.template(off_fen=1000, threshold_fen=3572, live=False)
        worse = CouponTerms(name="满减", kind="money", off_fen=2000, threshold_fen=3572, valid_days=7)
        with pytest.raises(UnderMargin):
            desk.shop.done(lambda conn: service.change_template(conn, ME, made.id, worse, 1, NOON))
        desk.put(made.id, "live")
        with pytest.raises(Conflict, match="满减"):
            desk.shop.rule(RewardRules(points=100, fen=100, margin_bp=3_000))
        assert desk.template(0, off_fen=1000, threshold_fen=0, at_a_loss=True, limited_fen=True).state == "live"

    def test_what_people_were_promised_does_not_change(self, desk: Desk) -> None:
        made = desk.template()
        change = lambda version, **given: desk.shop.done(  # noqa: E731
            lambda conn: service.change_template(conn, ME, made.id, CouponTerms(**{**plain, **given}), version, NOON)
        )
        plain = {"name": "满减", "kind": "money", "off_fen": 1000, "threshold_fen": 5000, "valid_days": 7}
        assert change(1, name="新名").version == 2
        assert change(1, name="新名").version == 2
        with pytest.raises(Conflict, match="to version 2"):
            change(1, name="又一名")
        with pytest.raises(Conflict, match="threshold_fen cannot change"):
            change(2, threshold_fen=6000)
        desk.put(made.id, "ended")
        with pytest.raises(Conflict, match="ended"):
            change(2, name="又一名")
        with pytest.raises(Conflict, match="cannot become"):
            desk.put(made.id, "live")

    def test_one_shared_code_is_one_templates(self, desk: Desk) -> None:
        desk.template(shared_code="TEA2026", per_person=1)
        with pytest.raises(Conflict, match="TEA2026"):
            desk.template(shared_code="TEA2026", per_person=1)

    def test_budgets(self, desk: Desk) -> None:
        made = desk.template(0)
        assert [desk.budget(made.id, 5, key="budget-0001").left for _ in range(2)] == [5, 5]
        with pytest.raises(IdempotencyMismatch):
            desk.budget(made.id, 6, key="budget-0001")
        with pytest.raises(SiyuError, match="5 to take"):
            desk.budget(made.id, -6)
        with pytest.raises(BadInput, match="no budget in fen"):
            desk.budget(made.id, 0, 100)
        with pytest.raises(BadInput):
            desk.budget(made.id, 0)
        with pytest.raises(NotFound):
            desk.budget(99, 1)


class TestIssuing:
    def test_everybody_gets_one_of_their_own(self, desk: Desk) -> None:
        made = desk.template()
        done = desk.issue(made.id, 1, 2, 3, each=2, key="batch-0001")
        assert (done.coupons, done.refused_count, done.repeated) == (6, 0, False)
        again = desk.issue(made.id, 3, 2, 1, each=2, key="batch-0001")
        assert (again.coupons, again.repeated) == (6, True)
        with pytest.raises(IdempotencyMismatch):
            desk.issue(made.id, 1, 2, key="batch-0001")
        assert desk.figures(made.id) == (94, None, 6, 0, 0)
        own = desk.held(2)
        assert len({one.code for one in own} | {one.code for one in desk.held(1)}) == 4
        assert all(codes.is_ours(one.code) for one in own)
        assert own[0].valid_until == datetime(2026, 3, 9, 16, tzinfo=NOON.tzinfo)  # seven days of Shanghai
        desk.assert_whole()

    def test_everybody_in_a_segment_gets_one_as_it_stood(self, desk: Desk) -> None:
        made, key = desk.template(), "segment-0001"
        own = desk.shop.done(lambda conn: self.segment(conn, [2, 3]))

        def give(*people: int, segment: int | None = own) -> Issued:
            return desk.shop.done(  # type: ignore[no-any-return]
                lambda conn: service.issue(conn, ME, made.id, people, key, NOON, segment_id=segment)
            )

        with pytest.raises(BadInput, match="not both"):
            give(1)
        assert (give().coupons, give().repeated) == (2, True)
        desk.shop.done(lambda conn: members.replace(conn, own, BitMap64([])))
        assert (give().coupons, give().repeated) == (2, True)  # whoever is in it now
        with pytest.raises(IdempotencyMismatch):
            give(2, 3, segment=None)
        assert [len(desk.held(one)) for one in (1, 2, 3)] == [0, 1, 1]
        key = "segment-0002"
        with pytest.raises(BadInput, match="1 to 50,000"):
            give()  # nobody is in it
        desk.assert_whole()

    @staticmethod
    def segment(conn: Connection, people: list[int]) -> int:
        made = segments.create(conn, ME, "复购", TagOn("vip"), NOON, live=False)
        members.replace(conn, made.id, BitMap64(people))
        run(conn, "UPDATE segments.segment SET people = 2 WHERE id = :id", id=made.id)
        return made.id

    def test_who_cannot_have_one_hinders_nobody(self, desk: Desk) -> None:
        made = desk.template(3, per_person=1)
        desk.issue(made.id, 1)
        done = desk.issue(made.id, 1, 2**40, 2, 3, 4)
        assert done.coupons == 2
        assert [(one.who, one.en.rpartition(": ")[2]) for one in done.refused] == [
            (1, "one person gets 1 in all."),
            (4, "the budget of its template is used up; add to it."),
            (2**40, f"There is no customer '{2**40}'."),
        ]
        desk.budget(made.id, 1)
        assert desk.issue(made.id, 4).coupons == 1  # who got none has had none
        desk.assert_whole()

    def test_not_before_it_is_live_and_not_after_it_ended(self, desk: Desk) -> None:
        draft = desk.template(live=False)
        with pytest.raises(CouponRefused, match="none is given"):
            desk.issue(draft.id, 1)
        over = desk.template(valid_days=None, valid_until=NOON + HOUR)
        desk.shop.now += HOUR
        with pytest.raises(CouponRefused, match="it ended"):
            desk.issue(over.id, 1)
        for people in ((), range(50_001)):
            with pytest.raises(BadInput):
                desk.issue(over.id, *people)

    def test_many_at_once_stay_within_the_budget(self, desk: Desk) -> None:
        made = desk.template(10, per_person=1)
        barrier = threading.Barrier(4)

        def give(place: int) -> int:
            barrier.wait()
            return desk.issue(made.id, *range(1, 9), key=f"batch-{place:04}").coupons

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(give, range(4))) == 8
        assert desk.figures(made.id)[0] == 2
        desk.assert_whole()

    def test_rights(self, desk: Desk) -> None:
        made = desk.template()
        nobody = Principal("operator", 1, "nobody", frozenset({"rewards.read"}))
        for act in (
            lambda conn: service.make_template(conn, nobody, made.terms, NOON),
            lambda conn: service.change_template(conn, nobody, made.id, made.terms, 1, NOON),
            lambda conn: service.set_template_state(conn, nobody, made.id, "paused", "a test", NOON),
            lambda conn: service.add_budget(
                conn, nobody, made.id, coupons=1, fen=0, key="budget-0009", reason="a test", now=NOON
            ),
            lambda conn: service.issue(conn, nobody, made.id, [1], "batch-0009", NOON),
            lambda conn: service.print_codes(conn, nobody, made.id, 1, "batch-0009", NOON),
            lambda conn: service.import_codes(conn, nobody, made.id, b"code\nABCD", "batch-0009", NOON),
            lambda conn: service.export_codes(conn, nobody, made.id, NOON),
            lambda conn: service.use_coupons(
                conn, nobody, "o", BASKET, "button-0009", NOON, customer_id=1, coupon_ids=[1]
            ),
            lambda conn: service.return_coupons(conn, nobody, 1, NOON),
        ):
            with pytest.raises(NotAllowed):
                desk.shop.done(act)


class TestUsing:
    def test_the_holder_uses_it_once(self, desk: Desk) -> None:
        made = desk.template()
        desk.issue(made.id, 1)
        (own,) = desk.held()
        done = desk.use(own, key="button-0001")
        assert (done.off_fen, done.coupons) == (1000, ((own.id, 1000, {"1": 600, "2": 400}),))
        assert desk.use(own, key="button-0001").repeated
        with pytest.raises(IdempotencyMismatch):
            desk.use(own, key="button-0001", basket=Basket([BasketLine("1", "tea", 1, 9000)]))
        with pytest.raises(CouponRefused, match="used already"):
            desk.use(own)
        assert desk.figures(made.id) == (99, None, 0, 1, 1000)
        desk.assert_whole()

    def test_another_persons_code_is_refused(self, desk: Desk) -> None:
        made = desk.template()
        desk.issue(made.id, 1)
        (own,) = desk.held()
        for by in (2, None):
            with pytest.raises(OthersCoupon):
                desk.use(by_code=[codes.shown(own.code)], by=by)
            with pytest.raises(OthersCoupon):
                desk.shop.done(
                    lambda conn, by=by: service.quote_coupons(
                        conn, BASKET, customer_id=by, coupon_ids=[own.id], now=NOON
                    )
                )
        with pytest.raises(OthersCoupon):
            desk.claim(own.code, 2)
        assert desk.claim(own.code, 1).id == own.id
        assert desk.use(by_code=[codes.shown(own.code).lower()]).off_fen == 1000

    def test_a_bearer_needs_no_name(self, desk: Desk) -> None:
        made = desk.template(bearer=True)
        desk.issue(made.id, 1)
        (own,) = desk.held()
        assert desk.use(own, by=None).off_fen == 1000
        first, other = desk.print(made.id, 2)[1:]
        assert desk.use(by_code=[first], by=None).off_fen == 1000
        assert desk.use(by_code=[other], by=2).off_fen == 1000
        desk.assert_whole()

    def test_all_or_none(self, desk: Desk) -> None:
        made = desk.template()
        desk.issue(made.id, 1, each=2)
        with pytest.raises(CouponRefused, match="may be used on one order"):
            desk.use(*desk.held())
        assert len(desk.held()) == 2
        with pytest.raises(NotFound):
            desk.use(by_code=["2222333344445555"[:14]])
        slip = desk.held()[0].code
        slip = slip[:-1] + codes.ALPHABET[codes.ALPHABET.index(slip[-1]) - 1]
        with pytest.raises(BadInput, match="has a slip in it"):
            desk.use(by_code=[slip])
        with pytest.raises(BadInput):
            desk.use()

    def test_the_one_that_is_used_leaves_the_other(self, desk: Desk) -> None:
        """They end on different days: in the ledger the same one has to be gone."""
        made = desk.template()
        desk.issue(made.id, 1)
        desk.shop.now += 3 * DAY
        desk.issue(made.id, 1)
        late, soon = desk.held()
        desk.use(late)
        desk.assert_whole()
        assert soon.valid_until is not None
        desk.shop.now = soon.valid_until
        desk.expire()
        assert desk.held() == []
        assert desk.shop.has(customer(1, service.coupon_unit(made.id))) == 0
        desk.assert_whole()

    def test_two_tabs(self, desk: Desk) -> None:
        made = desk.template()
        desk.issue(made.id, 1)
        (own,) = desk.held()

        def press(place: int) -> str:
            try:
                return "again" if desk.use(own, key=f"button-000{place % 2}").repeated else "used"
            except CouponRefused:
                return "refused"

        with ThreadPoolExecutor(4) as pool:
            found = sorted(pool.map(press, range(4)))
        assert found == ["again", "refused", "refused", "used"]
        assert desk.figures(made.id)[3:] == (1, 1000)

    def test_a_quote_writes_nothing(self, desk: Desk) -> None:
        made = desk.template()
        desk.issue(made.id, 1, each=2)
        ids = [one.id for one in desk.held()]
        found = desk.shop.done(
            lambda conn: service.quote_coupons(conn, BASKET, customer_id=1, coupon_ids=ids, now=NOON)
        )
        assert (found.total_fen, found.off_fen) == (10_000, 1000)
        assert [one.why_not is None for one in found.taken] == [True, False]
        assert len(desk.held()) == 2


class TestReturning:
    def test_whole(self, desk: Desk) -> None:
        made = desk.template()
        desk.issue(made.id, 1)
        done = desk.use(*desk.held())
        assert desk.back(done.id) == Returned(done.id, 1000, (done.coupons[0][0],), ())
        assert desk.back(done.id).off_fen == 0
        assert desk.figures(made.id) == (99, None, 1, 0, 0)
        desk.assert_whole()
        desk.use(*desk.held())  # and again
        desk.assert_whole()
        found = desk.shop.done(lambda conn: service.template(conn, made.id, desk.shop.now))
        assert (found.issued, found.held, found.used, found.returned, found.expired) == (1, 0, 1, 1, 0)

    def test_in_part_it_stays_used_until_all_is_back(self, desk: Desk) -> None:
        made = desk.template()
        desk.issue(made.id, 1)
        done = desk.use(*desk.held())
        coupon_id = done.coupons[0][0]
        assert desk.back(done.id, "1") == Returned(done.id, 600, (), (coupon_id,))
        assert desk.back(done.id, "1") == Returned(done.id, 0, (), (coupon_id,))
        assert desk.back(done.id, "3") == Returned(done.id, 0, (), (coupon_id,))
        assert desk.back(done.id, "1", "2") == Returned(done.id, 400, (coupon_id,), ())
        assert len(desk.held()) == 1
        desk.assert_whole()

    @pytest.mark.parametrize("grace", [None, 3])
    def test_after_its_end(self, desk: Desk, grace: int | None) -> None:
        made = desk.template(grace_days=grace)
        desk.issue(made.id, 1)
        done = desk.use(*desk.held())
        desk.shop.now += 10 * DAY
        desk.back(done.id)
        assert len(desk.held()) == (1 if grace else 0)
        desk.expire()
        desk.assert_whole()
        desk.shop.now += 3 * DAY
        desk.expire()
        assert desk.held() == []
        assert len(desk.held(state="expired")) == 1
        desk.assert_whole()


class TestBudgetInFen:
    def test_what_may_be_taken_off_is_set_aside(self, desk: Desk) -> None:
        own = {"kind": "percent", "off_fen": None, "percent": 20, "most_fen": 1500, "threshold_fen": 0}
        made = desk.template(100, fen=4000, limited_fen=True, **own)
        assert desk.issue(made.id, 1, 2, 3).coupons == 2
        assert desk.figures(made.id)[:2] == (98, 1000)
        small = Basket([BasketLine("1", "tea", 1, 5000)])
        done = desk.use(*desk.held(), basket=small)  # takes off 1000 of 1500
        assert (done.off_fen, desk.figures(made.id)[1]) == (1000, 1500)
        desk.budget(made.id, 0, -1500)
        desk.back(done.id)  # only what it cost is set aside again
        with pytest.raises(CouponRefused, match="used up"):
            desk.use(*desk.held())
        assert desk.use(*desk.held(), basket=small).off_fen == 1000
        desk.shop.now += 8 * DAY
        assert desk.expire() == 1
        assert desk.figures(made.id)[:2] == (98, 1500)
        desk.assert_whole()


class TestCodes:
    def test_a_shared_code_gives_everybody_one(self, desk: Desk) -> None:
        made = desk.template(2, shared_code="TEA2026", per_person=1)
        first = desk.claim("tea-2026", 1, key="button-0001")
        assert desk.claim("TEA2026", 1, key="button-0001") == first
        with pytest.raises(CouponRefused, match="1 in all"):
            desk.claim("TEA2026", 1)
        desk.claim("TEA2026", 2)
        with pytest.raises(CouponRefused, match="used up"):
            desk.claim("TEA2026", 3)
        with pytest.raises(NotFound, match="customer"):
            desk.claim("TEA2026", 2**40)
        assert (first.code, desk.figures(made.id)[0]) == ("", 0)
        with pytest.raises(CouponRefused, match="one shared code"):
            desk.print(made.id, 1)
        assert desk.use(first).off_fen == 1000
        desk.assert_whole()

    def test_printed_codes_are_claimed_once(self, desk: Desk) -> None:
        made = desk.template(per_person=1)
        printed = desk.print(made.id, 3, key="batch-0001")
        assert desk.print(made.id, 3, key="batch-0001") == printed
        with pytest.raises(CouponRefused, match="claim it first"):
            desk.use(by_code=[printed[0]])
        desk.shop.now += 30 * DAY  # its days begin when somebody gets it
        own = desk.claim(printed[0], 1)
        assert own.valid_until == datetime(2026, 4, 8, 16, tzinfo=NOON.tzinfo)
        assert desk.claim(printed[0], 1) == own
        with pytest.raises(OthersCoupon):
            desk.claim(printed[0], 2)
        with pytest.raises(CouponRefused, match="1 in all"):
            desk.claim(printed[1], 1)
        assert desk.use(by_code=[printed[0]]).off_fen == 1000
        assert desk.figures(made.id) == (97, None, 2, 1, 1000)
        desk.assert_whole()

    def test_codes_of_another_shop(self, desk: Desk) -> None:
        made = desk.template(bearer=True, valid_days=None, valid_until=NOON + DAY)
        body = "﻿名称,券码\r\n甲,YZ-0001\r\n乙,yz0002\r\n\r\n丙,YZ0001\r\n丁,满减\r\n戊\r\n".encode()
        take = lambda key, body=body: desk.shop.done(  # noqa: E731
            lambda conn: service.import_codes(conn, ME, made.id, body, key, NOON)
        )
        done = take("file-00001")
        assert done.coupons == 2
        assert [(one.who, one.en) for one in done.refused] == [
            (5, "the code stands in row 2 already."),
            (6, "a code has 4 to 40 letters and digits."),
            (7, "a code has 4 to 40 letters and digits."),
        ]
        assert take("file-00001").repeated
        again = take("file-00002", "券码\nYZ0002\nYZ0003\n".encode("gb18030"))
        assert (again.coupons, [one.en for one in again.refused]) == (1, ["the code is out already."])
        assert desk.use(by_code=["yz 0001"], by=None).off_fen == 1000
        assert [line.split(",")[:2] for line in desk.exported(made.id)] == [
            ["YZ0001", "used"],
            ["YZ0002", "held"],
            ["YZ0003", "held"],
        ]
        desk.shop.now += DAY
        assert desk.expire() == 2
        assert {line.split(",")[1] for line in desk.exported(made.id)} == {"used", "expired"}
        desk.assert_whole()
        for wrong in (b"", b"name\nx", b"\xff\xfe\x00\x01", b"code\n"):
            with pytest.raises(BadInput):
                take("file-00003", wrong)


class TestForPoints:
    def test_points_become_a_coupon_and_back(self, desk: Desk) -> None:
        shop = desk.shop
        shop.earn(1, 5000)
        kind = desk.template(3)
        cheap = shop.offer(0, live=False, coupon_id=kind.id, cost_fen=0, points=1199)
        with pytest.raises(UnderMargin):
            shop.put(cheap.id, "live")
        made = shop.offer(0, coupon_id=kind.id, cost_fen=0, points=1200)
        one = shop.redeem(made.id, pieces=2).redemption
        assert (shop.has(1), shop.read(made.id), len(desk.held())) == (2600, (1, 2), 2)
        shop.done(lambda conn: service.cancel(conn, ME, one.id, "a mistake", shop.now))
        assert (shop.has(1), shop.read(made.id), desk.held()) == (5000, (3, 0), [])
        other = shop.redeem(made.id).redemption
        desk.use(*desk.held())
        with pytest.raises(Conflict, match="was used"):
            shop.done(lambda conn: service.cancel(conn, ME, other.id, "a mistake", shop.now))
        desk.assert_whole()

    def test_what_cannot_be(self, desk: Desk) -> None:
        with pytest.raises(NotFound):
            desk.shop.offer(0, live=False, coupon_id=99, cost_fen=0)
        endless = desk.template(kind="percent", off_fen=None, percent=5, threshold_fen=0)
        with pytest.raises(BadInput, match="most_fen"):
            desk.shop.offer(0, live=False, coupon_id=endless.id, cost_fen=0)


def test_people_who_turn_out_to_be_one(desk: Desk) -> None:
    made = desk.template(per_person=2)
    desk.issue(made.id, 1, 2)

    def merge(conn: Connection) -> None:
        join(conn, 2, 1)
        loyalty.reassign(conn, [(2, 1)], desk.shop.now)
        service.regroup(conn, [(2, 1)])

    desk.shop.done(merge)
    assert [one.customer_id for one in desk.held(2)] == [1, 1]
    (refused,) = desk.issue(made.id, 2).refused
    assert isinstance(refused, NotIssued)
    assert desk.use(desk.held()[0], by=2).off_fen == 1000
    desk.assert_whole()


def test_it_is_told(desk: Desk) -> None:
    made = desk.template()
    desk.issue(made.id, 1, 2)
    done = desk.use(*desk.held())
    desk.back(done.id)
    desk.shop.now += 8 * DAY + timedelta(hours=1)
    desk.expire()
    bodies = desk.shop.rows("SELECT body FROM timeline.entry WHERE kind = 'facts' ORDER BY id")
    table = unpack([bytes(row[0]) for row in bodies])
    told = [kind for kind in table["kind"].to_pylist() if kind.startswith("coupon.")]
    assert told == ["coupon.issued"] * 2 + ["coupon.used", "coupon.returned"] + ["coupon.expired"] * 2
