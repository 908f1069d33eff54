"""Ten thousand callbacks that are not WeCom's, or are damaged, or lie: at the real door, over HTTP."""

import asyncio
import string
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

import pytest
from tests.stories.town import KEY, TOKEN, running

from siyu.app.context import Context
from siyu.app.web import create_app
from siyu.channels import service as channels
from siyu.engines.access import service as access
from siyu.engines.postgres import Database, scalar
from siyu.engines.settings import Settings
from siyu.intake import service as intake
from siyu.kernel.clock import ManualClock
from siyu.rehearsal.platforms.wecom.crypto import CallbackCrypto, signature
from siyu.rehearsal.platforms.wecom.events import event_xml

START = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
CORP = "wx5823bf96d3bd56c7"
OTHER_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
MANY = 10_000
CONNECTIONS = 8


class Forger:
    """Has heard one real callback and knows how WeCom writes; of some tricks also the keys, to get past the first check."""

    def __init__(self, path: str, now: int) -> None:
        self.path, self.now = path, now
        self.random = Random(23)
        self.kinds: dict[str, Callable[[], bytes]] = {
            "made up": lambda: self.post(self.junk(400), self.junk(40), self.now, self.junk(9)),
            "signed with another token": lambda: self.sealed(token=self.junk(12)),
            "another key": lambda: self.sealed(key=OTHER_KEY),
            "for another corp": lambda: self.sealed(receiver=f"ww{self.random.getrandbits(60):016x}"),
            "for another corp inside": lambda: self.sealed(self.event(corp="ww0000000000000000")),
            "long ago": lambda: self.sealed(at=self.now - self.random.randint(3601, 10**9)),
            "from the future": lambda: self.sealed(at=self.now + self.random.randint(301, 10**9)),
            "no time": lambda: self.sealed(at=self.random.choice(["", "-5", "soon", "1e9", "٣٣٣", "9" * 40, "\0"])),
            "no XML inside": lambda: self.sealed(self.junk(self.random.randint(0, 200))),
            "half an event": lambda: self.sealed(self.half(self.event())),
            "no moment inside": lambda: self.sealed(self.event(at=self.random.choice(["", "x", "-1", "9" * 30]))),
            "blocks changed": self.changed,
            "cut": self.cut,
            "other signature": lambda: self.sealed(say=self.flipped),
            "another nonce": lambda: self.sealed(nonce=self.junk(8), say=lambda _: signature(TOKEN, "1", "2", "3")),
            "parameters missing": self.missing,
            "no XML": lambda: self.raw(self.query(self.junk(20)), self.random.randbytes(self.random.randint(0, 300))),
            "bomb": self.bomb,
            "deep": lambda: self.raw(self.query("x"), b"<a>" * 5000),
            "echo": lambda: self.raw({**self.query("x"), "echostr": self.junk(64)}, b"", method="GET"),
            "somebody else's address": self.elsewhere,
        }

    def junk(self, length: int) -> str:
        return "".join(self.random.choices(string.ascii_letters + string.digits + "+/=", k=length))

    def flipped(self, text: str) -> str:
        place = self.random.randrange(len(text))
        return text[:place] + ("1" if text[place] == "0" else "0") + text[place + 1 :]

    def half(self, text: str) -> str:
        return text[: self.random.randrange(len(text) - 1)]

    def event(self, *, corp: str = CORP, at: Any = None) -> str:
        said = {"UserID": "staff0001", "ExternalUserID": f"wm{self.random.getrandbits(80):020x}"}
        written = event_xml(corp, self.now, "change_external_contact", "add_external_contact", said)
        return written if at is None else written.replace(str(self.now), str(at))

    def query(self, encrypted: str, at: Any = None, nonce: str = "nonce") -> dict[str, str]:
        moment = str(self.now if at is None else at)
        return {"msg_signature": signature(TOKEN, moment, nonce, encrypted), "timestamp": moment, "nonce": nonce}

    def sealed(
        self, text: str | None = None, *, key: str = KEY, receiver: str = CORP, token: str = TOKEN, at: Any = None,
        nonce: str = "nonce", say: Callable[[str], str] = lambda right: right,
    ) -> bytes:  # fmt: skip
        """A callback as WeCom would send it, but for what is named."""
        encrypted = CallbackCrypto(key, receiver).encrypt(
            self.event() if text is None else text, self.random.randbytes(16)
        )
        moment = self.now if at is None else at
        return self.post(encrypted, say(signature(token, str(moment), nonce, encrypted)), moment, nonce)

    def post(self, encrypted: str, said: str, at: Any, nonce: str) -> bytes:
        return self.raw({"msg_signature": said, "timestamp": str(at), "nonce": nonce}, self.body(encrypted))

    def body(self, encrypted: str) -> bytes:
        return (
            f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()
        )

    def genuine(self) -> bytes:
        return self.sealed()

    def changed(self) -> bytes:
        """Signed again, so that it gets as far as the decryption."""
        encrypted = CallbackCrypto(KEY, CORP).encrypt(self.event(), self.random.randbytes(16))
        wrong = self.random.choice(
            [self.flipped(encrypted), encrypted[:-4], encrypted + "AAAA", self.half(encrypted) or "x"]
        )
        # Into the head, the padding or the receiver: somewhere in the middle it might hit a letter of the event alone.
        if len(wrong) == len(encrypted):
            wrong = encrypted[:-40] + self.junk(40)
        query = self.query(wrong)
        return self.raw(query, self.body(wrong))

    def cut(self) -> bytes:
        encrypted = CallbackCrypto(KEY, CORP).encrypt(self.event(), self.random.randbytes(16))
        whole = self.body(encrypted)
        return self.raw(self.query(encrypted), whole[: self.random.randrange(len(whole) - 1)])

    def missing(self) -> bytes:
        encrypted = CallbackCrypto(KEY, CORP).encrypt(self.event(), self.random.randbytes(16))
        query = self.query(encrypted)
        for name in self.random.sample(sorted(query), self.random.randint(1, 3)):
            query[name] = "" if self.random.random() < 0.3 else query.pop(name) * 0
        return self.raw(query, self.body(encrypted))

    def bomb(self) -> bytes:
        inside = self.random.choice(
            [
                '<!ENTITY a "ha">',
                '<!ENTITY a SYSTEM "file:///etc/passwd">',
                '<!ENTITY % p SYSTEM "http://127.0.0.1:9/">%p;',
            ]
        )
        document = f"<!DOCTYPE xml [{inside}]><xml><Encrypt>&a;</Encrypt></xml>"
        if self.random.random() < 0.5:
            return self.raw(self.query("x"), document.encode())
        return self.sealed(document)

    def elsewhere(self) -> bytes:
        channel = self.random.choice(["wecom", "wechat", "official_account", "nobody", "%00", "%2e%2e", "企微"])
        number = self.random.choice(["0", "-1", "99", str(2**63), str(2**70), "x", "1e3", "%31%30"])
        encrypted = CallbackCrypto(KEY, CORP).encrypt(self.event(), self.random.randbytes(16))
        path = f"/callback/{channel}/{number}".encode().decode("latin-1")
        return self.raw(self.query(encrypted), self.body(encrypted), path=path)

    def raw(self, query: dict[str, str], body: bytes, *, method: str = "POST", path: str = "") -> bytes:
        head = (
            f"{method} {path or self.path}?{urlencode(query)} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode("latin-1") + body


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def door(database: Database, clock: ManualClock, tmp_path: Path) -> Iterator[tuple[str, int]]:
    """Address and port of the callbacks of a corp."""
    engine = cast("Any", SimpleNamespace(close=lambda: None))
    context = Context(Settings(data_folder=tmp_path, minimum_free_bytes=2**26), database, engine, clock)
    values = {
        "corp_id": CORP, "agent_id": "1000002", "secret": "s", "callback_token": TOKEN, "encoding_aes_key": KEY,
        "base_url": "http://127.0.0.1:9",
    }  # fmt: skip
    with database.transaction() as conn:
        account = channels.connect_account(
            conn, access.system("tests"), channel="wecom", external_id=CORP, name="", values=values, now=clock.now()
        )
    with running(create_app(context)) as url:
        yield f"/callback/wecom/{account.id}", int(urlsplit(url).port or 0)


def test_none_comes_in_and_none_does_harm(door: tuple[str, int], database: Database, clock: ManualClock) -> None:
    path, port = door
    forger = Forger(path, int(clock.now().timestamp()))
    genuine = [forger.genuine() for _ in range(200)]
    names = list(forger.kinds)
    kinds = [names[number % len(names)] for number in range(MANY - len(genuine))]

    assert set(send(port, genuine[:3])) == {200}
    assert written(database) == 3
    clock.advance(timedelta(minutes=61))  # what was heard and is played again
    forger.now = int(clock.now().timestamp())
    forged = [forger.kinds[kind]() for kind in kinds]
    answers = Counter(zip(["played again"] * len(genuine) + kinds, send(port, [*genuine, *forged]), strict=True))

    assert sum(answers.values()) == MANY
    assert {kind: status for kind, status in answers if status < 400 or status >= 500} == {}
    assert {status for kind, status in answers if kind == "played again"} == {403}
    assert {status for kind, status in answers if kind in ("another key", "for another corp", "long ago")} == {403}
    assert {status for kind, status in answers if kind in ("cut", "no XML", "bomb", "deep")} <= {400, 422}
    assert written(database) == 3
    assert send(port, [forger.genuine()]) == [200]  # the door is as it was
    assert written(database) == 4
    with database.transaction() as conn:
        assert scalar(conn, "SELECT count(*) FROM intake.dead_letter") == 0


def written(database: Database) -> int:
    """How many messages wait."""
    with database.transaction() as conn:
        return sum(len(one.messages) for one in intake.claim(conn, 100_000))


def send(port: int, requests: Sequence[bytes]) -> list[int]:
    """The status of each, in their order."""
    return asyncio.run(_send(port, requests))


async def _send(port: int, requests: Sequence[bytes]) -> list[int]:
    statuses = [0] * len(requests)

    async def connection(first: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for place in range(first, len(requests), CONNECTIONS):
            writer.write(requests[place])
            head = await reader.readuntil(b"\r\n\r\n")
            statuses[place] = int(head.split(b" ", 2)[1])
            fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
            await reader.readexactly(int(fields.get(b"content-length", b"0")))
            if fields.get(b"connection") == b"close":
                writer.close()
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()

    await asyncio.gather(*(connection(first) for first in range(CONNECTIONS)))
    return statuses
