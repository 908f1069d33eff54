"""What travels through browsers comes back as it went, or not at all; and nobody is sent to another host."""

import hmac
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from siyu.channels.rules.logins import (
    cookie_of,
    local_path,
    read_state,
    read_token,
    state_of,
    token_of,
)
from siyu.kernel.errors import BadInput

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
SOON = NOW + timedelta(minutes=10)


def sign(said: bytes) -> bytes:
    return hmac.digest(b"key", said, "sha256")


def signed(said: bytes, signature: bytes) -> bool:
    return hmac.compare_digest(sign(said), signature)


class TestPaths:
    @pytest.mark.parametrize("path", ["/", "/h5", "/h5/home?a=1&b=%E4%BD%A0#top", "/a//b", "/.", "/?x=http://b.c"])
    def test_of_this_host(self, path: str) -> None:
        assert local_path(path) == path

    @pytest.mark.parametrize(
        "path",
        ["", "h5", "//evil.example", "///evil", "/\\evil", "\\\\evil", "https://evil.example/", "javascript:alert(1)",
         " /x", "/a b", "/a\nb", "/\t/evil", "/你", "/a\\b", "/" + "a" * 1024],
    )  # fmt: skip
    def test_of_another(self, path: str) -> None:
        with pytest.raises(BadInput):
            local_path(path)

    @given(st.text(alphabet="/\\.:@?#a%\t\n \r你", max_size=12) | st.text(max_size=20).map("/".__add__))
    @example("/.//evil")
    def test_whatever_passes_stays_here(self, path: str) -> None:
        try:
            passed = local_path(path)
        except BadInput:
            return
        assert urlsplit(urljoin("https://here.example/wechat/1/back", passed)).netloc == "here.example"
        assert not passed.startswith(("//", "/\\"))
        assert passed.isascii()
        assert passed.isprintable()


class TestStates:
    @given(st.dictionaries(st.text(max_size=5), st.text(max_size=20), max_size=3))
    def test_come_back_with_their_cookie(self, said: dict[str, str]) -> None:
        cookie = cookie_of(said)
        state = state_of(cookie, SOON, sign)
        assert state.isalnum()
        assert len(state) <= 128
        assert read_state(state, cookie, NOW, signed) == said
        assert read_state(state, cookie, SOON, signed) is None
        assert read_state(state, cookie_of({**said, "more": "x"}), NOW, signed) is None
        assert read_state(state, "", NOW, signed) is None

    @given(state=st.text(max_size=100), cookie=st.text(max_size=100))
    def test_junk_is_none(self, state: str, cookie: str) -> None:
        assert read_state(state, cookie, NOW, signed) is None

    def test_a_longer_life_is_not_signed(self) -> None:
        cookie = cookie_of({"a": 1})
        state = state_of(cookie, SOON, sign)
        longer = f"{int(state[:12], 16) + 10**9:012x}{state[12:]}"
        assert read_state(longer, cookie, NOW, signed) is None


class TestTokens:
    @given(st.integers(1, 2**63 - 1), st.text(alphabet="abcXYZ019_-", min_size=1, max_size=64))
    def test_come_back(self, account: int, open_id: str) -> None:
        token = token_of(account, open_id, SOON, sign)
        assert read_token(token, NOW, signed) == (account, open_id, SOON)
        assert read_token(token, SOON, signed) is None

    @given(st.data())
    def test_no_letter_may_change(self, data: st.DataObject) -> None:
        token = token_of(1, "oABC", SOON, sign)
        place = data.draw(st.integers(0, token.index(".") - 1))
        other = data.draw(st.sampled_from("AZaz09-_.").filter(lambda one: one != token[place]))
        assert read_token(token[:place] + other + token[place + 1 :], NOW, signed) is None

    @given(st.text(max_size=60))
    def test_junk_is_none(self, token: str) -> None:
        assert read_token(token, NOW, signed) is None
