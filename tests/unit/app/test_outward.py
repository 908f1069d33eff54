"""The client with which platforms are called."""

import pytest
from tests.running import hang_up

from siyu.app.outward import outward
from siyu.rehearsal.platforms.serving import serving


async def _hello(scope: object, receive: object, send: object) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]
    await send({"type": "http.response.body", "body": b"hello"})  # type: ignore[operator]


def test_what_stands_on_this_machine_is_asked_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")  # where nobody listens
    monkeypatch.setenv("NO_PROXY", "")
    hang_up()  # another test may have left one
    try:
        with serving(_hello) as url:
            assert outward().get(url).text == "hello"
            assert outward().get(url.replace("127.0.0.1", "localhost")).text == "hello"
    finally:
        hang_up()
