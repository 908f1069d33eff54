"""A picture of a welcome, and what a delivery shows, at the corp."""

from datetime import timedelta

import pytest
from tests.unit.channels.acts.conftest import ME, Acted

from siyu.channels import service
from siyu.channels.rules import qr
from siyu.channels.service import media as media_service
from siyu.channels.types import Content, Delivery, Item


def test_a_picture_of_a_welcome_is_known_to_the_corp(acted: Acted) -> None:
    kept = service.keep_picture(acted.desk, ME, acted.account.id, "店.png", qr.png("https://a.example/", scale=2))
    (media,) = acted.corp.state.media.values()
    content = Content("您好", (("image", {"file": str(kept.id)}),))
    shown = acted.done(lambda conn: media_service.shown(conn, content, acted.clock.now()))
    assert shown.attachments == (("image", {"media_id": media.media_id}),)
    acted.clock.advance(timedelta(hours=71))
    assert acted.done(lambda conn: media_service.shown(conn, content, acted.clock.now())).attachments == ()


def held(acted: Acted, key: str, *attachments: tuple[str, dict[str, str]]) -> Delivery:
    """What became of a group send to somebody with these attachments."""
    tie = acted.follows(1)[0]
    item = Item(key, tie.external_userid, Content("看", attachments), tie.userid)
    acted.done(lambda conn: service.deliver(conn, acted.account, "group_send", [item], acted.clock.now()))
    while service.do_deliveries(acted.desk):
        pass
    found: dict[str, Delivery] = acted.done(lambda conn: service.deliveries(conn, acted.account.id, [key]))
    return found[key]


def kept(acted: Acted, name: str, content: bytes, media_type: str) -> str:
    now = acted.clock.now()
    return str(
        acted.done(lambda conn: service.keep_file(conn, acted.account.id, name, content, media_type, "tests", now))
    )


def test_what_a_delivery_shows_is_brought_to_the_corp_once_and_again_when_it_has_forgotten(acted: Acted) -> None:
    picture = kept(acted, "a.png", b"\x89PNG" + bytes(100), "image/png")
    shown: list[tuple[str, dict[str, str]]] = [
        ("image", {"file": picture}),
        ("video", {"file": kept(acted, "v.mp4", b"video" + bytes(100), "video/mp4")}),
        ("file", {"file": kept(acted, "f.pdf", b"%PDF" + bytes(100), "application/pdf")}),
        ("mini_program", {"title": "店", "appid": "wx1", "page": "p", "file": picture}),
    ]
    assert held(acted, "k1", *shown).state == "waits_for_staff"
    (send,) = acted.corp.state.sends.values()
    media = {one.type: one.media_id for one in acted.corp.state.media.values()}
    said = send.content["attachments"]
    assert [said[1]["video"]["media_id"], said[2]["file"]["media_id"]] == [media["video"], media["file"]]
    assert {said[0]["image"]["media_id"], said[3]["miniprogram"]["pic_media_id"]} <= set(acted.corp.state.media)
    assert len(acted.corp.state.media) == 4
    held(acted, "k2", *shown)
    assert len(acted.corp.state.media) == 4
    acted.clock.advance(timedelta(hours=60))
    held(acted, "k3", *shown)
    assert len(acted.corp.state.media) == 8


@pytest.mark.parametrize("file", ["99", "x", "٣", "9" * 30])
def test_a_file_that_is_not_here_is_refused_and_nothing_is_sent(acted: Acted, file: str) -> None:
    assert held(acted, "k1", ("image", {"file": file})).state == "refused"
    assert acted.corp.state.sends == {}


def test_a_file_that_the_corp_does_not_take_is_refused_with_its_reason(acted: Acted) -> None:
    large = kept(acted, "a.png", b"\x89PNG" + bytes(3 * 1024 * 1024), "image/png")
    found = held(acted, "k1", ("image", {"file": large}))
    assert (found.state, "2097152" in found.reason) == ("refused", True)
