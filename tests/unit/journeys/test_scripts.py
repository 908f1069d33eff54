"""A step that says a script: each gets what the script has for them, and it is checked before it starts."""

from datetime import timedelta
from typing import Any

import pytest
from tests.unit.content.conftest import PNG
from tests.unit.journeys.journeying import ZONE, begin, definition, enter
from tests.unit.journeys.test_touching import EXIT, WECOM, brand, brand_of_the_gate, walk
from tests.unit.touch.conftest import Brand

from siyu.channels.service.delivering import read_content
from siyu.channels.store import deliveries
from siyu.channels.types import FILE, Content
from siyu.content import service as content
from siyu.content.types import MEDIUM, Body, Offer
from siyu.customers import service as customers
from siyu.customers.types import TraitWord
from siyu.engines.access import service as access
from siyu.engines.clickhouse.client import Client
from siyu.journeys import service as journeys
from siyu.touch.types import Message

__all__ = ["brand", "brand_of_the_gate"]

ME = access.system("tests")
BAITS = Body(
    bait_a=Offer("{{name|亲}}，领券", kinds=("coupon",)),
    bait_b=Offer("{{city}}有礼", kinds=("gift",)),
    hook=Offer("回复 1"),
    fallbacks=(Offer("预约搭配", kinds=("service",)),),
)


def says(script: int, version: int = 1, bait: str = "a", **more: Any) -> dict[str, Any]:
    reference = {"id": script, "version": version, "bait": bait}
    return {"kind": "send", "wishes": [WECOM], "next": "end", "script": reference, **more}


def made(brand: Brand, body: Body) -> int:
    return brand.done(lambda conn: content.make_script(conn, ME, "s", body, brand.now).script_id)  # type: ignore[no-any-return]


def lived(brand: Brand, clickhouse: Client, people: list[int], **steps: dict[str, Any]) -> dict[str, int]:
    """These people go through it; by which ways they left the first step."""
    with brand.database.transaction() as conn:
        journey = begin(conn, definition({**steps, "end": EXIT}), now=brand.now)
        enter(conn, clickhouse, journey, people, brand.now)
    walk(brand, clickhouse)
    first = next(iter(steps))
    with brand.database.transaction() as conn:
        return dict(next(found.ways for found in journeys.figures(conn, journey.id).steps if found.step == first))


def sent(brand: Brand) -> dict[str, Content]:
    """What was handed to the channel, by contact."""
    found = brand.rows("SELECT subject_id, content_hash FROM channels.delivery")
    hashes = {hash_ for _, hash_ in found}
    sealed = brand.done(lambda conn: deliveries.contents(conn, brand.corp.id, hashes))
    return {contact: read_content(sealed[hash_]) for contact, hash_ in found}


def codes(brand: Brand, step: dict[str, Any]) -> set[str]:
    draft = definition({"hi": step, "end": EXIT})
    return brand.done(lambda conn: {one.code for one in journeys.check(conn, draft, brand.now, ZONE)})  # type: ignore[no-any-return]


def test_each_gets_the_version_that_was_chosen_and_who_has_no_value_goes_as_dropped(
    brand: Brand, clickhouse: Client
) -> None:
    one, two = brand.people(2)
    script = made(brand, BAITS)
    brand.done(lambda conn: customers.put_traits(conn, [TraitWord(one, "city", "杭州", brand.now)], brand.now))
    brand.done(lambda conn: content.add_version(conn, ME, script, Body(plain=Offer("later")), 1, brand.now))
    mark = {"kind": "tag", "add": ["无城市"], "next": "end"}
    ways = lived(brand, clickhouse, [one, two], hi=says(script, bait="b", dropped="mark"), mark=mark)
    assert {contact: one.text for contact, one in sent(brand).items()} == {f"c{one}": "杭州有礼\n回复 1"}
    assert brand.rows("SELECT kinds FROM touch.touch") == [(["gift"],)]
    assert brand.rows("SELECT customer_id, tag FROM customers.tag") == [(two, "无城市")]
    assert ways == {"send": 1, "unsaid": 1}


def test_who_received_what_excludes_the_bait_gets_the_fallback(brand: Brand, clickhouse: Client) -> None:
    one, two, three = brand.people(3)
    brand.offer(one, kinds=frozenset({"red_packet"}))
    brand.offer(two, kinds=frozenset({"coupon"}))
    brand.run(
        "UPDATE touch.touch SET received_at = :then WHERE customer_id = :who", then=brand.now - timedelta(2), who=two
    )
    brand.run("DELETE FROM touch.touch WHERE customer_id = :who", who=three)
    lived(brand, clickhouse, [one, two, three], hi=says(made(brand, BAITS)))
    found = brand.rows("SELECT customer_id, kinds FROM touch.touch WHERE key LIKE 'journey:%' ORDER BY customer_id")
    assert found == [(one, ["service"]), (two, ["coupon"]), (three, ["coupon"])]


def test_a_picture_is_kept_with_the_account_that_sends_it(brand: Brand, clickhouse: Client) -> None:
    people = brand.people(2)
    with brand.database.transaction() as conn:
        medium = content.keep_medium(conn, ME, "a.png", PNG, brand.now).hash
        picture = content.make_material(conn, ME, "image", "picture", brand.now, medium=medium).id
    lived(brand, clickhouse, people, hi=says(made(brand, Body(plain=Offer("看图", (picture,))))))
    ((file,),) = brand.rows("SELECT id FROM channels.media_file")
    assert [one.attachments for one in sent(brand).values()] == [(("image", {FILE: str(file)}),)] * 2
    kept = brand.rows("SELECT account_id, name, media_type, content FROM channels.media_file")
    assert [(account, name, kind, bytes(raw)) for account, name, kind, raw in kept] == [
        (brand.corp.id, "a.png", "image/png", PNG)
    ]


def test_a_file_that_is_not_here_hinders_nobody_else(brand: Brand) -> None:
    one, two = brand.people(2)
    shown = Message("看图", (("image", {MEDIUM: "not a hash"}),))
    brand.propose(brand.proposal(one, message=shown), brand.proposal(two))
    assert [state for (state,) in brand.rows("SELECT state FROM touch.touch")] == ["queued", "queued"]
    assert sent(brand)[f"c{one}"].attachments == (("image", {MEDIUM: "not a hash"}),)


@pytest.mark.parametrize(
    ("body", "step", "code"),
    [
        (BAITS, {}, None),
        (BAITS, {"version": 2}, "unknown_script"),
        (BAITS, {"text": "还有一句"}, "two_contents"),
        (Body(plain=Offer("长" * 1400)), {}, "unfit_script"),
    ],
)
def test_a_script_is_checked_before_it_starts(brand: Brand, body: Body, step: dict[str, Any], code: str | None) -> None:
    assert codes(brand, says(made(brand, body), **step)) == ({code} if code else set())


def test_what_is_uploaded_goes_only_where_it_can_be_brought(brand: Brand) -> None:
    medium = brand.done(lambda conn: content.keep_medium(conn, ME, "a.png", PNG, brand.now).hash)

    def step(hash_: str) -> dict[str, Any]:
        shown = [{"kind": "image", "fields": {MEDIUM: hash_}}]
        return {"kind": "send", "text": "图", "attachments": shown, "wishes": [WECOM], "next": "end"}

    assert codes(brand, step(medium)) == set()
    assert codes(brand, step("0" * 64)) == {"unknown_medium"}
    assert "no_uploads" in codes(brand, {**step(medium), "wishes": [{"account": brand.official.id, "way": "custom"}]})


def test_a_kind_that_became_exclusive_makes_a_script_unfit(brand: Brand) -> None:
    script = made(brand, Body(bait_a=Offer("券", kinds=("coupon",)), hook=Offer("礼", kinds=("gift",))))
    assert codes(brand, says(script)) == set()
    brand.done(lambda conn: content.change_exclusions(conn, ME, [["coupon", "gift"]], brand.now))
    assert codes(brand, says(script)) == {"unfit_script"}


def test_a_member_of_staff_is_told_what_the_script_has_for_the_person(brand: Brand, clickhouse: Client) -> None:
    one, two = brand.people(2)
    script = made(brand, BAITS)
    brand.done(lambda conn: customers.put_traits(conn, [TraitWord(one, "city", "杭州", brand.now)], brand.now))
    task = {"kind": "staff_task", "title": "问候", "next": "end", "dropped": "mark"}
    task["script"] = {"id": script, "version": 1, "bait": "b"}
    mark = {"kind": "tag", "add": ["无城市"], "next": "end"}
    lived(brand, clickhouse, [one, two], ask=task, mark=mark)
    assert {contact: said.text for contact, said in sent(brand).items()} == {f"c{one}": "杭州有礼\n回复 1"}
    assert brand.rows("SELECT customer_id, kinds FROM touch.touch") == [(one, ["gift"])]
    assert brand.rows("SELECT customer_id, tag FROM customers.tag") == [(two, "无城市")]


def test_a_task_with_a_script_that_is_gone_or_words_beside_it_is_refused(brand: Brand) -> None:
    task = {"kind": "staff_task", "title": "问候", "next": "end"}
    there = {"id": made(brand, BAITS), "version": 1, "bait": "a"}
    assert codes(brand, {**task, "script": there}) == set()
    assert codes(brand, {**task, "script": {**there, "version": 9}}) == {"unknown_script"}
    assert codes(brand, {**task, "script": there, "say": "您好"}) == {"two_contents"}
