"""A refit from the facts in ClickHouse to the predictions on the profiles, on real engines and on generated people."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from tests.working import do_job

from siyu.app import jobs, lifetime, people
from siyu.app.context import Context
from siyu.customers import service as customers
from siyu.customers.store import touch
from siyu.engines.access import service as access
from siyu.engines.clickhouse.client import Client
from siyu.engines.jobs import job_app
from siyu.engines.postgres import Database, rows, run, scalar
from siyu.engines.settings import Settings
from siyu.insight import service as insight
from siyu.insight.lifetime import store
from siyu.insight.store.moves import moves_sql
from siyu.insight.types import CalibrationPeople, Definitions, LifetimePlan, LtvPeople, LtvSpreadPlan
from siyu.kernel.clock import ManualClock
from siyu.kernel.errors import BadInput, NotAllowed
from siyu.kernel.fact import Fact
from siyu.timeline.columns import aliases_to_table, facts_to_table

NOW = datetime(2026, 4, 15, 4, tzinfo=UTC)
ACTOR = access.system("tests")
_entries = count(50_000)


def tell(client: Client, facts: list[Fact]) -> None:
    entry = next(_entries)
    client.insert("facts", facts_to_table(entry, facts, 0), token=f"lifetime-{entry}")


def become(client: Client, *pairs: tuple[int, int]) -> None:
    entry = next(_entries)
    client.insert("alias", aliases_to_table(entry, pairs), token=f"lifetime-{entry}")
    client.run("SYSTEM RELOAD DICTIONARY alias_map")


def paid(customer: int, at: datetime, fen: int, order: str, kind: str = "order.paid") -> Fact:
    properties = {"platform": "youzan", "shop": "a", "order_no": order}
    return Fact(kind, customer, customer + 1_000_000, at, amount_fen=fen, properties=properties)


def words(sql: str) -> str:
    return " ".join(sql.split())


@cache
def live(people: int, days: int, seed: int = 7) -> list[Fact]:
    """Buyers who came in over the time and buy at their own rate until they leave, as the BG/NBD model has it."""
    rng = np.random.default_rng(seed)
    facts = []
    for customer in range(1, people + 1):
        at = float(rng.uniform(0, days * 0.8))
        rate, leaving, worth = rng.gamma(1.0, 1 / 30), rng.beta(1.0, 3.0), 5000 * rng.gamma(4.0, 0.25)
        number = 0
        while at < days:
            moment = NOW - timedelta(days=days) + timedelta(days=at)
            facts.append(paid(customer, moment, int(worth * rng.gamma(6.0, 1 / 6)) + 1, f"{customer}-{number}"))
            number += 1
            if number > 1 and rng.random() < leaving:
                break
            at += float(rng.exponential(1 / max(rate, 1e-6)))
    return facts


@pytest.fixture
def context(database: Database, empty: Client, tmp_path: Path) -> Context:
    return Context(Settings(data_folder=tmp_path), database, empty, ManualClock(NOW))


def profiles(context: Context, ids: range) -> None:
    with context.database.transaction() as conn:
        run(
            conn,
            "INSERT INTO identity.customer (id, created_at) SELECT id, :now FROM unnest(CAST(:ids AS bigint[])) AS n (id)",
            ids=list(ids),
            now=NOW,
        )
        moments = [NOW] * len(ids)
        touch(conn, list(ids), moments, moments, [0] * len(ids))


@pytest.fixture
def brand(context: Context) -> Context:
    """600 people over 300 days."""
    tell(context.clickhouse, live(600, 300))
    profiles(context, range(1, 601))
    return context


class TestRefit:
    def test_from_the_facts_to_the_profiles(self, brand: Context) -> None:
        done = lifetime.refit(brand)
        model = done.state.model
        assert model is not None, done.state.reason
        assert (model.customers, done.changed, done.state.reason) == (600, 600, "")
        assert set(model.log_likelihoods) == {"bgnbd", "pareto_nbd"}
        assert model.log_likelihoods[model.model] == max(model.log_likelihoods.values())
        with brand.database.transaction() as conn:
            found = rows(conn, "SELECT p_alive, purchases, value_fen FROM customers.prediction")
        assert len(found) == 600
        assert all(0 <= row.p_alive <= 1 and row.purchases >= 0 and row.value_fen >= 0 for row in found)
        assert sum(row.value_fen for row in found) == pytest.approx(model.predicted_fen, rel=0.01)
        assert sum(row.purchases for row in found) == pytest.approx(model.expected_purchases, rel=0.01)

    def test_numbers_that_the_facts_give(self, brand: Context) -> None:
        plan = LifetimePlan(NOW, "Asia/Shanghai")
        today = (date(2026, 4, 15) - date(1970, 1, 1)).days
        cut = today - 70
        found = store.buyers(brand.clickhouse, plan, cut)
        shanghai = timedelta(hours=8)
        days: dict[int, list[int]] = {}
        money: dict[int, int] = {}
        for fact in live(600, 300):
            day = ((fact.occurred_at + shanghai).date() - date(1970, 1, 1)).days
            days.setdefault(fact.customer_id, []).append(day)
            money[fact.customer_id] = money.get(fact.customer_id, 0) + fact.amount_fen
        for place, customer in enumerate(found.customer.tolist()):
            own = sorted(set(days[customer]))
            assert (found.first[place], found.last[place], found.purchases[place]) == (own[0], own[-1], len(own))
            assert found.net_fen[place] == money[customer]
            before = [day for day in own if day <= cut]
            assert found.purchases_before[place] == len(before)
            assert not before or found.last_before[place] == before[-1]
        weekly = store.weekly(brand.clickhouse, plan, start=today - 300, cut=cut)
        repeats = [day for own in days.values() if min(own) <= cut for day in sorted(set(own))[1:]]
        assert weekly.tolist() == np.bincount([max(day - (today - 300), 0) // 7 for day in repeats]).tolist()

    def test_held_out_period_is_compared(self, brand: Context) -> None:
        state = lifetime.refit(brand).state
        assert state.model is not None
        calibration = state.model.calibration
        assert calibration is not None
        assert calibration.days == 91  # a third of the time, whole weeks
        assert calibration.until == date(2026, 4, 15) - timedelta(days=91)
        assert sum(group.customers for group in calibration.groups) == calibration.customers
        assert sum(group.actual for group in calibration.groups) == calibration.actual
        assert sum(week.actual for week in calibration.weeks if week.held_out) == calibration.actual
        assert calibration.expected == pytest.approx(calibration.actual, rel=0.3)
        total, actual = (sum(getattr(w, name) for w in calibration.weeks) for name in ("expected", "actual"))
        assert total == pytest.approx(actual, rel=0.1)
        assert calibration.weeks[-1].start == date(2026, 4, 9)

    def test_people_of_each_group_and_bin_are_as_many_as_it_says(self, brand: Context) -> None:
        state = lifetime.refit(brand).state
        assert state.model is not None
        assert state.model.calibration is not None
        assert state.fitted_at is not None
        plan, held = lifetime.plan(brand, state.fitted_at), state.model.calibration
        whole: set[int] = set()
        for group in held.groups:
            asked = CalibrationPeople(plan, held.until, group.repeats)
            found = [one for chunk in insight.all_people(brand.clickhouse, asked) for one in chunk]
            assert (len(found), insight.people(brand.clickhouse, asked).total) == (group.customers, group.customers)
            assert not whole & set(found)
            whole.update(found)
        spread = LtvSpreadPlan(state.fitted_at, definitions=plan.definitions, zone=plan.zone)
        for one in state.model.distribution:
            page = insight.people(brand.clickhouse, LtvPeople(spread, one.from_fen, one.to_fen))
            assert page.total == one.actual_customers
        with pytest.raises(BadInput, match="'repeats' is 0 to 7"):
            insight.people(brand.clickhouse, CalibrationPeople(plan, held.until, 8))

    def test_a_repeat_changes_nothing(self, brand: Context) -> None:
        first = lifetime.refit(brand)
        again = lifetime.refit(brand)
        assert again.changed == 0
        assert again.state == first.state
        with brand.database.transaction() as conn:
            assert scalar(conn, "SELECT count(*) FROM insight.lifetime_model") == 1

    def test_only_what_changed_is_written(self, brand: Context) -> None:
        lifetime.refit(brand)
        assert isinstance(brand.clock, ManualClock)
        brand.clock.advance(timedelta(days=1))
        done = lifetime.refit(brand)
        assert 0 < done.changed < 600
        with brand.database.transaction() as conn:
            found = dict(rows(conn, "SELECT as_of, count(*) FROM customers.prediction GROUP BY as_of"))
        assert found[date(2026, 4, 16)] == done.changed
        assert found[date(2026, 4, 15)] == 600 - done.changed
        assert [point.as_of.day for point in done.state.history] == [15, 16]

    def test_merged_people_are_one(self, brand: Context) -> None:
        lifetime.refit(brand)
        with brand.database.transaction() as conn:
            customers.merge_profiles(conn, [(2, 1)])
            assert [customers.prediction(conn, one) for one in (1, 2)] == [None, None]
        become(brand.clickhouse, (2, 1))
        state = lifetime.refit(brand).state
        assert state.customers == 599
        with brand.database.transaction() as conn:
            assert customers.prediction(conn, 1) is not None
            assert customers.prediction(conn, 2) is None

    def test_who_stops_being_a_buyer_loses_the_prediction(self, brand: Context) -> None:
        lifetime.refit(brand)
        become(brand.clickhouse, (600, 599))
        done = lifetime.refit(brand)
        assert done.changed >= 1
        with brand.database.transaction() as conn:
            assert customers.prediction(conn, 600) is None

    def test_nobody_without_a_profile_gets_one(self, brand: Context) -> None:
        with brand.database.transaction() as conn:
            run(conn, "DELETE FROM customers.profile WHERE customer_id = 5")
        assert lifetime.refit(brand).changed == 599

    def test_pieces_speak_for_all_ids(self, brand: Context, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("siyu.insight.lifetime.service._PIECE", 77)
        plan = LifetimePlan(NOW, "Asia/Shanghai")
        found = list(insight.lifetime.pieces(insight.lifetime.compute(brand.clickhouse, plan)))
        assert [piece.num_rows for piece, _, _ in found] == [77] * 7 + [61]
        assert [above for _, above, _ in found] == [0, *[up_to for _, _, up_to in found[:-1]]]
        assert lifetime.refit(brand).changed == 600


class TestDefinitions:
    def test_an_order_that_went_back_is_no_purchase_where_purchases_are_kept(self, empty: Client) -> None:
        day = timedelta(days=1)
        tell(
            empty,
            [
                paid(1, NOW - 200 * day, 1000, "a"),
                paid(1, NOW - 100 * day, 500, "b"),
                paid(1, NOW - 90 * day, -500, "b", "order.refunded"),
                paid(1, NOW - 50 * day, 300, "c"),
                paid(1, NOW - 50 * day, 200, "d"),  # of the same day: one purchase
                paid(1, NOW - 40 * day, -200, "d", "order.refunded"),
                paid(0, NOW - 40 * day, 9999, "e"),
                paid(2, NOW + day, 9999, "f"),
            ],
        )
        found = {
            means: store.buyers(empty, LifetimePlan(NOW, "UTC", definitions=Definitions(means)), 0)
            for means in ("kept", "paid")
        }
        assert [one.purchases.tolist() for one in found.values()] == [[2], [3]]
        assert [one.net_fen.tolist() for one in found.values()] == [[1300], [1300]]

    def test_query(self) -> None:
        plan = LifetimePlan(NOW, "UTC", definitions=Definitions("paid"))
        assert words(store.buyers_sql(plan).replace(moves_sql(plan.definitions), "MOVES")) == words("""
            SELECT toInt64(customer) AS id, toInt64(toInt32(minIf(day, bought))) AS first,
            toInt64(toInt32(maxIf(day, bought))) AS last, toInt64(countIf(bought)) AS purchases,
            toInt64(sum(net)) AS net_fen, toInt64(countIf(bought AND toInt32(day) <= {cut:Int32})) AS purchases_before,
            toInt64(toInt32(maxIf(day, bought AND toInt32(day) <= {cut:Int32}))) AS last_before
            FROM ( SELECT customer, toDate(toTimeZone(at, {zone:String})) AS day, max(purchase) > 0 AS bought,
            sum(amount) AS net FROM (MOVES ) GROUP BY customer, day HAVING customer <> 0 )
            GROUP BY customer HAVING purchases > 0 ORDER BY id
        """)


class TestNotEnough:
    def test_nothing_yet(self, context: Context) -> None:
        done = lifetime.refit(context)
        assert (done.state.model, done.changed, done.state.customers) == (None, 0, 0)
        assert "0 customers bought on two days or more; 100 are needed" in done.state.reason
        assert "至少需要 100 位" in done.state.reason_zh

    def test_before_the_first_refit(self, context: Context) -> None:
        with context.database.transaction() as conn:
            assert insight.lifetime.state(conn).as_of is None
            assert insight.lifetime.distribution(conn).bins == ()

    def test_too_few_repeat_buyers(self, context: Context) -> None:
        tell(context.clickhouse, live(60, 300))
        assert "are needed" in lifetime.refit(context).state.reason

    def test_too_short_a_time(self, context: Context) -> None:
        tell(context.clickhouse, [f for f in live(3000, 300) if f.occurred_at > NOW - timedelta(days=50)])
        assert "91 are needed" in lifetime.refit(context).state.reason

    def test_a_prediction_is_taken_back(self, brand: Context) -> None:
        assert lifetime.refit(brand).changed == 600
        brand.clickhouse.run("TRUNCATE TABLE facts")
        done = lifetime.refit(brand)
        assert (done.changed, done.state.model) == (600, None)

    def test_a_model_that_misses_is_not_shown(self, context: Context) -> None:
        """Everybody stops on the day after which is held out."""
        facts = live(600, 300)
        tell(context.clickhouse, [f for f in facts if f.occurred_at < NOW - timedelta(days=100)])
        late = NOW - timedelta(days=20)
        tell(context.clickhouse, [paid(c, late, 1000, f"{c}-late") for c in range(1, 61)])
        state = lifetime.refit(context).state
        assert state.model is None
        assert "the model expected" in state.reason


class TestShown:
    def test_with_the_customer(self, brand: Context) -> None:
        lifetime.refit(brand)
        with brand.database.transaction() as conn:
            found = people.person(conn, 3).prediction
            assert found is not None
            own = sorted({(f.occurred_at + timedelta(hours=8)).date() for f in live(600, 300) if f.customer_id == 3})
        assert (found.first_day, found.last_day, found.bought) == (own[0], own[-1], len(own))
        assert found.days_since_first == (date(2026, 4, 15) - own[0]).days
        assert found.days_since_last == (date(2026, 4, 15) - own[-1]).days
        assert (found.months, found.as_of) == (12, date(2026, 4, 15))
        assert found.spend_fen % 100 == found.value_fen % 100 == 0

    def test_distribution_counts_everybody_twice(self, brand: Context) -> None:
        lifetime.refit(brand)
        with brand.database.transaction() as conn:
            found = insight.lifetime.distribution(conn)
        assert sum(one.actual_customers for one in found.bins) == 600
        assert sum(one.predicted_customers for one in found.bins) == 600
        assert (found.bins[0].from_fen, found.bins[-1].to_fen) == (None, None)

    def test_the_job_is_known_to_the_worker(self, brand: Context) -> None:
        app = job_app(brand.database)
        jobs.register(app, brand)
        assert lifetime.ask(brand, ACTOR)
        with brand.database.transaction() as conn:
            (asked,) = rows(conn, "SELECT * FROM jobs.procrastinate_jobs")
        do_job(app, asked)
        with brand.database.transaction() as conn:
            assert insight.lifetime.state(conn).as_of == date(2026, 4, 15)

    def test_asking_needs_the_right(self, context: Context) -> None:
        assert lifetime.ask(context, ACTOR)
        assert not lifetime.ask(context, ACTOR)
        with context.database.transaction() as conn:
            assert scalar(conn, "SELECT count(*) FROM jobs.procrastinate_jobs WHERE task_name = 'insight.refit'") == 1
        nobody = type(ACTOR)(**{name: getattr(ACTOR, name) for name in ACTOR.__slots__} | {"rights": frozenset()})
        with pytest.raises(NotAllowed):
            lifetime.ask(context, nobody)
