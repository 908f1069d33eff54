"""Callbacks under way, as a receiver of another make takes them."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import orjson
import pytest
import xmltodict
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException
from wechatpy.utils import check_signature

from siyu.kernel.clock import ManualClock
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wechat.account import Account

TOKEN = "siyutoken"
KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"


class Ear:
    """Takes callbacks with wechatpy; refuses the first ``deaf`` ones."""

    def __init__(self, app_id: str) -> None:
        self.crypto = WeChatCrypto(TOKEN, KEY, app_id)
        self.heard: list[str] = []
        self.refused: list[str] = []
        self.deaf = 0
        self.lock = threading.Lock()

    async def hear(self, request: Request) -> Response:
        query = request.query_params
        if request.method == "GET":
            check_signature(TOKEN, query["signature"], query["timestamp"], query["nonce"])
            return PlainTextResponse(query["echostr"])
        body = (await request.body()).decode()
        with self.lock:
            if self.deaf:
                self.deaf -= 1
                return Response(status_code=500)
            try:
                self.heard.append(self.read(dict(query), body))
            except (InvalidSignatureException, InvalidAppIdException, ValueError) as problem:
                self.refused.append(type(problem).__name__)
                return Response(status_code=403)
        return PlainTextResponse("success")

    def read(self, query: dict[str, str], body: str) -> str:
        check_signature(TOKEN, query["signature"], query["timestamp"], query["nonce"])
        if "msg_signature" not in query:
            return body
        outer = orjson.loads(body) if body.startswith("{") else xmltodict.parse(body)["xml"]
        return self.crypto.decrypt_message(outer, query["msg_signature"], query["timestamp"], query["nonce"])


@pytest.fixture
def ear(account: Account) -> Ear:
    return Ear(account.state.app_id)


@pytest.fixture
def address(ear: Ear) -> Iterator[str]:
    with serving(Starlette(routes=[Route("/", ear.hear, methods=["GET", "POST"])])) as url:
        yield f"{url}/"


@pytest.fixture
def told(account: Account, address: str) -> Iterator[Account]:
    account.call_back(address, TOKEN, KEY)
    yield account
    account.hang_up()


class TestForms:
    @pytest.mark.parametrize("mode", ["safe", "compatible", "plain"])
    def test_every_mode(self, account: Account, address: str, ear: Ear, mode: Any) -> None:
        account.call_back(address, TOKEN, KEY, mode)
        assert account.verify() == (True, "")
        open_id = account.new_person()
        account.follows(open_id, scene_str="shop-7")
        account.writes(open_id, "在吗 ]]> <a>")
        assert account.deliver() == 2
        account.hang_up()
        event, message = (parse_message(one) for one in ear.heard)
        assert (event.type, event.event, event.source) == ("event", "subscribe_scan", open_id)
        assert event.scene_id == "shop-7"
        assert (message.type, message.content) == ("text", "在吗 ]]> <a>")

    def test_lists(self, told: Account, ear: Ear) -> None:
        one, two = told.new_template("thing1"), told.new_template("thing1")
        told.answers_popup(told.new_person(), {one: "accept", two: "reject"})
        told.deliver()
        event = parse_message(ear.heard[0])
        said = [(row["TemplateId"], row["SubscribeStatusString"]) for row in event.subscribes]
        assert said == [(one, "accept"), (two, "reject")]

    def test_json(self, mini: Account, address: str) -> None:
        ear = Ear(mini.state.app_id)
        mini.call_back(address, TOKEN, KEY)
        assert mini.receiver is not None
        template_id = mini.new_template("thing1")
        mini.answers_popup(mini.new_person(), {template_id: "accept"})
        assert mini.deliverer is not None
        assert mini.deliverer.waiting() == 1
        query, body = mini.receiver.request('{"Event":"x","ToUserName":"gh"}')
        assert orjson.loads(ear.read(query, body.decode()))["Event"] == "x"
        mini.hang_up()


class TestTheWay:
    def test_three_tries(self, told: Account, ear: Ear) -> None:
        ear.deaf = 2
        told.follows(told.new_person())
        told.deliver()
        assert len(ear.heard) == 1
        ear.deaf = 3
        told.follows(told.new_person())
        told.deliver()
        assert len(ear.heard) == 1

    def test_lost(self, told: Account, ear: Ear) -> None:
        told.faults.lost = 1.0
        told.follows(told.new_person())
        told.deliver()
        assert ear.heard == []
        assert len(told.truth()) == 1

    def test_repeated_and_disordered(self, told: Account, ear: Ear) -> None:
        told.faults.repeated = 0.5
        told.faults.disordered = 0.5
        ids = [told.new_person() for _ in range(60)]
        for one in ids:
            told.follows(one)
        told.deliver()
        sources = [parse_message(one).source for one in ear.heard]
        assert set(sources) == set(ids)
        assert len(sources) > 60
        assert sources[:60] != ids

    def test_late(self, told: Account, ear: Ear, clock: ManualClock) -> None:
        told.faults.delayed = 1.0
        told.follows(told.new_person())
        told.deliver()
        early = len(ear.heard)
        clock.advance(timedelta(hours=1))
        told.deliver()
        assert (early, len(ear.heard)) == (0, 1)

    @pytest.mark.parametrize("spoiled", ["signature", "key", "receiver"])
    def test_spoiled(self, told: Account, ear: Ear, spoiled: Any) -> None:
        told.faults.spoiled = spoiled
        told.follows(told.new_person())
        told.deliver()
        assert ear.heard == []
        assert len(ear.refused) == 3
