"""What customers would read, shown to a member of staff first."""

from dataclasses import replace

import pytest
from tests.unit.touch.conftest import ME, Brand

from siyu.channels.types import Delivery, StaffMember
from siyu.kernel.errors import BadInput, IdempotencyMismatch, NotAllowed, NotFound
from siyu.touch import service


def show(
    brand: Brand, text: str = "春茶到店", *, staff: str = "amy", account: int = 0, key: str = "trial-0001"
) -> Delivery:
    member = StaffMember(account or brand.corp.id, staff)
    found: Delivery = brand.done(lambda conn: service.show_to_staff(conn, ME, member, text, key, brand.now))
    return found


def test_it_is_handed_over_once_and_is_no_touch(brand: Brand) -> None:
    brand.people(1)
    assert show(brand).state == "ready"
    assert show(brand).state == "ready"
    assert brand.rows("SELECT key, way, subject_id FROM channels.delivery") == [
        ("trial:trial-0001", "app_message", "amy")
    ]
    assert brand.rows("SELECT count(*) FROM touch.touch") == [(0,)]
    brand.run("UPDATE channels.delivery SET state = 'sent', ended_at = now()")
    brand.done(lambda conn: service.take_outcomes(conn, brand.now))  # of no touch: nobody waits for it
    with pytest.raises(IdempotencyMismatch):
        show(brand, "夏茶到店")
    actions = brand.rows("SELECT details ->> 'staff' FROM access.audit WHERE action = 'touch.shown_to_staff'")
    assert ("amy",) in actions


def test_what_cannot_be_shown_is_refused_with_what_to_change(brand: Brand) -> None:
    brand.people(1)
    for said, text, more in (
        ("says nothing", "  ", {}),
        ("2048", "茶" * 700, {}),
        ("no member of staff 'bob'", "春茶", {"staff": "bob"}),
        ("no message reaches staff", "春茶", {"account": brand.official.id}),
    ):
        with pytest.raises(BadInput, match=said):
            show(brand, text, **more)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        show(brand, account=999)
    nobody = replace(ME, rights=frozenset({"touch.read"}))
    with pytest.raises(NotAllowed), brand.database.transaction() as conn:
        service.show_to_staff(conn, nobody, StaffMember(brand.corp.id, "amy"), "x", "trial-0002", brand.now)
    assert brand.rows("SELECT count(*) FROM channels.delivery") == [(0,)]
