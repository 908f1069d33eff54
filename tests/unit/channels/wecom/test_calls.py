"""The thin functions, each against the fake corp: what is asked for happens, and what is answered is understood."""

from datetime import timedelta

import pytest
from tests.unit.channels.wecom.standing import START

from siyu.channels.types import PlatformRefused
from siyu.channels.wecom import Wecom
from siyu.channels.wecom.calls import (
    contacts,
    figures,
    groups,
    links,
    media,
    moments,
    people,
    sends,
    service,
    tags,
    transfers,
    ways,
)
from siyu.channels.wecom.calls.ways import ContactWay, JoinWay
from siyu.kernel.clock import ManualClock
from siyu.rehearsal.platforms.wecom.fake import Corp

AGENT = "1000014"
NOW = int(START.timestamp())
STAFF = "staff0001"


def customer(corp: Corp, staff: str = STAFF) -> str:
    """One whom nobody but this member has."""
    person = corp.new_person().external_userid
    corp.customer_adds(person, staff)
    return person


def test_notes_and_tags(corp: Corp, plugin: Wecom) -> None:
    one = customer(corp)
    contacts.remark(plugin.client, STAFF, one, {"remark": "老客", "remark_mobiles": ["13800000001"]})
    made = tags.add_tags(plugin.client, AGENT, [("爱茶", 1), ("爱咖啡", 2)], group_name="口味")
    assert [tag.name for tag in made] == ["爱茶", "爱咖啡"]
    tags.mark(plugin.client, STAFF, one, add=[made[0].id])
    (follow,) = contacts.contact(plugin.client, one).follows
    assert (follow.remark, follow.phones, follow.tag_ids) == ("老客", ("13800000001",), (made[0].id,))
    tags.edit_tag(plugin.client, AGENT, made[0].id, name="嗜茶")
    assert "嗜茶" in {tag.name for tag in tags.tags(plugin.client, group_ids=[made[0].group_id])}
    tags.mark(plugin.client, STAFF, one, remove=[made[0].id])
    assert contacts.contact(plugin.client, one).follows[0].tag_ids == ()
    tags.delete_tags(plugin.client, AGENT, [tag.id for tag in made])
    assert made[0].id not in {tag.id for tag in tags.tags(plugin.client)}


def test_codes_for_members(corp: Corp, plugin: Wecom) -> None:
    wanted = ContactWay(staff=(STAFF, "staff0002"), state="shop-7", remark="七号店")
    config_id, picture = ways.add_contact_way(plugin.client, wanted)
    assert picture.startswith("http")
    found = ways.contact_way(plugin.client, config_id)
    assert (found.staff, found.state, found.remark, found.many) == (wanted.staff, "shop-7", "七号店", True)
    person = corp.new_person().external_userid
    staff_id, _ = corp.customer_scans(person, config_id)
    (follow,) = contacts.contact(plugin.client, person).follows
    assert (follow.staff_id, follow.state, follow.way) == (staff_id, "shop-7", "scan")
    ways.update_contact_way(plugin.client, ContactWay(staff=("staff0003",), state="shop-8", config_id=config_id))
    assert ways.contact_way(plugin.client, config_id).staff == ("staff0003",)
    assert config_id in ways.contact_ways(plugin.client, NOW - 60, NOW + 60)[0]
    ways.delete_contact_way(plugin.client, config_id)
    with pytest.raises(PlatformRefused) as refused:
        ways.contact_way(plugin.client, config_id)
    assert refused.value.errcode == 41044


def test_codes_for_groups(corp: Corp, plugin: Wecom) -> None:
    chat_id = next(iter(corp.state.groups))
    config_id = ways.add_join_way(plugin.client, JoinWay((chat_id,), state="poster", base_name="福利群", base_number=1))
    found = ways.join_way(plugin.client, config_id)
    assert (found.groups, found.state, found.base_name, found.makes_more) == ((chat_id,), "poster", "福利群", True)
    assert found.qr_code
    person = corp.new_person().external_userid
    corp.customer_joins_by(person, config_id)
    (member,) = [one for one in groups.group(plugin.client, chat_id).members if one.id == person]
    assert (member.kind, member.way, member.state) == ("customer", "scan", "poster")
    ways.update_join_way(plugin.client, JoinWay((chat_id,), state="flyer", config_id=config_id, makes_more=False))
    assert ways.join_way(plugin.client, config_id).state == "flyer"
    ways.delete_join_way(plugin.client, config_id)
    with pytest.raises(PlatformRefused):
        ways.join_way(plugin.client, config_id)


def test_links(corp: Corp, plugin: Wecom) -> None:
    link = links.create_link(plugin.client, "春季", [STAFF])
    assert links.link_ids(plugin.client) == ((link.id,), "")
    person = corp.new_person().external_userid
    corp.customer_clicks(person, link.id, "douyin-3")
    (came,), following = links.link_customers(plugin.client, link.id)
    assert (came.contact_id, came.staff_id, came.state, following) == (person, STAFF, "douyin-3", "")
    assert contacts.contact(plugin.client, person).follows[0].way == "link"
    links.delete_link(plugin.client, link.id)
    assert links.link_ids(plugin.client)[0] == ()


def test_transfers(corp: Corp, plugin: Wecom, clock: ManualClock) -> None:
    one, other = customer(corp), customer(corp)
    asked = transfers.transfer(plugin.client, STAFF, "staff0002", [one, other, "wmNobody"], said="您好")
    assert [answer.errcode for answer in asked] == [0, 0, 40096]
    corp.customer_refuses(other)
    clock.advance(timedelta(hours=25))
    corp.tick()
    found, _ = transfers.transfer_results(plugin.client, STAFF, "staff0002")
    assert {answer.contact_id: answer.status for answer in found} == {one: "done", other: "refused"}
    left = customer(corp, "staff0003")
    corp.staff_leaves("staff0003")
    waiting, _ = transfers.unassigned(plugin.client)
    assert ("staff0003", left) in {(answer.staff_id, answer.contact_id) for answer in waiting}
    (answer,) = transfers.transfer(plugin.client, "staff0003", STAFF, [left], resigned=True)
    assert answer.errcode == 0


def test_groups_go_to_another_owner(corp: Corp, plugin: Wecom) -> None:
    group = next(one for one in corp.state.groups.values() if one.owner != STAFF)
    assert transfers.transfer_groups(plugin.client, [group.chat_id], STAFF, resigned=False) == []
    assert groups.group(plugin.client, group.chat_id).owner_id == STAFF
    (failed,) = transfers.transfer_groups(plugin.client, [group.chat_id], "staff0002", resigned=True)
    assert (failed.id, failed.errcode) == (group.chat_id, 90500)


def test_visitors(corp: Corp, plugin: Wecom) -> None:
    person = corp.new_person()
    assert people.external_user_id(plugin.client, person.unionid, person.openid) == ""
    nobody, pending = people.customer_or_pending(plugin.client, person.unionid, person.openid)
    assert (nobody, bool(pending)) == ("", True)
    corp.customer_adds(person.external_userid, STAFF)
    assert people.external_user_id(plugin.client, person.unionid, person.openid) == person.external_userid
    assert people.customer_or_pending(plugin.client, person.unionid, person.openid) == (person.external_userid, "")
    assert people.pending_ids(plugin.client, [person.external_userid]) == {person.external_userid: pending}


def test_figures(corp: Corp, plugin: Wecom) -> None:
    one = customer(corp)
    corp.customer_talks(one, STAFF)
    corp.customer_deletes(one, STAFF)
    (day,) = figures.behaviour(plugin.client, NOW, NOW, [STAFF])
    assert (day.counts["new_contact_cnt"], day.counts["chat_cnt"], day.counts["negative_feedback_cnt"]) == (1, 1, 1)
    owners = sorted({group.owner for group in corp.state.groups.values()})
    found, following = figures.groups_by_owner(plugin.client, NOW, NOW, owners)
    assert sum(row.counts["chat_total"] for row in found) == 14
    assert following == 0
    first, following = figures.groups_by_owner(plugin.client, NOW, NOW, owners, 0, 1)
    assert (len(first), following) == (1, 1)
    assert figures.groups_by_day(plugin.client, NOW, NOW, owners)[0].counts["chat_total"] == 14


def test_a_moment_from_file_to_like(corp: Corp, plugin: Wecom, clock: ManualClock) -> None:
    one = customer(corp)
    picture = media.upload_attachment(plugin.client, "image", "新品.png", b"\x89PNG" * 9, "image/png")
    attachment = {"msgtype": "image", "image": {"media_id": picture.id}}
    job = moments.add_moment(plugin.client, "上新", [attachment], staff=[STAFF, "nobody"], tags=["etNone"])
    assert moments.moment_job(plugin.client, job).state == "begun"
    clock.advance(timedelta(hours=1))
    done = moments.moment_job(plugin.client, job)
    assert (done.state, done.refused_staff, done.refused_tags) == ("done", ("nobody",), ("etNone",))
    corp.staff_confirms(STAFF, done.moment_id)
    assert moments.moment_staff(plugin.client, done.moment_id)[0] == {STAFF: True}
    shown: list[str] = []
    cursor = ""
    while True:
        page, cursor = moments.moment_shown(plugin.client, done.moment_id, STAFF, cursor)
        shown += page
        if not cursor:
            break
    assert one in shown
    corp.customer_likes(one, STAFF, done.moment_id)
    corp.customer_comments(one, STAFF, done.moment_id)
    comments, likes = moments.moment_reactions(plugin.client, done.moment_id, STAFF)
    assert [reaction.contact_id for reaction in (*comments, *likes)] == [one, one]
    moments.cancel_moment(plugin.client, done.moment_id)


def test_files(corp: Corp, plugin: Wecom) -> None:
    found = media.upload(plugin.client, "file", "价目表.pdf", b"%PDF-1.7", "application/pdf")
    assert corp.state.media[found.id].name == "价目表.pdf"
    assert found.until == START + timedelta(hours=70)


def test_a_welcome_for_groups(corp: Corp, plugin: Wecom) -> None:
    link = {"title": "群规", "url": "https://example.com"}
    made = sends.add_group_welcome(plugin.client, "欢迎 %NICKNAME%", {"link": link}, AGENT)
    assert corp.state.templates[made]["link"] == link


def test_customer_service(corp: Corp, plugin: Wecom, clock: ManualClock) -> None:
    account_id = next(iter(corp.state.accounts))
    person = corp.new_person().external_userid
    corp.customer_enters(person, account_id, "menu", "spring")
    corp.customer_says(person, account_id, "在吗")
    page = service.messages(plugin.client, account_id, "")
    said = [one for one in page.messages if one.origin == "customer"]
    assert [(one.contact_id, one.text, one.kind) for one in said] == [(person, "在吗", "text")]
    assert "在吗" not in repr(said)
    (grant,) = service.grants(page.messages)
    assert (grant.quota, grant.subject_id, grant.count, grant.until) == ("kf", person, 5, START + timedelta(hours=48))
    assert service.send_text(plugin.client, account_id, person, "在的", "answer-1") == "answer-1"
    assert service.send_text(plugin.client, account_id, person, "在的", "answer-1") == "answer-1"
    rest = service.messages(plugin.client, account_id, page.cursor)
    assert [one.text for one in rest.messages] == ["在的"]  # once
    (who,) = service.customers(plugin.client, [person, "wmNobody"], entered=True)
    assert (who.id, who.scene, who.scene_param) == (person, "menu", "spring")
    servicer = corp.state.accounts[account_id].servicers[0]
    assert service.change_state(plugin.client, account_id, person, "staff", servicer)
    assert service.state(plugin.client, account_id, person) == ("staff", servicer)
    for number in range(4):
        service.send_text(plugin.client, account_id, person, "还有", f"more-{number}")
    with pytest.raises(PlatformRefused) as refused:
        service.send_text(plugin.client, account_id, person, "再来", "more-4")
    assert refused.value.errcode == 95001
    clock.advance(timedelta(hours=49))
    with pytest.raises(PlatformRefused, match="48 hours"):
        service.send_text(plugin.client, account_id, person, "太晚", "late")
