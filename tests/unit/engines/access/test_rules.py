from datetime import timedelta

import pytest

from siyu.engines.access import rules
from siyu.engines.access.types import Principal, Role, WeakPassword
from siyu.kernel.errors import BadInput, NotAllowed


def someone(*rights: str) -> Principal:
    return Principal(kind="operator", id=1, name="x", rights=frozenset(rights))


class TestRights:
    def test_owner_has_every_right(self) -> None:
        assert rules.rights_of([Role.OWNER]) == set(rules.RIGHTS)

    def test_nobody_has_none(self) -> None:
        assert rules.rights_of([]) == frozenset()

    def test_auditor_only_looks(self) -> None:
        assert all(name.endswith(".read") for name in rules.rights_of([Role.AUDITOR]))

    def test_personal_data_is_for_those_who_serve(self) -> None:
        assert rules.RIGHTS["personal.reveal"].roles == {Role.OWNER, Role.STAFF}
        assert rules.RIGHTS["personal.erase"].roles == {Role.OWNER}

    def test_require(self) -> None:
        rules.require(someone("audit.read"), "audit.read")
        with pytest.raises(NotAllowed, match=r"audit\.read"):
            rules.require(someone(), "audit.read")

    def test_a_right_that_does_not_exist_is_our_mistake(self) -> None:
        with pytest.raises(AssertionError):
            rules.require(someone("made.up"), "made.up")


class TestScopes:
    def test_a_key_cannot_have_more_than_its_maker(self) -> None:
        with pytest.raises(NotAllowed):
            rules.check_scopes(someone("keys.manage"), ["audit.read"])

    @pytest.mark.parametrize("scopes", [[], ["made.up"]])
    def test_nonsense(self, scopes: list[str]) -> None:
        with pytest.raises(BadInput):
            rules.check_scopes(someone("audit.read"), scopes)


class TestPassword:
    @pytest.mark.parametrize(
        "password",
        ["short", "owner@shop.cn", "OWNER@SHOP.CN", "aaaaaaaaaaaa", "1234567890", "x" * 1001, "nc.pohs@renwo"],
    )
    def test_refused(self, password: str) -> None:
        with pytest.raises(WeakPassword):
            rules.check_password(password, "owner@shop.cn")

    @pytest.mark.parametrize("password", ["correct horse", "密码要足够长才行呀呀呀", "owner@shop.cn!"])
    def test_accepted(self, password: str) -> None:
        rules.check_password(password, "owner@shop.cn")


class TestWaitAfter:
    def test_grows_and_ends(self) -> None:
        waits = [rules.wait_after(n) for n in range(2000)]
        assert waits[:7] == [timedelta(0)] * 5 + [timedelta(seconds=5), timedelta(seconds=10)]
        assert waits == sorted(waits)
        assert waits[-1] == timedelta(minutes=15)


class TestLogin:
    def test_folded(self) -> None:
        assert rules.normalise_login("  Owner@Shop.CN ") == "owner@shop.cn"

    @pytest.mark.parametrize("login", ["", "  ", "a b", "a\x00", "x" * 201])
    def test_refused(self, login: str) -> None:
        with pytest.raises(BadInput):
            rules.normalise_login(login)
