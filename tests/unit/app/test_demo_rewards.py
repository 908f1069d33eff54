"""The demo brand's coupons, shop and draws: rules that make sense together, made once; and what its members did."""

from pyroaring import BitMap64
from tests.unit.loyalty.conftest import settle

from siyu.app.context import Context
from siyu.app.demo.rewards import MONEY_OFF, stand_rewards
from siyu.app.demo.segments import HIGH_VALUE
from siyu.draws import service as draws
from siyu.engines.access import service as access
from siyu.engines.postgres import run
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Request, gift
from siyu.rewards import service as rewards
from siyu.segments import service as segments
from siyu.segments.store import members
from siyu.segments.types import TagOn


def test_everything_is_made_once(web_context: Context) -> None:
    now = web_context.clock.now()
    stand_rewards(web_context)
    stand_rewards(web_context)
    with web_context.database.transaction() as conn:
        assert len(rewards.rule_versions(conn)) == len(draws.draw_rule_versions(conn)) == 1
        assert {one.template.state for one in rewards.templates(conn, now)} == {"live"}
        states = sorted(one.offer.state for one in rewards.offers(conn, now))
        assert states == ["draft", "draft", "live", "live", "live"]
        assert len(draws.rounds(conn)) == 3
        assert rewards.redemptions(conn).redemptions == ()  # nobody is there


def test_members_of_the_segment_redeem_use_and_draw(web_context: Context) -> None:
    now, people = web_context.clock.now(), list(range(1, 10))
    with web_context.database.transaction() as conn:
        settle(conn, people)
        made = segments.create(conn, access.system("tests"), HIGH_VALUE, TagOn("vip"), now)
        members.replace(conn, made.id, BitMap64(people))
        run(conn, "UPDATE segments.segment SET people = 9 WHERE id = :id", id=made.id)
        for one in people[:8]:
            request = Request(f"points-{one}", gift(one, "points", 2_000), "test")
            loyalty.post_one(conn, request, now)
    stand_rewards(web_context)
    with web_context.database.transaction() as conn:
        states = [one.state for one in rewards.redemptions(conn).redemptions]
        assert [states.count(one) for one in ("fulfilled", "cancelled", "placed")] == [4, 1, 3]
        (kind,) = [one for one in rewards.templates(conn, now) if one.template.terms.name == MONEY_OFF]
        assert (kind.issued, kind.used, kind.returned, kind.held) == (9, 5, 1, 4)
        rounds = {one.code: one for one in draws.rounds(conn)}
        assert (rounds["warm_up"].seed is None, rounds["autumn_wheel"].seed is None) == (False, True)
        assert [len(draws.draws_of_round(conn, rounds[one].id)) for one in ("warm_up", "autumn_wheel")] == [8, 16]
