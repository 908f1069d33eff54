import dataclasses
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import orjson
import pytest

from siyu.kernel.errors import BadInput
from siyu.rehearsal import service
from siyu.rehearsal.types import NEVER, SHOPS, Brand, ExportFile, Outcome, Shop, State, Truth

END = datetime(2026, 3, 15, 11, 20, tzinfo=UTC)


def _digests(brand: Brand, folder: Path) -> list[str]:
    files = [
        f"{file.path.name} {hashlib.sha256(file.path.read_bytes()).hexdigest()}"
        for file in service.write_exports(brand, folder)
    ]
    events = hashlib.sha256()
    for batch in service.tracking_batches(brand):
        events.update(orjson.dumps([batch.source, batch.path, batch.events]))
    return [*files, events.hexdigest()]


class TestBuild:
    def test_same_arguments_give_same_bytes(self, tmp_path: Path) -> None:
        first, again = (_digests(service.build(3, 300, 40, END), tmp_path / str(number)) for number in range(2))
        assert first == again

    @pytest.mark.parametrize(
        ("seed", "people", "days", "later"), [(4, 300, 40, 0), (3, 301, 40, 0), (3, 300, 41, 0), (3, 300, 40, 1)]
    )
    def test_every_argument_counts(self, seed: int, people: int, days: int, later: int) -> None:
        one = service.build(3, 300, 40, END)
        other = service.build(seed, people, days, END + timedelta(days=later))
        assert one.key != other.key
        assert one.orders.placed.tolist() != other.orders.placed.tolist()

    @pytest.mark.parametrize("seed", range(6))
    def test_the_smallest_brand_works(self, seed: int, tmp_path: Path) -> None:
        brand = service.build(seed, 10, 7, END)
        service.write_exports(brand, tmp_path)
        service.truth(brand)
        service.examples(brand)
        assert sum(len(batch.events) for batch in service.tracking_batches(brand)) == service.count_events(brand)

    @pytest.mark.parametrize(("people", "days"), [(9, 180), (10**9, 180), (100, 6), (100, 10**6)])
    def test_impossible_sizes_are_refused(self, people: int, days: int) -> None:
        with pytest.raises(BadInput):
            service.build(1, people, days, END)

    def test_a_naive_end_is_refused(self) -> None:
        with pytest.raises(ValueError, match="no time zone"):
            service.build(1, 100, 30, END.replace(tzinfo=None))

    def test_nothing_happens_after_the_end(self, brand: Brand) -> None:
        assert brand.orders.placed.max() < brand.end
        assert brand.orders.placed.min() >= brand.start


class TestOddities:
    """The shares by which the brand was designed; a change of the design changes them on purpose."""

    def test_heavy_and_light_buyers(self, brand: Brand) -> None:
        count = np.sort(np.bincount(brand.orders.buyer, minlength=len(brand.people)))[::-1]
        top_tenth = count[: len(count) // 10].sum() / count.sum()
        assert 0.3 < top_tenth < 0.7
        assert 0.1 < np.mean(count == 0) < 0.4  # visitors and members who do not buy
        assert 2 < count.mean() < 5

    def test_customers_drop_out(self, brand: Brand) -> None:
        """Of those who bought in the first month, fewer and fewer buy again, but never none."""
        month = (brand.orders.placed - brand.start) // (30 * 86_400)
        first = set(brand.orders.buyer[month == 0].tolist())
        active = [len(first & set(brand.orders.buyer[month == at].tolist())) / len(first) for at in (1, 2, 4)]
        assert active[0] > active[2] > 0.03
        assert active[0] < 0.7

    def test_outcomes(self, brand: Brand) -> None:
        share = np.bincount(brand.orders.outcome, minlength=len(Outcome)) / len(brand.orders)
        assert share[Outcome.KEPT] > 0.85
        for outcome in (Outcome.UNPAID, Outcome.CANCELLED, Outcome.RETURNED, Outcome.PARTLY):
            assert 0.01 < share[outcome] < 0.05

    def test_several_shops_a_person(self, brand: Brand) -> None:
        pairs = np.unique(brand.orders.buyer * len(SHOPS) + brand.orders.shop) // len(SHOPS)
        shops = np.bincount(pairs)
        assert np.mean(shops[shops > 0] > 1) > 0.3

    def test_gifts_and_households(self, brand: Brand) -> None:
        orders, people = brand.orders, brand.people
        other = orders.receiver != orders.buyer
        home = people.household[orders.buyer]
        same_home = (home >= 0) & (home == people.household[orders.receiver])
        assert 0.02 < np.mean(other & ~same_home) < 0.06
        assert 0.03 < np.mean(other[home >= 0] & same_home[home >= 0]) < 0.2
        assert 0.1 < np.mean(people.household >= 0) < 0.2

    def test_recycled_phones(self, brand: Brand, truth: Truth) -> None:
        people = brand.people
        taken = np.flatnonzero(people.previous_owner >= 0)
        assert 0.003 < len(taken) / len(people) < 0.02
        former = people.previous_owner[taken]
        assert (people.phone[taken] == people.phone[former]).all()
        assert (people.joined[taken] > people.changed[former]).all()
        shared = {key for key, owners in truth.owners.items() if key[0] == "phone" and len(owners) > 1}
        assert len(shared) == len(taken)

    def test_family_tablets_and_store_tablets(self, truth: Truth) -> None:
        users = sorted(len(owners) for (kind, *_), owners in truth.owners.items() if kind == "anonymous_id")
        assert sum(2 <= count <= 3 for count in users) > 30  # families
        assert sum(count > 6 for count in users) in {2, 3}  # the desks of the three stores

    def test_a_campaign_and_busy_evenings(self, brand: Brand) -> None:
        local = brand.orders.placed + 8 * 3600
        days = np.bincount((local - local.min() // 86_400 * 86_400) // 86_400)
        assert days.max() > 3 * np.median(days)
        hours = np.bincount(local // 3600 % 24, minlength=24)
        assert hours[19:23].sum() > 3 * hours[2:6].sum()


class TestTruth:
    def test_sums_agree(self, brand: Brand, truth: Truth) -> None:
        assert truth.net.sum() == sum(paid - refunded for paid, refunded in truth.shops.values())
        assert truth.orders.sum() == int((brand.orders.paid_at <= brand.end).sum())
        assert len(truth.buyers) <= len(brand.orders)

    def test_nobody_gets_back_more_than_was_paid(self, brand: Brand) -> None:
        assert (brand.orders.refund <= brand.orders.paid).all()
        assert (brand.lines.refund <= brand.lines.paid).all()
        assert (brand.lines.paid > 0).all()

    def test_order_numbers_are_unique(self, brand: Brand) -> None:
        assert len(set(brand.orders.number)) == len(brand.orders)

    def test_recognisable_people_never_buy_where_nobody_is_known(self, brand: Brand, truth: Truth) -> None:
        paid = brand.orders.paid_at <= brand.end
        unknown = np.isin(brand.orders.shop, (Shop.DOUDIAN, Shop.PINDUODUO)) & paid
        assert not truth.recognisable[brand.orders.buyer[unknown]].any()
        assert truth.recognisable.any()

    def test_phones_are_satellite_numbers(self, brand: Brand) -> None:
        """So that nobody who lets a demo loose on a real channel reaches a stranger."""
        people = brand.people
        numbers = np.concatenate([people.phone, people.new_phone, people.work_phone])
        given = {str(number) for number in numbers.tolist() if number}
        assert all(len(number) == 11 and number.startswith(("1349", "1740")) for number in given)
        assert all(mail.split("@")[1].removeprefix("mail.").startswith("example.") for mail in people.emails if mail)


class TestStates:
    def test_orders_only_move_forward(self, brand: Brand) -> None:
        before = brand.orders.state_at(brand.end - 20 * 86_400)
        after = brand.orders.state_at(brand.end)
        assert (after >= before).all()

    def test_every_state_exists_at_the_end(self, brand: Brand) -> None:
        assert set(brand.orders.state_at(brand.end).tolist()) >= {
            State.PAID, State.SHIPPED, State.RECEIVED, State.CLOSED_UNPAID, State.CLOSED_REFUNDED,
        }  # fmt: skip

    def test_money_follows_time(self, brand: Brand) -> None:
        orders = brand.orders
        for moment in (brand.start, brand.end - 40 * 86_400, brand.end):
            assert (orders.refunded_by(moment) <= orders.paid_by(moment)).all()
        assert orders.paid_by(brand.start).sum() == 0
        assert (orders.paid_at[orders.outcome == Outcome.UNPAID] == NEVER).all()


def test_examples_are_people_of_the_brand(brand: Brand, truth: Truth, files: list[ExportFile]) -> None:
    found = service.examples(brand)
    assert len(found) == 3
    assert all(("phone", "", example.phone) in truth.owners for example in found)
    assert len(truth.owners["phone", "", found[2].phone]) == 2
    assert {field.name for field in dataclasses.fields(found[0])} == {"title", "phone"}
    assert all(file.path.stat().st_size > 1000 for file in files)
