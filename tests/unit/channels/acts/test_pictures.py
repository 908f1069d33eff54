"""A picture of a welcome, at the corp."""

from datetime import timedelta

from tests.unit.channels.acts.conftest import ME, Acted

from siyu.channels import service
from siyu.channels.rules import qr
from siyu.channels.service import media as media_service
from siyu.channels.types import Content


def test_a_picture_of_a_welcome_is_known_to_the_corp(acted: Acted) -> None:
    kept = service.keep_picture(acted.desk, ME, acted.account.id, "店.png", qr.png("https://a.example/", scale=2))
    (media,) = acted.corp.state.media.values()
    content = Content("您好", (("image", {"file": str(kept.id)}),))
    shown = acted.done(lambda conn: media_service.shown(conn, content, acted.clock.now()))
    assert shown.attachments == (("image", {"media_id": media.media_id}),)
    acted.clock.advance(timedelta(hours=71))
    assert acted.done(lambda conn: media_service.shown(conn, content, acted.clock.now())).attachments == ()
