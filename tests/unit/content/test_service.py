"""Content as operators keep it, and as people get it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection
from tests.unit.content.conftest import ME, PNG, SHANGHAI

from siyu.content import service
from siyu.content.types import (
    BadVariable,
    Body,
    Character,
    Face,
    KindsExclude,
    NoValue,
    Offer,
    Phase,
    Plan,
    Post,
    UnfitContent,
)
from siyu.customers import service as customers
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.postgres import run
from siyu.engines.vault import service as vault
from siyu.kernel.errors import BadInput, Conflict, NotAllowed, NotFound, TooLarge

NOBODY = Principal("operator", 9, "Eve", frozenset({"content.read"}))


def audited(conn: Connection, action: str) -> int:
    return len(access.audit_page(conn, action=action))


def person(conn: Connection, customer_id: int, name: str | None, traits: str, now: datetime) -> None:
    """A customer with these traits, and a name in the vault."""
    customers.start_profile(conn, customer_id, now)
    personal = "{}"
    if name is not None:
        (print_,) = vault.store(conn, [("name", name)])
        personal = f'{{"name": "{print_}"}}'
    run(
        conn,
        """UPDATE customers.profile SET traits = CAST(:traits AS jsonb), personal = CAST(:personal AS jsonb)
           WHERE customer_id = :id""",
        id=customer_id,
        traits=traits,
        personal=personal,
    )


class TestMaterials:
    def test_the_same_bytes_are_the_same_medium(self, conn: Connection, now: datetime) -> None:
        one = service.keep_medium(conn, ME, "a.png", PNG, now)
        assert service.keep_medium(conn, ME, "b.png", PNG, now + timedelta(1)) == one
        assert (one.media_type, one.size) == ("image/png", len(PNG))
        assert service.medium_bytes(conn, one.hash) == (one, PNG)

    @pytest.mark.parametrize(
        ("content", "kind"),
        [
            (b"\xff\xd8\xff\xe0", "image/jpeg"),
            (b"GIF89a..", "image/gif"),
            (b"RIFF0000WEBP", "image/webp"),
            (b"\0\0\0\x18ftypmp42", "video/mp4"),
            (b"<svg onload=alert(1)>", "application/octet-stream"),
            (b"%PDF-1.7", "application/octet-stream"),
        ],
    )
    def test_what_bytes_are_is_seen_not_believed(
        self, conn: Connection, now: datetime, content: bytes, kind: str
    ) -> None:
        assert service.keep_medium(conn, ME, "picture.png", content, now).media_type == kind

    def test_what_cannot_be_kept(self, conn: Connection, now: datetime) -> None:
        with pytest.raises(TooLarge):
            service.keep_medium(conn, ME, "a", b"x" * (service.MEDIUM_BYTES + 1), now)
        with pytest.raises(BadInput):
            service.keep_medium(conn, ME, "a", b"", now)
        with pytest.raises(NotAllowed):
            service.keep_medium(conn, NOBODY, "a", PNG, now)
        with pytest.raises(NotFound):
            service.medium_bytes(conn, "0" * 64)

    def test_made_changed_archived(self, conn: Connection, now: datetime) -> None:
        medium = service.keep_medium(conn, ME, "a.png", PNG, now)
        made = service.make_material(conn, ME, "image", " Spring ", now, medium=medium.hash)
        assert (made.name, made.archived) == ("Spring", False)
        for _ in range(2):
            changed = service.change_material(conn, ME, made.id, "Summer", now, medium=medium.hash)
        assert changed.name == "Summer"
        assert audited(conn, "material.changed") == 1
        for _ in range(2):
            service.archive_material(conn, ME, made.id, now)
        assert (service.materials(conn), service.materials(conn, archived=True)[0].id) == ([], made.id)
        service.archive_material(conn, ME, made.id, now, archived=False)
        assert service.materials(conn, kind="image")[0].id == made.id
        assert [audited(conn, f"material.{what}") for what in ("archived", "restored")] == [1, 1]

    def test_what_is_no_material(self, conn: Connection, now: datetime) -> None:
        for wrong in ({"kind": "link", "fields": {"title": "x"}}, {"kind": "image"}, {"kind": "text", "text": " "}):
            with pytest.raises(UnfitContent):
                service.make_material(conn, ME, name="x", now=now, **wrong)  # type: ignore[arg-type]
        with pytest.raises(BadVariable):
            service.make_material(conn, ME, "text", "x", now, text="Hi {{name")
        with pytest.raises(NotFound):
            service.make_material(conn, ME, "image", "x", now, medium="0" * 64)
        with pytest.raises(NotFound):
            service.change_material(conn, ME, 7, "x", now)

    def test_tried_against_every_way(self, conn: Connection, now: datetime) -> None:
        program = {"title": "会员中心", "appid": "wx1", "page": "index", "pic_media_id": "m"}
        made = service.make_material(conn, ME, "mini_program", "x", now, fields=program)
        found = {(one.channel, one.way): one for one in service.fits(conn, "您好", [made.id])}
        assert found["wecom", "group_send"].fits
        assert not found["wecom", "kf"].fits
        assert "不支持" in found["wecom", "moment"].complaints[0][1]
        long = {(one.channel, one.way): one for one in service.fits(conn, "字" * 1334, [])}
        assert not long["wecom", "group_send"].fits
        assert "4002 字节" in long["wecom", "group_send"].complaints[0][1]


class TestScripts:
    BODY = Body(plain=Offer("您好 {{name|亲}}"))

    def test_versions_stay(self, conn: Connection, now: datetime) -> None:
        first = service.make_script(conn, ME, "Welcome", self.BODY, now)
        assert (first.version, first.unsure) == (1, ())
        other = Body(plain=Offer("您好 {{name}}"))
        for _ in range(2):
            second = service.add_version(conn, ME, first.script_id, other, 1, now, note="closer")
        assert (second.version, second.unsure) == (2, ("name",))
        assert service.script_version(conn, first.script_id, 1).body == self.BODY
        assert service.script_version(conn, first.script_id).version == 2
        assert [one.version for one in service.script_versions(conn, first.script_id)] == [2, 1]
        assert service.scripts(conn)[0].newest == 2
        with pytest.raises(Conflict):
            service.add_version(conn, ME, first.script_id, Body(plain=Offer("x")), 1, now)
        with pytest.raises(NotFound):
            service.script_version(conn, first.script_id, 3)

    def test_what_is_refused(self, conn: Connection, now: datetime) -> None:
        service.make_script(conn, ME, "Welcome", self.BODY, now)
        with pytest.raises(Conflict):
            service.make_script(conn, ME, "Welcome", self.BODY, now)
        with pytest.raises(NotFound):
            service.make_script(conn, ME, "x", Body(plain=Offer("x", (77,))), now)
        packet, coupon = Offer("红包", (), ("red_packet",)), Offer("券", (), ("coupon",))
        with pytest.raises(KindsExclude):
            service.make_script(conn, ME, "x", Body(bait_a=packet, hook=coupon), now)
        service.change_exclusions(conn, ME, [["gift", "points"]], now)
        service.make_script(conn, ME, "x", Body(bait_a=packet, hook=coupon), now)
        with pytest.raises(BadInput):
            service.change_exclusions(conn, ME, [["gift", "gift"]], now)
        with pytest.raises(NotAllowed):
            service.make_script(conn, NOBODY, "y", self.BODY, now)

    def test_two_baits_are_the_arms_of_an_experiment(self) -> None:
        hook = Offer("h")
        assert [arm.name for arm in service.arms(Body(bait_a=hook, bait_b=hook, hook=hook))] == ["a", "b"]
        assert service.arms(Body(bait_a=hook, hook=hook)) == ()


class TestRendering:
    def test_for_many_people_at_once(self, conn: Connection, now: datetime) -> None:
        person(conn, 1, "李雷", '{"points": 30}', now)
        person(conn, 2, None, "{}", now)
        person(conn, 3, "韩梅梅", '{"points": 5}', now)
        medium = service.keep_medium(conn, ME, "a.png", PNG, now)
        picture = service.make_material(conn, ME, "image", "p", now, medium=medium.hash)
        link = service.make_material(
            conn,
            ME,
            "link",
            "l",
            now,
            fields={"title": "{{name|您}}的专属", "url": "https://x.example/?p={{points|0}}"},
        )
        body = Body(
            bait_a=Offer("{{name|亲}}，红包", (picture.id,), ("red_packet",)),
            bait_b=Offer("服务 {{points}}", (), ("service",)),
            hook=Offer("加我", (link.id,)),
            fallbacks=(Offer("体验官", (), ("experience_officer",)),),
        )
        made = service.make_script(conn, ME, "Bait", body, now)
        found = service.render(
            conn,
            made.script_id,
            1,
            [1, 2, 3, 4],
            arm={1: "a", 2: "b", 3: "a"},
            given={3: ["coupon"]},
            public_url="https://siyu.example",
            now=now,
        )
        assert found[1].text == "李雷，红包\n加我"
        assert found[1].attachments == (
            ("image", {"pic_url": f"https://siyu.example/media/{medium.hash}"}),
            ("link", {"title": "李雷的专属", "url": "https://x.example/?p=30"}),
        )
        assert found[1].kinds == {"red_packet"}
        assert found[2].missing == ("points",)
        assert (found[3].text, found[3].fallback, found[3].kinds) == ("体验官\n加我", 0, {"experience_officer"})
        assert found[4].text == "亲，红包\n加我"
        assert audited(conn, "personal.revealed") == 1

    def test_a_preview_is_masked_and_says_what_is_missing(self, conn: Connection, now: datetime) -> None:
        person(conn, 1, "李雷雷", "{}", now)
        body = Body(plain=Offer("{{name}}，您有 {{points}} 积分"))
        found = service.preview(conn, body, 1)
        assert "李雷雷" not in found.text
        assert "*" in found.text
        assert found.missing == ("points",)
        assert audited(conn, "personal.revealed") == 0
        with pytest.raises(NoValue) as problem:
            service.preview(conn, body, 1, strict=True)
        assert "{{points|…}}" in problem.value.message
        assert "没有points的值" in problem.value.message_zh

    def test_nothing_is_left(self, conn: Connection, now: datetime) -> None:
        body = Body(plain=Offer("券", (), ("coupon",)))
        assert service.preview(conn, body, 1, given=["red_packet"]).nothing_left
        made = service.make_script(conn, ME, "c", body, now)
        assert not service.render(conn, made.script_id, None, [1])[1].nothing_left

    def test_texts_among_materials_are_said(self, conn: Connection, now: datetime) -> None:
        snippet = service.make_material(conn, ME, "text", "s", now, text="退订回 T，{{name|亲}}")
        found = service.preview(conn, Body(plain=Offer("上新", (snippet.id,))), 1)
        assert (found.text, found.attachments) == ("上新\n退订回 T，亲", ())


class TestPersonas:
    def test_one_face_over_many_accounts(self, conn: Connection, now: datetime) -> None:
        faces = (Face(1, "amy"), Face(1, "bob"))
        made = service.make_persona(conn, ME, "小鹿", Character("亲切", faces=faces), now)
        # Bob leaves; the persona stays.
        for _ in range(2):
            changed = service.change_persona(conn, ME, made.id, Character("亲切", faces=faces[:1]), now)
        assert [one.staff_id for one in changed.character.faces] == ["amy"]
        assert audited(conn, "persona.changed") == 1
        assert service.personas(conn) == [changed]
        with pytest.raises(Conflict):
            service.make_persona(conn, ME, "小鹿", Character(), now)
        with pytest.raises(BadInput):
            service.make_persona(conn, ME, "b", Character(faces=(Face(1, "amy"), Face(1, "amy"))), now)
        with pytest.raises(NotFound):
            service.change_persona(conn, ME, 77, Character(), now)
        assert service.check_adjustment(conn, made.id, "staff", ("a", [1]), ("a", [2]))


class TestCalendars:
    PLAN = Plan((Phase("warm_up", date(2026, 3, 1), date(2026, 3, 10)),))

    def test_a_plan_that_leaves_the_mix_is_warned_of(self, conn: Connection, now: datetime) -> None:
        made = service.make_calendar(conn, ME, "618", self.PLAN, now)
        at = datetime(2026, 3, 2, 4, tzinfo=UTC)
        entries = [
            service.plan_post(conn, ME, made.id, Post(at + timedelta(hours=n), "brand", text="新品"), SHANGHAI)
            for n in range(5)
        ]
        found = service.calendar(conn, made.id, SHANGHAI)
        assert {one.category for one in found.warnings} == {"persona", "seeding", "brand"}
        for entry, category in zip(entries, ("persona", "seeding", "seeding", "persona", "brand"), strict=True):
            service.change_post(conn, ME, made.id, entry.id, Post(entry.post.at, category, text="x"), SHANGHAI)  # type: ignore[arg-type]
        assert service.calendar(conn, made.id, SHANGHAI).warnings == ()
        for _ in range(2):
            service.drop_post(conn, ME, made.id, entries[0].id)
        assert len(service.entries(conn, made.id)) == 4
        assert len(service.entries(conn, made.id, since=at + timedelta(hours=2), until=at + timedelta(hours=3))) == 1
        burst = Plan((Phase("burst", date(2026, 3, 1), date(2026, 3, 10)),))
        assert service.change_calendar(conn, ME, made.id, burst, now, SHANGHAI).plan == burst
        assert [one.name for one in service.calendars(conn)] == ["618"]

    def test_what_cannot_be_planned(self, conn: Connection, now: datetime) -> None:
        made = service.make_calendar(conn, ME, "618", self.PLAN, now)
        ip = service.make_persona(conn, ME, "小鹿", Character(never=("最低价",)), now)
        bait = service.make_script(conn, ME, "b", Body(bait_a=Offer("a"), hook=Offer("h")), now)
        day = datetime(2026, 3, 2, 4, tzinfo=UTC)
        for post in (
            Post(datetime(2026, 4, 2, tzinfo=UTC), "brand", text="x"),
            Post(day, "brand"),
            Post(day, "brand", persona_id=ip.id, text="全网最低价"),
            Post(day, "brand", script_id=bait.script_id),
        ):
            with pytest.raises(UnfitContent):
                service.plan_post(conn, ME, made.id, post, SHANGHAI)
        with pytest.raises(BadVariable):
            service.plan_post(conn, ME, made.id, Post(day, "brand", text="{{x"), SHANGHAI)
        with pytest.raises(NotFound):
            service.plan_post(conn, ME, made.id, Post(day, "brand", materials=(9,)), SHANGHAI)
        with pytest.raises(NotFound):
            service.change_post(conn, ME, made.id, 99, Post(day, "brand", text="x"), SHANGHAI)
        with pytest.raises(Conflict):
            service.make_calendar(conn, ME, "618", self.PLAN, now)
        with pytest.raises(NotAllowed):
            service.plan_post(conn, NOBODY, made.id, Post(day, "brand", text="x"), SHANGHAI)
