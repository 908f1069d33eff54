"""One fake corp with its callbacks: what a test or a developer holds in the hand."""

from pathlib import Path
from typing import Any

import httpx

from siyu.kernel.clock import Clock
from siyu.rehearsal.platforms.delivering import Deliverer
from siyu.rehearsal.platforms.faults import Faults
from siyu.rehearsal.platforms.tokens import Tokens
from siyu.rehearsal.platforms.wecom.acts.codes import Codes
from siyu.rehearsal.platforms.wecom.acts.sending import Sending
from siyu.rehearsal.platforms.wecom.acts.service import Service
from siyu.rehearsal.platforms.wecom.acts.staff import Personnel
from siyu.rehearsal.platforms.wecom.acts.transfers import Transfers
from siyu.rehearsal.platforms.wecom.corp import APP, load_state
from siyu.rehearsal.platforms.wecom.receiver import Receiver
from siyu.rehearsal.platforms.wecom.truth import Truth, truth_of
from siyu.rehearsal.platforms.wecom.types import Rules, State
from siyu.rehearsal.platforms.windows import Rate, Windows

DEFAULT_SECRET = "fake-wecom-secret"  # noqa: S105 - opens nothing but the fake


class Corp(Codes, Personnel, Sending, Transfers, Service):
    """A corp that acts. With a receiver, what happens is told to it; without one, nobody hears.

    Time is the clock's: after moving it, call :meth:`tick`.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        state: State | None = None,
        rules: Rules | None = None,
        faults: Faults | None = None,
    ) -> None:
        super().__init__(clock, state=state, rules=rules, faults=faults)
        if not self.state.secrets:
            self.state.secrets[DEFAULT_SECRET] = APP
        self.tokens = Tokens(clock, self.state.seed)
        rates = (Rate(60, self.rules.per_minute, 60), Rate(3600, self.rules.per_hour, 3600))
        self.windows = Windows(clock, rates)
        self.acts_per_minute = 0.0  # of everyday life, by whoever runs the corp
        self.receiver: Receiver | None = None
        self.deliverer: Deliverer | None = None

    @property
    def corp_id(self) -> str:
        """CorpID."""
        return self.state.corp_id

    def call_back(
        self, url: str, token: str, aes_key: str, *, timeout: float = 5.0, workers: int = 1, by_itself: bool = False
    ) -> Receiver:
        """Tell what happens from now on to ``url``. Sent by :meth:`deliver`, or in a thread with ``by_itself``.

        Another call replaces the receiver; what waited for the one before is dropped.
        """
        self.hang_up()
        self.receiver = Receiver(url, token, aes_key, self.state.corp_id, self.clock, self.faults, timeout=timeout)
        self.deliverer = Deliverer(self.receiver.post, self.clock, self.faults, seed=self.state.seed, workers=workers)
        self.events.append(self.deliverer.put)
        if by_itself:
            self.deliverer.start()
        return self.receiver

    def hang_up(self) -> None:
        """Tell nobody any more."""
        if self.deliverer is not None:
            self.deliverer.stop()
            self.events.remove(self.deliverer.put)
            self.deliverer = None
        if self.receiver is not None:
            self.receiver.close()
            self.receiver = None

    def deliver(self) -> int:
        """Send the callbacks that are due, and say how many these were."""
        return self.deliverer.flush() if self.deliverer is not None else 0

    def tick(self) -> None:
        """What time alone does, up to now: staff confirm, transfers are done. Then the callbacks that are due."""
        with self.lock:
            self.do_tasks()
            self.do_transfers()
        if self.deliverer is None or not self.deliverer.by_itself:
            self.deliver()

    def truth(self, *, visible_only: bool = False) -> Truth:
        """The complete present state; ``visible_only`` leaves out what the app may not see."""
        with self.lock:
            return truth_of(self, visible_only=visible_only)

    def verify(self) -> tuple[bool, str]:
        """Verify the receiver as the console does when its address is filled in; says why it failed."""
        if self.receiver is None:
            return False, "no callback address is set"
        try:
            return self.receiver.verify()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return False, f"{type(error).__name__}: {error}"

    @classmethod
    def load(cls, path: Path, clock: Clock, **more: Any) -> "Corp":
        """A corp as it was saved.

        Raises:
            BadInput: the file is something else.
        """
        return cls(clock, state=load_state(path), **more)

    def describe(self) -> dict[str, Any]:
        """How much there is of everything and happens by itself, for a first look."""
        state = self.state
        follows = sum(len(one) for one in state.follows.values())
        counts = {name: len(getattr(state, name)) for name in ("staff", "people", "groups", "ways", "links", "sends")}
        told = dict(self.deliverer.counts) if self.deliverer is not None else {}
        alive = {"acts_per_minute": self.acts_per_minute}
        return {"corp_id": self.corp_id, **counts, "follows": follows, **alive, "callbacks": told}
