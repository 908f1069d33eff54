"""The demo's segments are made once, filled, and read like sentences."""

from tests.unit.app.conftest import NOW, Told, order

from siyu.app.context import Context
from siyu.app.demo.segments import stand_segments
from siyu.segments import service as segments


def test_are_made_once_and_filled(reporting_context: Context, tell: Told) -> None:
    tell(*[order("a", str(number), NOW, 30_000) for number in range(3)])
    for _ in range(2):
        stand_segments(reporting_context)
    with reporting_context.database.transaction() as conn:
        found = {one.name: one for one in segments.segments(conn)}
    assert len(found) == 8
    assert found["高价值客户"].people == 1
    assert found["高价值流失预警"].sentence_zh == "属于人群“高价值客户”，且距上次购买天数不少于 60"
    assert all(one.people is not None for one in found.values())
