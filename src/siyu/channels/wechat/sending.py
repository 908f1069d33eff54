"""Sending, with one answer for each item."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import orjson

from siyu.channels.types import Content, Item, Outcome, PlatformRefused, Sent, Way
from siyu.channels.wechat import rules
from siyu.channels.wechat.client import Client, code_of, said_by
from siyu.channels.wechat.declared import BROADCAST, CUSTOM, NOTICE, ONCE, TO_ALL, WELCOME
from siyu.channels.wechat.errors import ALREADY_SENT, advice, free_again
from siyu.kernel.errors import BadInput, TryLater, WrongValue

_MASS_SEND: Final = "cgi-bin/message/mass/send"
_MASS_ALL: Final = "cgi-bin/message/mass/sendall"
CUSTOM_SEND: Final = "cgi-bin/message/custom/send"


@dataclass(frozen=True, slots=True)
class _Single:
    """A way in which every item is a call; ``repeatable`` where the platform knows a repeat by its key."""

    api: str
    body: Callable[[Item], rules.Body]
    repeatable: bool = False


_OFFICIAL: Final = {
    "template": _Single("cgi-bin/message/template/send", rules.template, repeatable=True),
    ONCE: _Single("cgi-bin/message/template/subscribe", rules.once),
    NOTICE: _Single("cgi-bin/message/subscribe/bizsend", rules.notice),
}
_MINI: Final = {NOTICE: _Single("cgi-bin/message/subscribe/send", rules.mini_notice)}


class Sender:
    """Sends by the ways that an account declares."""

    def __init__(self, client: Client, ways: Sequence[Way], now: Callable[[], datetime], *, mini: bool) -> None:
        self._client = client
        self._ways = {way.name: way for way in ways}
        self._now = now
        self._singles = _MINI if mini else _OFFICIAL

    def send(self, way: str, items: Sequence[Item]) -> list[Sent]:
        """One answer for each item in its order; never raises for one of them.

        What may have been sent, though no answer came, is not sent again where the platform would not know the repeat.
        A broadcast is known again when the same items come together again; retry those that came back ``later`` as one.

        Raises:
            BadInput: the account has no such way.
        """
        declared = self._ways.get(way)
        if declared is None or way == WELCOME:  # who greets has the code of an arrival
            raise BadInput(reason=f"there is no way '{way}' here.", reason_zh=f"该账号没有“{way}”这种触达方式。")
        if way == BROADCAST:
            return self._broadcast(declared, items)
        if way == TO_ALL:
            return [self._to_all(declared, item) for item in items]
        if way == CUSTOM:
            return [self._single(self._custom(declared), item) for item in items]
        return [self._single(self._singles[way], item) for item in items]

    def greet(self, open_id: str, content: Content) -> Sent:
        """A text and attachments as messages of their own; stops at the first that is refused."""
        way = self._ways[CUSTOM]
        pieces = [Content(content.text)] if content.text else []
        pieces += [Content("", (one,)) for one in content.attachments]
        if not pieces:
            return _wrong(open_id, WrongValue("the message is empty", "消息内容为空"))
        sent = Sent(open_id, "sent")
        for piece in pieces:
            sent = self._single(self._custom(way), Item(open_id, open_id, piece))
            if sent.outcome != "sent":
                break
        return sent

    def _custom(self, way: Way) -> _Single:
        return _Single(CUSTOM_SEND, lambda item: {"touser": rules.receiver(item)} | rules.message(way, item.content))

    def _single(self, single: _Single, item: Item) -> Sent:
        try:
            body = single.body(item)
        except WrongValue as wrong:
            return _wrong(item.key, wrong)
        return self._call(item.key, single.api, body, repeatable=single.repeatable)

    def _to_all(self, way: Way, item: Item) -> Sent:
        try:
            body = rules.message(way, item.content)
        except WrongValue as wrong:
            return _wrong(item.key, wrong)
        body |= {"filter": {"is_to_all": True}, "clientmsgid": rules.digest(item.key)}
        return self._call(item.key, _MASS_ALL, body, repeatable=True)

    def _broadcast(self, way: Way, items: Sequence[Item]) -> list[Sent]:
        """Items with the same content share calls. The same items once more are recognised by the platform."""
        answers: dict[int, Sent] = {}
        groups: dict[bytes, list[int]] = {}
        for place, item in enumerate(items):
            try:
                rules.receiver(item)
                said = orjson.dumps(rules.message(way, item.content), option=orjson.OPT_SORT_KEYS)
                groups.setdefault(said, []).append(place)
            except WrongValue as wrong:
                answers[place] = _wrong(item.key, wrong)
        for said, places in groups.items():
            answers.update(self._share(way, said, places, items))
        return [answers[place] for place in range(len(items))]

    def _share(self, way: Way, said: bytes, places: list[int], items: Sequence[Item]) -> dict[int, Sent]:
        people: dict[str, list[int]] = {}
        for place in places:
            people.setdefault(items[place].subject_id, []).append(place)
        answers: dict[int, Sent] = {}
        for part in rules.parts(list(people), way.most):
            keys = [items[people[open_id][0]].key for open_id in part]
            try:
                rules.enough_for_broadcast(part)
            except WrongValue as wrong:
                sent = _wrong("", wrong)
            else:
                body: dict[str, Any] = orjson.loads(said)
                body |= {"touser": list(part), "clientmsgid": rules.digest(said.decode(), *keys)}
                sent = self._call("", _MASS_SEND, body, repeatable=True)
            answers |= {place: replace(sent, key=items[place].key) for one in part for place in people[one]}
        return answers

    def _call(self, key: str, api: str, body: rules.Body, *, repeatable: bool) -> Sent:
        try:
            answer = self._client.ask(api, None, body)
        except TryLater as problem:
            return self._not_answered(key, problem, repeatable=repeatable)
        except PlatformRefused as problem:
            known = advice(problem.errcode)
            return Sent(key, "refused", "", problem.errcode, known.sentence, known.sentence_zh)
        code = code_of(answer)
        if code in {0, ALREADY_SENT}:
            return Sent(key, "sent", str(answer.get("msg_id") or answer.get("msgid") or ""))
        known = advice(code)
        retry_at = free_again(code, self._now())
        outcome: Outcome = "later" if retry_at else "refused"
        said = said_by(answer)
        return Sent(key, outcome, "", code, f"{known.sentence} ({said})", f"{known.sentence_zh}（{said}）", retry_at)

    def _not_answered(self, key: str, problem: TryLater, *, repeatable: bool) -> Sent:
        if problem.details.get("unsure") and not repeatable:
            en = "WeChat did not answer: it may have been sent, and is not sent again."
            return Sent(key, "refused", "", -1, en, "微信未返回结果：消息可能已发出，为避免重复不再发送。")
        retry_at = self._now() + problem.wait
        reason, reason_zh = str(problem.details["reason"]), str(problem.details["reason_zh"])
        return Sent(key, "later", "", -1, reason, reason_zh, retry_at)


def _wrong(key: str, wrong: WrongValue) -> Sent:
    return Sent(key, "refused", "", 0, f"It was not sent: {wrong.en}.", f"未发送：{wrong.zh}。")
