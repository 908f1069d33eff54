"""Saved funnels in PostgreSQL, and the builder's schema."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection
from tests.unit.insight.telling import UNTIL, did, money, tell

from siyu.engines.clickhouse.client import Client
from siyu.insight import service
from siyu.insight.types import KINDS, FunnelDefinition, FunnelStep, FunnelWindow, NotYours, PropertyFilter
from siyu.kernel.errors import BadInput, Conflict, NotFound

NOW = datetime(2026, 4, 1, tzinfo=UTC)
STEPS = (
    FunnelStep("event.tracked", "加购", (PropertyFilter("$context.page.path", "in", ["/a", "'b"]),)),
    FunnelStep("order.paid", None, (PropertyFilter("amount_fen", "gt", 5), PropertyFilter("platform", "ne", "jd"))),
)
FUNNEL = FunnelDefinition(STEPS, FunnelWindow(12, "hour"), True, "source")
OTHER = FunnelDefinition(STEPS, FunnelWindow(3))


class TestSaved:
    def test_kept_as_it_was(self, conn: Connection) -> None:
        made = service.save_funnel(conn, " 新客下单 ", FUNNEL, "operator:7", NOW)
        assert (made.name, made.definition, made.owner, made.created_at) == ("新客下单", FUNNEL, "operator:7", NOW)
        assert service.saved_funnels(conn) == (made,)
        assert service.saved_funnel(conn, made.id) == made

    def test_one_name_once_an_owner(self, conn: Connection) -> None:
        made = service.save_funnel(conn, "a", FUNNEL, "operator:7", NOW)
        with pytest.raises(Conflict):
            service.save_funnel(conn, "a", OTHER, "operator:7", NOW)
        service.save_funnel(conn, "a", OTHER, "operator:8", NOW)
        second = service.save_funnel(conn, "b", OTHER, "operator:7", NOW)
        with pytest.raises(Conflict):
            service.change_funnel(conn, second.id, "a", OTHER, "operator:7", NOW, any_=False)
        assert [one.name for one in service.saved_funnels(conn)] == ["a", "a", "b"]
        assert service.saved_funnel(conn, made.id).definition == FUNNEL

    def test_change_and_drop(self, conn: Connection) -> None:
        made = service.save_funnel(conn, "a", FUNNEL, "operator:7", NOW)
        later = NOW + timedelta(hours=1)
        for actor, any_ in (("operator:8", True), ("operator:7", False)):
            changed = service.change_funnel(conn, made.id, "c", OTHER, actor, later, any_=any_)
            assert (changed.name, changed.definition, changed.owner) == ("c", OTHER, "operator:7")
            assert (changed.created_at, changed.updated_at) == (NOW, later)
        assert service.drop_funnel(conn, made.id, "operator:7", any_=False) == changed
        for call in (service.saved_funnel, lambda c, i: service.drop_funnel(c, i, "operator:7", any_=True)):
            with pytest.raises(NotFound):
                call(conn, made.id)

    def test_somebody_elses(self, conn: Connection) -> None:
        made = service.save_funnel(conn, "a", FUNNEL, "operator:7", NOW)
        with pytest.raises(NotYours, match="operator:7"):
            service.change_funnel(conn, made.id, "a", OTHER, "operator:8", NOW, any_=False)
        with pytest.raises(NotYours):
            service.drop_funnel(conn, made.id, "operator:8", any_=False)

    @pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\x00b", "a\nb"])
    def test_names(self, conn: Connection, name: str) -> None:
        with pytest.raises(BadInput, match="100 printable"):
            service.save_funnel(conn, name, FUNNEL, "operator:7", NOW)

    def test_only_what_can_be_counted_is_kept(self, conn: Connection) -> None:
        with pytest.raises(BadInput):
            service.save_funnel(conn, "a", FunnelDefinition(STEPS[:1], FunnelWindow(1)), "operator:7", NOW)


class TestSchema:
    def test_kinds_fields_and_names(self, empty: Client) -> None:
        tell(
            empty,
            *[did(n, "2026-04-01", "Put", price=5.5, colour="red") for n in (1, 2)],
            did(1, "2026-04-01", "Looked", price=7.5, big=True),
            did(1, "2025-12-01", "Old"),
            money(1, "2026-04-01", 5),
        )
        schema = service.schema(empty, UNTIL)
        assert schema.since == UNTIL - timedelta(days=90)
        assert [kind.name for kind in schema.kinds] == list(KINDS)
        kinds = {kind.name: kind for kind in schema.kinds}
        tracked, paid = kinds["event.tracked"], kinds["order.paid"]
        assert [(name.name, name.facts) for name in tracked.names] == [("Put", 2), ("Looked", 1)]
        assert {field.name: field.type for field in tracked.fields if not field.declared} == {
            "price": "number",
            "colour": "string",
            "big": "boolean",
        }
        assert (paid.facts, paid.names, paid.zh) == (1, (), "付款")
        assert [field.name for field in paid.fields] == ["platform", "shop", "order_no", "claimed", "lines"]
        assert (kinds["tag.added"].facts, kinds["tag.added"].open) == (0, False)

    def test_nothing_yet(self, empty: Client) -> None:
        assert sum(kind.facts for kind in service.schema(empty, UNTIL).kinds) == 0
