"""The demo's content is made once, can be sent, and its calendar warns where it should."""

from zoneinfo import ZoneInfo

from siyu.app.context import Context
from siyu.app.demo.content import stand_content
from siyu.content import service as content


def test_is_made_once(reporting_context: Context) -> None:
    for _ in range(2):
        stand_content(reporting_context)
    with reporting_context.database.transaction() as conn:
        assert [one.kind for one in content.materials(conn)] == ["mini_program", "link", "image", "text"]
        scripts = content.scripts(conn)
        assert len(scripts) == 2
        for one in scripts:
            check = content.check_script(conn, content.script_version(conn, one.id).body)
            sendable = {(fit.channel, fit.way) for fit in check.fits if fit.fits}
            assert (check.wrong, check.unsure, ("wecom", "group_send") in sendable) == (None, (), True)
        assert len(content.personas(conn)) == 1
        (calendar,) = content.calendars(conn)
        found = content.calendar(conn, calendar.id, ZoneInfo("Asia/Shanghai"))
    assert {one.phase for one in found.warnings} == {"burst"}
