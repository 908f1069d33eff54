"""Callbacks of the fake at the plugin's own door: what is lost, repeated, late or spoiled, and what is true in the end."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from siyu.channels.types import Channel, Contact, Content, Everything, Gone, Push, PushRequest, Seen
from siyu.channels.wechat import MiniProgram, OfficialAccount
from siyu.kernel.clock import ManualClock
from siyu.kernel.errors import SiyuError
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wechat.account import Account as Fake

TOKEN = "siyutoken"
KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"


class FrontDoor:
    """Answers as the core does, and keeps each push once, under its id."""

    def __init__(self) -> None:
        self.channel: Channel | None = None
        self.pushes: dict[str, Push] = {}
        self.refused: list[str] = []
        self.lock = threading.Lock()

    async def hear(self, request: Request) -> Response:
        assert self.channel is not None
        method: Any = request.method
        given = PushRequest(method, dict(request.query_params), dict(request.headers), await request.body())
        try:
            answer = self.channel.read_push(given)
        except SiyuError as error:
            self.refused.append(error.code)
            return Response(status_code=error.status)
        if answer.push is not None:
            with self.lock:
                self.pushes.setdefault(answer.push.id, answer.push)
        return PlainTextResponse(answer.body)


@pytest.fixture
def front() -> FrontDoor:
    return FrontDoor()


@pytest.fixture
def address(front: FrontDoor) -> Iterator[str]:
    with serving(Starlette(routes=[Route("/", front.hear, methods=["GET", "POST"])])) as url:
        yield f"{url}/"


def connect(front: FrontDoor, channel: Channel, fake: Fake, address: str, mode: Any = "safe") -> None:
    settings = {**channel.account.settings, "callback_mode": mode}
    front.channel = type(channel)(replace(channel.account, settings=settings), channel.ports)
    fake.call_back(address, TOKEN, KEY, mode)


class TestTheDoor:
    @pytest.mark.parametrize("mode", ["safe", "compatible", "plain"])
    def test_all_modes(self, front: FrontDoor, address: str, official: OfficialAccount, fake: Fake, mode: Any) -> None:
        connect(front, official, fake, address, mode)
        assert fake.verify() == (True, "")
        open_id = fake.new_person()
        code = official.make_code("shop-7")
        fake.scans(open_id, code.ticket)
        fake.writes(open_id, "在吗")
        fake.deliver()
        fake.hang_up()
        followed, wrote = front.pushes.values()
        assert followed.arrival is not None
        assert followed.arrival.state == "shop-7"
        assert official.welcome(followed.arrival.code, Content("欢迎")).outcome == "sent"
        assert wrote.grants[0].count == 5

    @pytest.mark.parametrize("spoiled", ["signature", "key", "receiver", "time"])
    def test_spoiled(self, front: FrontDoor, address: str, official: OfficialAccount, fake: Fake, spoiled: Any) -> None:
        connect(front, official, fake, address)
        fake.faults.spoiled = spoiled
        fake.follows(fake.new_person())
        fake.deliver()
        fake.hang_up()
        assert front.pushes == {}
        assert front.refused == ["PushRefused"] * 3

    def test_a_mini_program(self, front: FrontDoor, address: str, mini: MiniProgram, mini_fake: Fake) -> None:
        connect(front, mini, mini_fake, address)
        open_id, template_id = mini_fake.new_person(), mini_fake.new_template("thing1")
        mini_fake.answers_popup(open_id, {template_id: "accept"})
        mini_fake.deliver()
        mini_fake.hang_up()
        (push,) = front.pushes.values()
        assert [(one.subject_id, one.count) for one in push.grants] == [(f"{open_id}/{template_id}", 1)]


class TestConvergence:
    def test_the_truth_survives_the_way(
        self, front: FrontDoor, address: str, official: OfficialAccount, fake: Fake, clock: ManualClock
    ) -> None:
        """Ten days in which people come and go; a fifth of the callbacks is lost, others come twice, late or confused."""
        connect(front, official, fake, address)
        fake.faults.lost = fake.faults.repeated = fake.faults.disordered = fake.faults.delayed = 0.2
        random = np.random.default_rng(7)
        people = [fake.new_person() for _ in range(60)]
        mirror: dict[str, Contact] = {}
        heard: set[str] = set()
        for _ in range(10):
            for open_id in map(str, random.choice(people, 15, replace=False)):
                (fake.unfollows if fake.person(open_id).subscribed_at else fake.follows)(open_id)
                clock.advance(timedelta(minutes=int(random.integers(1, 90))))
            fake.deliver()
            new = [push for push_id, push in front.pushes.items() if push_id not in heard]
            heard |= set(front.pushes)
            hinted = [one for push in new for _, one in push.hints]
            told(mirror, official.read("contact", hinted))
        clock.advance(timedelta(hours=2))
        fake.deliver()
        fake.hang_up()
        assert front.refused == []
        for piece, _ in official.walk(""):
            told(mirror, piece)
        truth = fake.truth()
        assert set(mirror) == set(truth)
        for open_id, one in mirror.items():
            assert int(one.follows[0].since.timestamp()) == truth[open_id].subscribed_at
            assert one.union_id == truth[open_id].union_id


def told(mirror: dict[str, Contact], seen: Any) -> None:
    one: Seen
    for one in seen:
        if isinstance(one, Contact):
            mirror[one.id] = one
        elif isinstance(one, Gone):
            mirror.pop(one.id, None)
        elif isinstance(one, Everything) and one.contacts_of is not None:
            for open_id in set(mirror) - set(one.contacts_of[1]):
                del mirror[open_id]
