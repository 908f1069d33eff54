"""Days of an account: people follow and leave, scan, write, click and allow messages. By seed, and only what is possible."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from siyu.kernel.errors import BadInput, Conflict
from siyu.rehearsal.platforms.wechat.account import Account

_KEYS: Final = ("MEMBER_CARD", "NEARBY_STORE", "CUSTOMER_SERVICE")
_PAGES: Final = ("https://shop.example.com/", "https://shop.example.com/member")
_SAID: Final = ("请问周末几点营业？", "积分怎么兑换？", "大衣还有 M 码吗？", "快递到哪里了？", "好的，谢谢")
_SCENES: Final = ("ADD_SCENE_SEARCH", "ADD_SCENE_PROFILE_CARD", "ADD_SCENE_WXA", "ADD_SCENE_PAID")


class Life:
    """Does one thing after another, each chosen by chance with a weight of its own; ``counts`` says how often.

    The same account and seed live the same life.
    """

    def __init__(self, account: Account, seed: int = 0) -> None:
        self.counts: Counter[str] = Counter()
        self._account = account
        self._random = np.random.default_rng([seed, 19])
        of_followers: dict[str, tuple[float, Callable[[], bool]]] = {
            "follow": (20, self._follow),
            "come by a code": (12, self._come_by_a_code),
            "scan": (8, self._scan),
            "click": (20, self._click),
            "view": (15, self._view),
            "write": (12, self._write),
            "unfollow": (8, self._unfollow),
        }
        official = account.state.kind == "official_account"
        self._acts = (of_followers if official else {}) | {
            "accept": (10.0, self._accept),
            "forbid": (0.5, self._forbid),
        }
        weights = np.array([weight for weight, _ in self._acts.values()])
        self._shares = weights / weights.sum()

    def live(self, acts: int) -> None:
        """So many acts at this moment of the clock. What is not possible just now is passed over."""
        names = list(self._acts)
        for chosen in self._random.choice(len(names), acts, p=self._shares):
            self._do(names[chosen])

    def live_through(self, acts: Mapping[str, int]) -> dict[str, int]:
        """So many of each act; returns how many were possible.

        Raises:
            BadInput: there is no such act.
        """
        unknown = sorted(acts.keys() - self._acts.keys())
        if unknown:
            raise BadInput(
                reason=f"nobody does '{unknown[0]}' here: {', '.join(self._acts)}.",
                reason_zh=f"没有“{unknown[0]}”这种行为：{'、'.join(self._acts)}。",
            )
        return {name: sum(self._do(name) for _ in range(count)) for name, count in acts.items()}

    def _do(self, name: str) -> bool:
        with self._account.lock:
            try:
                done = self._acts[name][1]()
            except Conflict:  # as in life
                done = False
        self.counts[name if done else "not possible"] += 1
        return done

    def _one(self, things: list[str]) -> str | None:
        return things[int(self._random.integers(len(things)))] if things else None

    def _follower(self) -> str | None:
        return self._one([one.open_id for one in self._account.state.people.values() if one.subscribed_at])

    def _stranger(self) -> str:
        strangers = [one.open_id for one in self._account.state.people.values() if not one.subscribed_at]
        return self._one(strangers) or self._account.new_person()

    def _ticket(self) -> str | None:
        now = self._account.now()
        return self._one([ticket for ticket, (_, until) in self._account.state.scenes.items() if not 0 < until <= now])

    def _follow(self) -> bool:
        self._account.follows(self._stranger(), _SCENES[int(self._random.integers(len(_SCENES)))])
        return True

    def _come_by_a_code(self) -> bool:
        if (ticket := self._ticket()) is None:
            return False
        self._account.scans(self._stranger(), ticket)
        return True

    def _scan(self) -> bool:
        ticket, who = self._ticket(), self._follower()
        if ticket is None or who is None:
            return False
        self._account.scans(who, ticket)
        return True

    def _click(self) -> bool:
        return self._of_a_follower(lambda who: self._account.clicks(who, self._chosen(_KEYS)))

    def _view(self) -> bool:
        return self._of_a_follower(lambda who: self._account.views(who, self._chosen(_PAGES)))

    def _write(self) -> bool:
        return self._of_a_follower(lambda who: self._account.writes(who, self._chosen(_SAID)))

    def _unfollow(self) -> bool:
        return self._of_a_follower(self._account.unfollows)

    def _of_a_follower(self, act: Callable[[str], None]) -> bool:
        who = self._follower()
        if who is not None:
            act(who)
        return who is not None

    def _chosen(self, words: tuple[str, ...]) -> str:
        return words[int(self._random.integers(len(words)))]

    def _accept(self) -> bool:
        """Somebody who is asked says yes, now and then to a second template as well."""
        official = self._account.state.kind == "official_account"
        who = self._follower() if official else self._one(list(self._account.state.people))
        asked = list(self._account.state.templates)[: 1 + int(self._random.integers(2))]
        if who is None or not asked:
            return False
        self._account.answers_popup(who, dict.fromkeys(asked, "accept"))
        return True

    def _forbid(self) -> bool:
        people = self._account.state.people.values()
        given = [(one.open_id, template) for one in people for template, left in one.accepted.items() if left]
        if not given:
            return False
        self._account.forbids(*given[int(self._random.integers(len(given)))])
        return True
