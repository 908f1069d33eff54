"""Tags of the corp changed from here, put on contacts in any number; what staff note."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.unit.channels.acts.conftest import ME, Acted

from siyu.channels import service
from siyu.channels.types import CannotAct, MarkWanted, PlatformRefused
from siyu.kernel.errors import BadInput, Conflict, NotAllowed, NotFound
from siyu.rehearsal.platforms.faults import Refusal

MINUTE = timedelta(minutes=1)


def tag_names(acted: Acted) -> dict[str, str]:
    return dict(acted.rows("SELECT name, group_name FROM channels.tag WHERE gone_at IS NULL"))


def marked(acted: Acted, contact_id: str) -> tuple[str, ...]:
    (row,) = acted.rows("SELECT tags FROM channels.contact WHERE contact_id = :id", id=contact_id)
    return tuple(row[0])


def test_a_group_with_tags_is_made_and_mirrored_at_once(acted: Acted) -> None:
    made = service.make_tags(acted.desk, ME, acted.account.id, ["高意向", " 复购 "], group_name="来自私域")
    group = next(one for one in acted.corp.state.tag_groups.values() if one.group_name == "来自私域")
    assert {one.name: one.id for one in group.tags.values()} == made
    assert {name for name, within in tag_names(acted).items() if within == "来自私域"} == {"高意向", "复购"}
    assert "tag.made" in acted.audit()


def test_making_again_makes_only_what_is_missing(acted: Acted) -> None:
    first = service.make_tags(acted.desk, ME, acted.account.id, ["一"], group_name="新组")
    again = service.make_tags(acted.desk, ME, acted.account.id, ["一", "二"], group_name="新组")
    assert again["一"] == first["一"]
    group = next(one for one in acted.corp.state.tag_groups.values() if one.group_name == "新组")
    assert sorted(one.name for one in group.tags.values()) == ["一", "二"]
    by_id = service.make_tags(acted.desk, ME, acted.account.id, ["三"], group_id=group.group_id)
    assert set(by_id) == {"三"}


def test_what_another_made_meanwhile_is_found_instead_of_refused(acted: Acted) -> None:
    made = acted.corp.tag_group_is_made("别处", ["老客"])  # in the console, and no push told us
    found = service.make_tags(acted.desk, ME, acted.account.id, ["老客"], group_name="别处")
    assert found == {"老客": next(iter(made.tags))}


def test_rename_and_delete(acted: Acted) -> None:
    made = service.make_tags(acted.desk, ME, acted.account.id, ["一", "二"], group_name="新组")
    service.change_tag(acted.desk, ME, acted.account.id, made["一"], name="头一个")
    assert "头一个" in tag_names(acted)
    assert "一" not in tag_names(acted)
    group = next(one for one in acted.corp.state.tag_groups.values() if one.group_name == "新组")
    service.change_tag(acted.desk, ME, acted.account.id, group.group_id, name="旧组")
    assert tag_names(acted)["头一个"] == "旧组"
    service.delete_tags(acted.desk, ME, acted.account.id, [made["一"]])
    service.delete_tags(acted.desk, ME, acted.account.id, [made["一"]])  # safe to repeat
    assert "头一个" not in tag_names(acted)
    service.delete_tags(acted.desk, ME, acted.account.id, [], [group.group_id])
    assert "二" not in tag_names(acted)


def test_what_the_console_made_stays_and_it_is_said_why(acted: Acted) -> None:
    other = acted.corp.tag_group_is_made("后台", ["后台标签"])
    (tag_id,) = other.tags
    acted.mirror_all()
    for act in (
        lambda: service.change_tag(acted.desk, ME, acted.account.id, tag_id, name="改名"),
        lambda: service.delete_tags(acted.desk, ME, acted.account.id, [tag_id]),
    ):
        with pytest.raises(PlatformRefused) as refused:
            act()
        assert refused.value.errcode == 301002
        assert "another application" in refused.value.message
        assert "其他应用" in refused.value.message_zh
    assert tag_names(acted)["后台标签"] == "后台"


@pytest.mark.parametrize(
    "given",
    [
        {"names": [], "group_name": "组"},
        {"names": ["x" * 31], "group_name": "组"},
        {"names": ["一", "一"], "group_name": "组"},
        {"names": ["一"]},
        {"names": ["一"], "group_name": "组", "group_id": "et1"},
        {"names": ["a\x00"], "group_name": "组"},
    ],
)
def test_bad_names_are_refused_before_anything_is_asked(acted: Acted, given: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        service.make_tags(acted.desk, ME, acted.account.id, **given)


def test_who_may_and_which_account(acted: Acted) -> None:
    nobody = replace(ME, rights=frozenset({"channels.read"}))
    with pytest.raises(NotAllowed):
        service.make_tags(acted.desk, nobody, acted.account.id, ["一"], group_name="组")
    with pytest.raises(NotFound):
        service.make_tags(acted.desk, ME, 999, ["一"], group_name="组")
    acted.done(lambda conn: service.pause_account(conn, ME, acted.account.id, acted.clock.now()))
    with pytest.raises(Conflict) as paused:
        service.make_tags(acted.desk, ME, acted.account.id, ["一"], group_name="组")
    assert not isinstance(paused.value, CannotAct)


def order(acted: Acted, *wanted: MarkWanted) -> int:
    made = acted.done(lambda conn: service.order_marks(conn, ME, acted.account, wanted, acted.clock.now()))
    return int(made.id)


def work(acted: Acted) -> None:
    while service.do_marks(acted.desk):
        pass


def test_marks_are_done_each_with_an_answer_and_the_mirror_follows(acted: Acted) -> None:
    tags = service.make_tags(acted.desk, ME, acted.account.id, ["高意向", "复购"], group_name="新组")
    first, second, third = acted.follows(3)[:3]
    acted.corp.rules.echo = True
    before = dict.fromkeys([first.external_userid, second.external_userid])
    order_id = order(
        acted,
        MarkWanted(first.external_userid, first.userid, add=(tags["高意向"], tags["复购"])),
        MarkWanted(first.external_userid, first.userid, remove=(tags["复购"],)),
        MarkWanted(second.external_userid, add=(tags["复购"],)),  # in the name of whoever has them
        MarkWanted(third.external_userid, third.userid, add=("et-nothing",)),
        MarkWanted("wm-nobody", add=(tags["复购"],)),
    )
    acted.messages()
    work(acted)
    made, found = acted.done(lambda conn: service.marks(conn, acted.account.id, order_id))
    assert (made.total, made.done, made.failed, made.waiting) == (5, 3, 2, 0)
    assert [(one.state, one.code) for one in found] == [
        ("done", 0), ("done", 0), ("done", 0), ("failed", 40068), ("failed", 0)
    ]  # fmt: skip
    assert "Nobody of the staff" in found[4].reason
    assert tags["高意向"] in first.tags
    assert tags["复购"] not in first.tags
    assert tags["复购"] in second.tags
    assert "高意向" in marked(acted, first.external_userid)
    assert "复购" not in marked(acted, first.external_userid)
    told = {one.payload["contact"]: one.payload["tags"]["added"] for one in acted.messages()}
    assert told == {first.external_userid: ["高意向"], second.external_userid: ["复购"]}
    # the echo finds nothing that differs
    with acted.database.transaction() as conn:
        service.ask_again(conn, acted.account.id, [("contact", one) for one in before], acted.clock.now())
    assert acted.read_again() >= 2
    assert acted.messages() == []


def test_a_busy_platform_is_waited_for_and_a_kill_changes_nothing(acted: Acted) -> None:
    tags = service.make_tags(acted.desk, ME, acted.account.id, ["高意向"], group_name="新组")
    ties = acted.follows(3)[:3]
    order_id = order(acted, *(MarkWanted(one.external_userid, one.userid, add=(tags["高意向"],)) for one in ties))
    acted.corp.faults.refusals.append(Refusal(45009, "externalcontact/mark_tag", times=1))
    assert service.do_marks(acted.desk) == 3
    made, _found = acted.done(lambda conn: service.marks(conn, acted.account.id, order_id))
    assert (made.waiting, made.failed) == (3, 0)
    assert service.do_marks(acted.desk) == 0  # not before the platform's pause is over
    acted.clock.advance(MINUTE * 2)

    class Killed(BaseException):
        pass

    def dying(channel: Any) -> Any:
        plain = channel.mark

        def mark(*given: Any) -> None:
            plain(*given)
            raise Killed

        channel.mark = mark
        return channel

    acted.dress = dying
    with pytest.raises(Killed):
        service.do_marks(acted.desk)
    acted.dress = lambda channel: channel
    assert service.do_marks(acted.desk) == 0  # held by whoever died
    acted.clock.advance(MINUTE * 11)
    work(acted)
    made, _ = acted.done(lambda conn: service.marks(conn, acted.account.id, order_id))
    assert (made.done, made.failed) == (3, 0)
    assert all(one.tags.count(tags["高意向"]) == 1 for one in ties)


def test_wrong_orders_are_refused_whole(acted: Acted) -> None:
    for wrong in (
        [],
        [MarkWanted("wm1")],
        [MarkWanted("", add=("t",))],
        [MarkWanted("wm1", add=("t",), remove=("t",))],
        [MarkWanted("wm1", add=("t",))] * 10_001,
    ):
        with pytest.raises(BadInput):
            order(acted, *wrong)
    assert acted.rows("SELECT count(*) FROM channels.mark") == [(0,)]


def test_a_note_keeps_phones_unless_they_are_to_be_replaced(acted: Acted) -> None:
    (tie,) = acted.follows(1)[:1]
    acted.corp.staff_writes(tie.userid, tie.external_userid, remark="旧", remark_mobiles=["13800000001"])
    where = (acted.desk, ME, acted.account.id, tie.userid, tie.external_userid)
    service.note_contact(*where, remark="王姐", phones=["13800000002"])
    assert (tie.remark, tie.remark_mobiles) == ("王姐", ["13800000001", "13800000002"])
    service.note_contact(*where, description="喜欢绿茶")
    assert (tie.remark, tie.description, len(tie.remark_mobiles)) == ("王姐", "喜欢绿茶", 2)
    service.note_contact(*where, phones=["13800000003"], replace_phones=True)
    assert tie.remark_mobiles == ["13800000003"]
    service.note_contact(*where, phones=[], replace_phones=True)
    assert not any(tie.remark_mobiles)
    told = [one for one in acted.messages() if one.payload["contact"] == tie.external_userid]
    assert any(claim.type == "phone" for one in told for claim in one.claims)
    (details,) = acted.rows("SELECT details::text FROM access.audit WHERE action = 'contact.noted' ORDER BY id LIMIT 1")
    assert "王姐" not in details[0]
    assert "138" not in details[0]


def test_notes_that_cannot_be(acted: Acted) -> None:
    (tie,) = acted.follows(1)[:1]
    where = (acted.desk, ME, acted.account.id, tie.userid, tie.external_userid)
    wrongs: tuple[dict[str, Any], ...] = (
        {},
        {"remark": "字" * 21},
        {"description": "字" * 151},
        {"phones": ["x"]},
        {"phones": [f"1380000000{n}" for n in range(6)]},
    )
    for wrong in wrongs:
        with pytest.raises(BadInput):
            service.note_contact(*where, **wrong)
    with pytest.raises(NotFound):
        service.note_contact(acted.desk, ME, acted.account.id, tie.userid, "wm-nobody", phones=["13800000001"])
