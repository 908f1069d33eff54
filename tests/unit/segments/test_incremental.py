"""Whatever happens to people, and however time goes on: what reactions made of segments is what a full evaluation says."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.segments.conftest import ACTOR, Brand

from siyu.app import people
from siyu.app.pipeline import Pipeline
from siyu.customers import service as customers
from siyu.customers.types import ConsentChange, RelationChange, TagChange
from siyu.engines.postgres import Database
from siyu.identity import service as identity
from siyu.intake import service as intake
from siyu.intake.types import IdentifierClaim, Lane, Message
from siyu.kernel.clock import to_millis
from siyu.kernel.fact import Fact
from siyu.segments.types import (
    AllOf,
    Anniversary,
    AnyOf,
    Bought,
    Bounds,
    ConsentIs,
    Did,
    FactTest,
    FirstSource,
    FollowedBy,
    InSegment,
    Not,
    OnLayer,
    OnList,
    PropertyTest,
    RelationIs,
    Rfm,
    Rule,
    Span,
    TagOn,
    Trait,
    TraitDate,
    ValueIs,
    Window,
)
from siyu.timeline import service as timeline

LOOK, CART, PAY = FactTest("event.tracked", "look"), FactTest("event.tracked", "cart"), FactTest("order.paid")
TWO_DAYS = Window(Span(2))
LATELY = Window(Span(3))
MARKETING = FactTest("touch.sent", where=(PropertyTest("purpose", "eq", "marketing"),))
COUPON = FactTest("coupon.issued")
RULES: dict[str, Rule] = {
    "looked lately": Did(LOOK, within=TWO_DAYS),
    "looked twice lately": Did(LOOK, value=2, within=TWO_DAYS),
    "never looked": Did(LOOK, comparison="eq", value=0),
    "looks that are over": Did(LOOK, "since_last", "ge", 1),
    "looked first just now": Did(LOOK, "since_first", "lt", 2),
    "on two days": Did(LOOK, "days", "ge", 2, Window(Span(72, "hour"))),
    "cart and nothing": FollowedBy(CART, PAY, Span(12, "hour"), followed=False, since=Window(Span(3))),
    "cart and order": FollowedBy(CART, PAY, Span(1), since=Window(Span(3))),
    "looked, cart and order": FollowedBy(LOOK, CART, Span(2), since=LATELY, further=(PAY,)),
    "looked and no cart and order": FollowedBy(
        LOOK, CART, Span(12, "hour"), followed=False, since=LATELY, further=(PAY,)
    ),
    "bought for a lot": Bought("sum", "ge", 500, Window(Span(5))),
    "no purchase": Not(Bought()),
    "tagged": TagOn("vip"),
    "tagged by hand": TagOn("vip", source="operator:1"),
    "tagged long ago": TagOn("vip", at_least_days=2),
    "friends for a day": RelationIs("friend", at_least_days=1),
    "new friends": RelationIs("friend", less_than_days=2),
    "no friends any more": RelationIs("friend", "ended"),
    "may be reached": ConsentIs("sms", "marketing", "granted"),
    "said nothing": ConsentIs("sms", "marketing", "unknown"),
    "outermost": OnLayer((0,)),
    "worth little": ValueIs("lt", 300),
    "rfm": Rfm(Bounds(1, 3), Bounds(1), Bounds(most=2000)),
    "city": Trait("city", "ne", "上海"),
    "birthday": Anniversary(3),
    "member lately": TraitDate("joined", "last_days", days=3),
    "came by the shop": FirstSource((1,)),
    "on the list": OnList(1),
    "reached lately": Did(MARKETING, within=TWO_DAYS),
    "not reached lately": Did(MARKETING, comparison="eq", value=0, within=TWO_DAYS),
    "went through": Did(FactTest("journey.entered", "win-back")),
    "tried lately": Did(FactTest("trial.rewarded"), within=TWO_DAYS),
    "earned a lot lately": Did(FactTest("points.earned", where=(PropertyTest("amount", "ge", 50),)), within=TWO_DAYS),
    "let a coupon lie": FollowedBy(COUPON, FactTest("coupon.used"), Span(1), followed=False, since=Window(Span(3))),
    "mixed": AnyOf((AllOf((Did(LOOK), TagOn("vip"))), AllOf((Not(Bought()), Not(RelationIs("friend")))))),
}


class Town:
    """A few people to whom anything may happen, drawn by Hypothesis."""

    def __init__(self, brand: Brand, data: st.DataObject) -> None:
        self.brand, self.draw = brand, data.draw
        self.mine = uuid.uuid4().hex[:12]  # the examples share a database

    @property
    def now(self) -> datetime:
        return self.brand.clock.now()

    def some_time(self) -> datetime:
        hours = st.one_of(st.integers(-100, 0), st.sampled_from([-48, -24, -12, 0, 5, 30]))
        return self.now + timedelta(hours=self.draw(hours))

    def claims(self) -> tuple[IdentifierClaim, ...]:
        def claim(kind: str) -> IdentifierClaim:
            name = f"{self.mine}-{self.draw(st.sampled_from('abc'))}"
            if kind == "phone":
                return IdentifierClaim(
                    "phone", "", f"139{int(self.mine, 16) % 10**7:07d}{self.draw(st.integers(0, 1))}"
                )
            return IdentifierClaim(kind, "1" if kind == "anonymous_id" else "jd", name)

        kinds = st.sampled_from([("platform_buyer",), ("anonymous_id",), ("platform_buyer", "phone"),
                                 ("anonymous_id", "platform_buyer"), ("anonymous_id", "phone")])  # fmt: skip
        return tuple([claim(kind) for kind in self.draw(kinds)])

    def message(self, kind: str, payload: dict[str, Any]) -> None:
        at, source = self.some_time(), self.draw(st.integers(1, 2))
        message = Message(
            kind, source, uuid.uuid4().hex, min(at, self.now + timedelta(days=2)), at, self.claims(), payload
        )
        with self.brand.database.transaction() as conn:
            intake.put(conn, Lane.LIVE, [message])
        pipeline = Pipeline(self.brand.database, self.brand.clock, 5000)
        while pipeline.run_once():
            pass

    def tracked(self) -> None:
        self.message("track", {"event": self.draw(st.sampled_from(["look", "cart"])), "properties": {}})

    def order(self) -> None:
        at, money = to_millis(min(self.some_time(), self.now)), st.sampled_from([0, 100, 600])
        status = self.draw(st.sampled_from(["placed", "paid", "closed"]))
        self.message("order", {
            "platform": "jd", "shop": "flagship", "order_no": f"{self.mine}-{self.draw(st.integers(1, 4))}",
            "status": status, "placed_at": at, "paid_at": at if status == "paid" else None,
            "paid_fen": self.draw(money), "refunded_fen": self.draw(money),
            "lines": [{"line_no": "1", "title": "tea", "quantity": 1}],
        })  # fmt: skip

    def traits(self) -> None:
        day = self.now + timedelta(days=self.draw(st.integers(-4, 5)))
        given = self.draw(st.sampled_from([
            {"city": "上海"}, {"city": "北京"}, {"city": None}, {"birthday": f"1990-{day:%m-%d}"},
            {"joined": f"{day:%Y-%m-%d}"}, {},
        ]))  # fmt: skip
        self.message("identify", {"traits": given})

    def somebody(self) -> int | None:
        with self.brand.database.transaction() as conn:
            found = identity.find_many(conn, "platform_buyer", [f"{self.mine}-{name}" for name in "abc"])
        ids = sorted({customer_id for owners in found.values() for customer_id in owners})
        return self.draw(st.sampled_from(ids)) if ids else None

    def by_hand(self, work: Callable[[Any, int], Any]) -> None:
        customer_id = self.somebody()
        if customer_id is not None:
            with self.brand.database.transaction() as conn:
                timeline.append(conn, work(conn, customer_id) or [])

    def tag(self) -> None:
        add = self.draw(st.booleans())
        source = self.draw(st.sampled_from(["operator:1", "source:1"]))

        def change(conn: Any, customer_id: int) -> Any:
            tag = TagChange(customer_id, "vip", min(self.some_time(), self.now), source)
            return customers.add_tags(conn, [tag]) if add else customers.remove_tags(conn, [tag])

        self.by_hand(change)

    def relation(self) -> None:
        def change(conn: Any, customer_id: int) -> Any:
            scope, at = self.draw(st.sampled_from(["a", "b"])), self.some_time()
            told = RelationChange(customer_id, "friend", scope, self.draw(st.booleans()), at, "test")
            return customers.change_relations(conn, [told], self.now)

        self.by_hand(change)

    def consent(self) -> None:
        def change(conn: Any, customer_id: int) -> Any:
            channel, state = (
                self.draw(st.sampled_from(["sms", "all"])),
                self.draw(st.sampled_from(["granted", "denied"])),
            )
            return customers.change_consents(
                conn, [ConsentChange(customer_id, channel, "marketing", state, self.some_time(), "test")], self.now
            )

        self.by_hand(change)

    def reached(self) -> None:
        """Something that is told by rooms above: a touch, a journey, a trial, points, a coupon."""
        kinds: list[tuple[str, str, dict[str, Any]]] = [
            ("touch.sent", "", {"purpose": "marketing"}),
            ("touch.sent", "", {"purpose": "service"}),
            ("journey.entered", "win-back", {"journey": 1, "key": ""}),
            ("trial.rewarded", "tea", {"trial": 1}),
            ("points.earned", "order", {"unit": "points", "amount": self.draw(st.sampled_from([10, 50]))}),
            ("coupon.issued", "tea", {"coupon": 1}),
            ("coupon.used", "tea", {"coupon": 1}),
        ]
        kind, name, properties = self.draw(st.sampled_from(kinds))
        self.by_hand(lambda _, one: [Fact(kind, one, 0, self.now, name=name, properties=properties)])

    def merge(self) -> None:
        one, other = self.somebody(), self.somebody()
        if one is not None and other is not None and one != other:
            self.brand.do(lambda conn: people.merge(conn, ACTOR, one, other, "test", self.now))

    def split(self) -> None:
        def work(conn: Any, customer_id: int) -> None:
            known = sorted(found.id for found in identity.graph(conn, customer_id).identifiers)
            if len(known) > 1:
                people.split(conn, ACTOR, customer_id, [self.draw(st.sampled_from(known))], "test", self.now)

        self.by_hand(work)

    def wait(self) -> None:
        step = st.sampled_from([timedelta(milliseconds=1), timedelta(hours=5), timedelta(hours=24), timedelta(days=2)])
        self.brand.clock.advance(self.draw(step))

    def react(self) -> None:
        """Some of what waits."""
        self.draw(st.sampled_from([self.brand.settle, self.brand.ship, self.brand.exporter.export_once,
                                   self.brand.reacting.run_once]))()  # fmt: skip

    def evaluate(self) -> None:
        """An evaluation in between, when reactions still wait."""
        name = self.draw(st.sampled_from(sorted(RULES)))
        self.brand.evaluate(self.brand.named[name])


STEPS = ("tracked", "tracked", "order", "traits", "tag", "relation", "consent", "reached", "merge", "split", "wait", "wait", "react",
         "evaluate")  # fmt: skip


class TestEqualToAFullEvaluation:
    @settings(max_examples=15, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def test_after_anything(self, brand: Brand, database: Database, data: st.DataObject) -> None:
        if not brand.named:
            self.define(brand)
        town = Town(brand, data)
        for step in data.draw(st.lists(st.sampled_from(STEPS), min_size=1, max_size=20)):
            getattr(town, step)()
        brand.settle()
        wrong = {}
        for name, segment_id in brand.named.items():
            kept, asked = brand.members(segment_id), brand.who(RULES.get(name, InSegment(segment_id)))
            if kept != asked:
                wrong[name] = (kept - asked, asked - kept)
        assert wrong == {}
        with database.transaction() as conn:
            for segment_id in brand.named.values():
                assert brand.count(conn, segment_id) == len(brand.members(segment_id))

    @staticmethod
    def define(brand: Brand) -> None:
        message = Message("identify", 1, "first", brand.clock.now(), brand.clock.now(),
                          (IdentifierClaim("user_id", "1", "first"),), {"traits": {"city": "苏州"}})  # fmt: skip
        with brand.database.transaction() as conn:
            intake.put(conn, Lane.LIVE, [message])
        Pipeline(brand.database, brand.clock, 5000).run_once()
        brand.upload("list", "user_id", "first")
        for name, rule in RULES.items():
            brand.named[name] = brand.segment(rule, name)
        inner = InSegment(brand.named["looked lately"])
        brand.named["of another"] = brand.segment(AllOf((Not(inner), TagOn("vip"))), "of another")
