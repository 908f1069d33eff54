"""A fake WeCom in a process of its own, with a clock that can be moved from outside and a count of what was asked."""

import json
import multiprocessing
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wecom import world
from siyu.rehearsal.platforms.wecom.app import create_app
from siyu.rehearsal.platforms.wecom.fake import Corp
from siyu.rehearsal.platforms.wecom.types import Rules

TOKEN: Final = "QDG6eK"
KEY: Final = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
_FORK: Final = multiprocessing.get_context("fork")
_UNDER_WAY_S: Final = 0.2  # twice as long as the slowest answers take
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class MovedClock:
    """The machine's time and a lead over it that all processes share; whoever waits makes the lead longer instead.

    Who waits lets the calls that others have sent arrive first, as they would have long before the end of the wait.
    """

    def __init__(self) -> None:
        self._lead: Any = _FORK.Value("d", 0.0)

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._lead.value)

    def sleep(self, seconds: float) -> None:
        until = self.now().timestamp() + seconds
        time.sleep(min(seconds, _UNDER_WAY_S))
        with self._lead.get_lock():
            self._lead.value = max(self._lead.value, until - time.time())

    def to_next_minute(self) -> None:
        """Begin with a window, so that two runs compare."""
        self.sleep(60 - self.now().timestamp() % 60)


@dataclass(frozen=True, slots=True)
class Fake:
    """A corp behind ``url``."""

    url: str
    corp_id: str
    secret: str

    def bench(self, what: str, **arguments: Any) -> Any:
        """Have something done that is not part of the platform: see ``_Bench``."""
        answer = httpx.post(f"{self.url}/bench/{what}", json=arguments, timeout=300, trust_env=False)
        return answer.raise_for_status().json()

    def values(self) -> dict[str, str]:
        """What an operator fills in to connect it."""
        return {
            "corp_id": self.corp_id,
            "agent_id": "1000002",
            "secret": self.secret,
            "callback_token": TOKEN,
            "encoding_aes_key": KEY,
            "base_url": self.url,
        }


@contextmanager
def fake(clock: MovedClock, *, answer_s: float = 0.0, rules: Rules | None = None, **size: int) -> Iterator[Fake]:
    """Run one until the block ends.

    Args:
        clock: made before, for both sides.
        answer_s: seconds until each call is answered.
        rules: of the corp.
        size: ``staff``, ``follows``, ``groups`` and ``seed``.
    """
    there, here = _FORK.Pipe()
    process = _FORK.Process(target=_serve, args=(there, clock, answer_s, rules or Rules(), size), daemon=True)
    process.start()
    try:
        yield Fake(*here.recv())
    finally:
        here.send("end")
        process.join(20)


def _serve(pipe: Any, clock: MovedClock, answer_s: float, rules: Rules, size: dict[str, int]) -> None:
    corp = world.build(clock, rules=rules, **size)
    corp.faults.slow, corp.faults.slow_seconds = float(answer_s > 0), answer_s
    with serving(_Bench(corp).around(create_app(corp))) as url:
        pipe.send((url, corp.corp_id, next(iter(corp.state.secrets))))
        pipe.recv()
        corp.hang_up()


class _Bench:
    """Counts calls and does what benchmarks ask for, under ``/bench``."""

    def __init__(self, corp: Corp) -> None:
        self.corp = corp
        self.calls: Counter[str] = Counter()
        self.refused = 0
        self.greeted: dict[str, float] = {}  # welcome code: when send_welcome_msg came
        self.sent: dict[str, float] = {}  # welcome code: when its callback was first sent

    def around(self, app: App) -> App:
        async def call(scope: Scope, receive: Receive, send: Send) -> None:
            path = scope.get("path", "")
            if path.startswith("/bench/"):
                body = await _whole(receive)
                answer = getattr(self, path.removeprefix("/bench/"))(**json.loads(body or b"{}"))
                await JSONResponse(answer)(scope, receive, send)
                return
            self.calls[path.removeprefix("/cgi-bin/")] += 1
            if path.endswith("send_welcome_msg"):
                body = await _whole(receive)
                self.greeted.setdefault(json.loads(body)["welcome_code"], time.monotonic())
                receive = _again(body)

            async def answered(message: Message) -> None:
                if b'"errcode":45009' in message.get("body", b""):
                    self.refused += 1
                await send(message)

            await app(scope, receive, answered)

        return call

    def counts(self) -> dict[str, Any]:
        """Calls by API and refusals for their frequency; counts from 0 again."""
        found = {"calls": dict(self.calls), "refused": self.refused}
        self.calls.clear()
        self.refused = 0
        return found

    def retag(self) -> int:
        """Every customer of everybody has other tags, of which nobody is told here."""
        tags = [tag for group in self.corp.state.tag_groups.values() for tag in group.tags]
        for number, follow in enumerate(one for of in self.corp.state.follows.values() for one in of.values()):
            follow.tags = [tags[number % len(tags)]]
        return len(tags)

    def tags(self) -> list[list[Any]]:
        """Customer, member of staff and the tags of each tie."""
        return [[one.external_userid, one.userid, list(one.tags)] for one in self.corp.truth().follows]

    def call_back(self, url: str) -> bool:
        """Where callbacks go from now on, sent by threads."""
        receiver = self.corp.call_back(url, TOKEN, KEY, workers=8, by_itself=True)
        post = receiver.post

        def timed(payload: str) -> bool:
            if "<WelcomeCode><![CDATA[" in payload:
                code = payload.split("<WelcomeCode><![CDATA[", 1)[1].split("]", 1)[0]
                self.sent.setdefault(code, time.monotonic())
            return post(payload)

        assert self.corp.deliverer is not None
        self.corp.deliverer._send = timed  # noqa: SLF001 - the moment of sending is what is measured
        return True

    def scan(self, rate: float, seconds: float) -> int:
        """So many people a second come by any of the entry codes, in the background."""
        ways = list(self.corp.state.ways)
        begins = time.monotonic()

        def come() -> None:
            for number in range(int(rate * seconds)):
                time.sleep(max(0.0, begins + number / rate - time.monotonic()))
                self.corp.customer_scans(self.corp.new_person().external_userid, ways[number % len(ways)])

        threading.Thread(target=come, daemon=True).start()
        return len(ways)

    def welcomes(self) -> dict[str, Any]:
        """Seconds from the callback to the welcome, and how many came too late or never."""
        took = sorted(self.greeted[code] - sent for code, sent in self.sent.items() if code in self.greeted)
        return {"took": took, "missing": len(self.sent) - len(took)}

    def ways(self) -> int:
        """How many entry codes there are."""
        return len(self.corp.state.ways)


async def _whole(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


def _again(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
