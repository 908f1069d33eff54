"""One fake account: what people do there, and what is told of it."""

import base64
import hashlib
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx
import numpy as np

from siyu.kernel.clock import Clock
from siyu.kernel.errors import Conflict, NotFound
from siyu.rehearsal.platforms.delivering import Deliverer
from siyu.rehearsal.platforms.faults import Faults
from siyu.rehearsal.platforms.tokens import Tokens
from siyu.rehearsal.platforms.wechat.receiver import Receiver
from siyu.rehearsal.platforms.wechat.types import Code, Kind, Mode, Person, Rules, State, Window

DEFAULT_SECRET: Final = "0123456789abcdef0123456789abcdef"  # noqa: S105 - opens nothing but the fake
CODE_LIFE: Final = 300
ZONE: Final = ZoneInfo("Asia/Shanghai")
_AFTER_MESSAGE: Final = (5, 48 * 3600)
_AFTER_ACT: Final = (3, 60)
_FIRST_MESSAGE: Final = 24_000_000_000_000_000


class Account:
    """An official account or a mini program that acts. With a receiver, what happens is told to it.

    Time is the clock's. Every act may be called from any thread.
    """

    def __init__(
        self,
        clock: Clock,
        kind: Kind,
        *,
        app_id: str = "",
        seed: int = 7,
        rules: Rules | None = None,
        faults: Faults | None = None,
        state: State | None = None,
    ) -> None:
        made = "wx" + hashlib.sha256(f"{kind}/{seed}".encode()).hexdigest()[:16]
        self.state = state or State(app_id or made, DEFAULT_SECRET, kind, seed=seed)
        seed = self.state.seed
        self.clock = clock
        self.rules = rules or Rules()
        self.faults = faults or Faults()
        self.lock = threading.RLock()
        self.tokens = Tokens(clock, seed)
        self.generation: Counter[str] = Counter()  # of the tokens of each way to get one; only the newest counts
        self.calls: Counter[tuple[str, str]] = Counter()  # API, and the day or minute
        self.acts_per_minute = 0.0  # of everyday life, by whoever runs the account
        self.format = "xml" if kind == "official_account" else "json"
        self.receiver: Receiver | None = None
        self.deliverer: Deliverer | None = None
        self._seed = seed
        self._random = np.random.default_rng([seed, 23])

    # time and numbers

    def now(self) -> int:
        """Seconds since 1970."""
        return int(self.clock.now().timestamp())

    def day(self) -> str:
        """Today in China."""
        return datetime.fromtimestamp(self.now(), UTC).astimezone(ZONE).date().isoformat()

    def draw(self) -> float:
        """A random number from 0 to 1."""
        with self.lock:
            return float(self._random.random())

    def next_number(self) -> int:
        """A number that was not given before."""
        with self.lock:
            self.state.number += 1
            return _FIRST_MESSAGE + self.state.number

    def _made(self, what: str, length: int) -> str:
        self.state.number += 1
        raw = hashlib.sha256(f"{self._seed}/{self.state.app_id}/{what}/{self.state.number}".encode()).digest()
        return base64.urlsafe_b64encode(raw).decode()[:length]

    # people

    def new_person(self, name: str = "", *, union_id: str = "", phone: str = "", open_id: str = "") -> str:
        """Somebody who does not follow yet; gives the OpenID.

        Raises:
            Conflict: somebody has that OpenID.
        """
        with self.lock:
            if open_id in self.state.people:
                raise Conflict(reason="somebody has this OpenID.", reason_zh="该 OpenID 已被占用。")
            open_id = open_id or "o" + self._made("person", 27)
            self.state.people[open_id] = Person(open_id, union_id or "oU" + self._made("union", 26), name, phone)
            return open_id

    def person(self, open_id: str) -> Person:
        """Somebody by OpenID.

        Raises:
            NotFound: there is none.
        """
        found = self.state.people.get(open_id)
        if found is None:
            raise NotFound(what="person", what_zh="用户", key=open_id)
        return found

    def _follower(self, open_id: str) -> Person:
        found = self.person(open_id)
        if not found.subscribed_at:
            raise Conflict(reason="this person does not follow.", reason_zh="该用户未关注。")
        return found

    def follows(self, open_id: str, scene: str = "ADD_SCENE_SEARCH", scene_str: str = "") -> None:
        """Somebody begins to follow, with ``scene_str`` by a code."""
        with self.lock:
            found = self.person(open_id)
            if found.subscribed_at:
                raise Conflict(reason="this person follows already.", reason_zh="该用户已关注。")
            found.subscribed_at, found.scene, found.scene_str = self.now(), scene, scene_str
            found.windows["subscribe"] = self._window(_AFTER_ACT)
            # Who comes back is at the end of the list.
            self.state.people[open_id] = self.state.people.pop(open_id)
            self.tell(open_id, Event="subscribe", EventKey=f"qrscene_{scene_str}" if scene_str else "")

    def unfollows(self, open_id: str) -> None:
        """Somebody follows no more."""
        with self.lock:
            found = self._follower(open_id)
            found.subscribed_at = 0
            found.windows.clear()
            found.tag_ids.clear()
            self.tell(open_id, Event="unsubscribe", EventKey="")

    def scans(self, open_id: str, ticket: str) -> None:
        """Somebody scans a code: who does not follow yet, does so now."""
        with self.lock:
            scene, until = self.state.scenes.get(ticket, ("", 1))
            if until and until <= self.now():
                raise Conflict(reason="the code is unknown or ended.", reason_zh="二维码不存在或已过期。")
            found = self.person(open_id)
            if not found.subscribed_at:
                self.follows(open_id, "ADD_SCENE_QR_CODE", scene)
                return
            found.windows["scan"] = self._window(_AFTER_ACT)
            self.tell(open_id, Event="SCAN", EventKey=scene, Ticket=ticket)

    def clicks(self, open_id: str, key: str) -> None:
        """Somebody clicks in the menu."""
        with self.lock:
            self._follower(open_id).windows["click"] = self._window(_AFTER_ACT)
            self.tell(open_id, Event="CLICK", EventKey=key)

    def views(self, open_id: str, url: str) -> None:
        """Somebody opens a page from the menu; that allows no message."""
        with self.lock:
            self._follower(open_id)
            self.tell(open_id, Event="VIEW", EventKey=url)

    def writes(self, open_id: str, text: str) -> None:
        """Somebody writes."""
        with self.lock:
            self._follower(open_id).windows["message"] = self._window(_AFTER_MESSAGE)
            self.tell(open_id, MsgType="text", Content=text, MsgId=self.next_number())

    def _window(self, allowed: tuple[int, int]) -> Window:
        return Window(allowed[0], self.now() + allowed[1])

    # subscriptions

    def new_template(self, *places: str) -> str:
        """A template with these places, such as ``thing1``; gives its id."""
        with self.lock:
            template_id = self._made("template", 43)
            self.state.templates[template_id] = places
            return template_id

    def answers_popup(self, open_id: str, answers: dict[str, str]) -> None:
        """Somebody is asked for up to three templates and answers ``accept`` or ``reject`` to each."""
        if not 1 <= len(answers) <= 3:
            raise Conflict(reason="one to three templates are asked for.", reason_zh="一次可询问 1–3 个模板。")
        with self.lock:
            found = self.person(open_id)
            for template_id, said in answers.items():
                if said == "accept":
                    found.accepted[template_id] = found.accepted.get(template_id, 0) + 1
            self._tell_list(open_id, "subscribe_msg_popup_event", "SubscribeMsgPopupEvent", answers, PopupScene="2")

    def forbids(self, open_id: str, template_id: str) -> None:
        """Somebody switches a template off in the settings: what was accepted is void."""
        with self.lock:
            self.person(open_id).accepted.pop(template_id, None)
            told = {template_id: "reject"}
            self._tell_list(open_id, "subscribe_msg_change_event", "SubscribeMsgChangeEvent", told)

    def confirms_once(self, open_id: str, template_id: str) -> None:
        """Somebody confirms on the page of a one-time subscription; the page alone is told."""
        with self.lock:
            found = self.person(open_id)
            found.once[template_id] = 1  # of one scene no second one is allowed meanwhile

    def _tell_list(self, open_id: str, event: str, name: str, answers: dict[str, str], **more: str) -> None:
        rows = [{"TemplateId": one, "SubscribeStatusString": said, **more} for one, said in answers.items()]
        self.tell_rows(open_id, event, name, rows)

    def tell_rows(self, open_id: str, event: str, name: str, rows: list[dict[str, str]]) -> None:
        """An event with a list: in XML within an element, in JSON beside the others and without a list for one."""
        if self.format == "json":
            self.tell(open_id, Event=event, List=rows if len(rows) > 1 else rows[0])
        else:
            self.tell(open_id, Event=event, **{name: {"List": rows}})

    # codes

    def page_code(self, open_id: str, *, ask: bool = False) -> str:
        """The code with which a visitor comes back to a page."""
        return self._code(Code("page", self.person(open_id).open_id, self.now() + CODE_LIFE, ask))

    def app_code(self, open_id: str) -> str:
        """What ``wx.login`` gives."""
        return self._code(Code("app", self.person(open_id).open_id, self.now() + CODE_LIFE))

    def phone_code(self, open_id: str) -> str:
        """What the button for giving one's phone gives."""
        if not self.person(open_id).phone:
            raise Conflict(reason="this person has no phone.", reason_zh="该用户没有手机号。")
        return self._code(Code("phone", open_id, self.now() + CODE_LIFE))

    def _code(self, code: Code) -> str:
        with self.lock:
            made = "0" + self._made(code.kind, 31)
            self.state.codes[made] = code
            return made

    # callbacks

    def tell(self, open_id: str, **fields: Any) -> None:
        """Tell the receiver, if there is one."""
        if self.deliverer is None:
            return
        head = {"ToUserName": f"gh_{self.state.app_id[2:14]}", "FromUserName": open_id, "CreateTime": self.now()}
        said = {**head, "MsgType": fields.pop("MsgType", "event"), **fields}
        self.deliverer.put(Receiver.written(said, self.format))

    def call_back(
        self,
        url: str,
        token: str,
        aes_key: str,
        mode: Mode = "safe",
        *,
        timeout: float = 5.0,
        workers: int = 1,
        by_itself: bool = False,
    ) -> Receiver:
        """Tell what happens from now on to ``url``. Sent by :meth:`deliver`, or in a thread with ``by_itself``."""
        self.hang_up()
        self.receiver = Receiver(url, token, aes_key, self.state.app_id, mode, self.clock, self.faults, timeout=timeout)
        self.deliverer = Deliverer(self.receiver.post, self.clock, self.faults, seed=self._seed, workers=workers)
        if by_itself:
            self.deliverer.start()
        return self.receiver

    def hang_up(self) -> None:
        """Tell nobody any more; what waited is dropped."""
        if self.deliverer is not None:
            self.deliverer.stop()
            self.deliverer = None
        if self.receiver is not None:
            self.receiver.close()
            self.receiver = None

    def deliver(self) -> int:
        """Send the callbacks that are due, and say how many these were."""
        return self.deliverer.flush() if self.deliverer is not None else 0

    def verify(self) -> tuple[bool, str]:
        """Verify the receiver as the platform does when its address is filled in; says why it failed."""
        if self.receiver is None:
            return False, "no callback address is set"
        try:
            return self.receiver.verify()
        except httpx.HTTPError as error:
            return False, f"{type(error).__name__}: {error}"

    def truth(self) -> dict[str, Person]:
        """Who follows now, by OpenID."""
        with self.lock:
            return {open_id: one for open_id, one in self.state.people.items() if one.subscribed_at}

    def describe(self) -> dict[str, Any]:
        """How much there is of everything and happens by itself, for a first look."""
        state = self.state
        told = dict(self.deliverer.counts) if self.deliverer is not None else {}
        counts = {"people": len(state.people), "followers": len(self.truth()), "received": len(state.received)}
        codes = {scene: ticket for ticket, (scene, _) in state.scenes.items()}
        said = {"templates": state.templates, "codes": codes}  # of several codes with one scene the newest
        alive = {"acts_per_minute": self.acts_per_minute}
        return {"app_id": state.app_id, "kind": state.kind, **counts, **said, **alive, "callbacks": told}


def populated(clock: Clock, kind: Kind, people: int, *, seed: int = 7) -> Account:
    """An account with so many people, who have followed it for up to a year."""
    account = Account(clock, kind, seed=seed)
    random = np.random.default_rng([seed, 29])
    moments = sorted(int(random.integers(0, int(timedelta(days=365).total_seconds()))) for _ in range(people))
    begin = account.now() - int(timedelta(days=365).total_seconds())
    for number, moment in enumerate(moments):
        phone = f"139{int(random.integers(0, 10**8)):08d}"
        open_id = account.new_person(f"客户{number + 1}", phone=phone)
        if kind == "official_account":
            found = account.person(open_id)
            found.subscribed_at, found.scene = begin + moment, "ADD_SCENE_SEARCH"
    account.new_template("thing1", "time2")
    return account


def pair(clock: Clock, people: int, *, seed: int = 7) -> list[Account]:
    """An official account with so many followers, and a mini program that every other of them uses: one UnionID in both."""
    official = populated(clock, "official_account", people, seed=seed)
    program = Account(clock, "mini_program", seed=seed)
    for one in list(official.state.people.values())[::2]:
        program.new_person(one.name, union_id=one.union_id, phone=one.phone)
    program.new_template("thing1", "time2")
    return [official, program]
