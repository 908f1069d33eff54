"""What is wrong with a code at its platform."""

import pytest

from siyu.channels.rules.codes import UNAVAILABLE, wrong_with
from siyu.channels.types import Chats, OpenCode, Opening

STAFF = Opening("staff", "wall", "门店", ("ann", "bob"))
GROUP = Opening("group", "g", "群", chats=Chats(("c1", "c2")))
FIXED = Opening("group", "g", "群", chats=Chats(("c1", "c2"), new_groups=False))
LINK = Opening("link", "ad", "广告", ("ann",))


@pytest.mark.parametrize(
    ("wanted", "seen", "said", "fault"),
    [
        (STAFF, OpenCode(("bob", "ann"), state="wall"), "", None),
        (STAFF, None, "", "Gone"),
        (STAFF, OpenCode(("ann",), state="wall"), "", "Changed"),
        (STAFF, OpenCode(("ann", "bob"), others=True, state="wall"), "", "Changed"),
        (STAFF, OpenCode(("ann", "bob"), skip_verify=False, state="wall"), "", "Changed"),
        (STAFF, OpenCode(("ann", "bob"), state="floor"), "", "Changed"),
        (GROUP, OpenCode(group_ids=("c1", "c2"), state="g"), "", None),
        (GROUP, OpenCode(group_ids=("c1", "c2", "made"), state="g"), "", None),
        (GROUP, OpenCode(group_ids=("c2", "made"), state="g"), "", "Changed"),
        (FIXED, OpenCode(group_ids=("c1", "c2", "c3"), state="g"), "", "Changed"),
        (LINK, OpenCode(("ann",)), "", None),
        (LINK, OpenCode(("ann",), trouble=("no balance", "无余额")), "", "Unavailable"),
        (LINK, OpenCode(("ann",)), UNAVAILABLE, "Unavailable"),
        (LINK, OpenCode(("ann",)), "something", None),
        (LINK, None, UNAVAILABLE, "Gone"),
        (LINK, OpenCode(("bob",), trouble=("no balance", "无余额")), UNAVAILABLE, "Changed"),
    ],
)
def test_what_is_wrong(wanted: Opening, seen: OpenCode | None, said: str, fault: str | None) -> None:
    found = wrong_with(wanted, seen, said)
    assert (found.fault if found else None) == fault
    if found:
        assert found.en
        assert found.zh


def test_everything_that_differs_is_named() -> None:
    found = wrong_with(STAFF, OpenCode(("ann",), skip_verify=False, state="x"))
    assert found is not None
    assert ("使用成员、是否免验证、渠道参数" in found.zh, "its groups" in found.en) == (True, False)
