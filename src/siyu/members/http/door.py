"""What the routes of members stand on."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import monotonic, sleep
from typing import Annotated, Final

from fastapi import Depends, Request

from siyu.engines.postgres import Database
from siyu.kernel.errors import TryLater
from siyu.members import service
from siyu.members.types import Sms

_LOOK_EVERY: Final = 0.05  # seconds
_AT_ONCE: Final = 12  # calls of the provider under way; they can take seconds each


class MemberDoor:
    """What is set up for members.

    Args:
        check: raises when nothing may come into the queue now; asked before a code is used up.
        sms: brings codes; ``None`` where no provider is set up.
        most_codes: in 24 hours, of all phones together.
        idle: so long a session lives without use.
        deletion_after: so long a deletion can be taken back.
        patience: seconds for which a sign-in waits until the queue has taken it in; then the page asks again.
    """

    def __init__(
        self,
        check: Callable[[], None],
        sms: Sms | None,
        *,
        most_codes: int,
        idle: timedelta,
        deletion_after: timedelta,
        patience: float = 3.0,
    ) -> None:
        self.check = check
        self.sms = sms
        self.most_codes = most_codes
        self.idle = idle
        self.deletion_after = deletion_after
        self.patience = patience
        self._room = threading.BoundedSemaphore(_AT_ONCE)

    @contextmanager
    def calling(self) -> Iterator[None]:
        """The provider is called meanwhile.

        Raises:
            TryLater: too many do.
        """
        if not self._room.acquire(blocking=False):
            raise TryLater(
                reason="Too many ask for codes at once.", reason_zh="同时获取验证码的人数过多。", retry_after=2
            )
        try:
            yield
        finally:
            self._room.release()

    def await_known(self, database: Database, token: str, now: datetime) -> None:
        """Return when OneID knows who signed in with this session, or when patience ends. Mostly that is a moment."""
        until = monotonic() + self.patience
        while monotonic() < until:
            with database.transaction() as conn:
                if service.is_known(conn, token, now):
                    return
            sleep(_LOOK_EVERY)


def _door(request: Request) -> MemberDoor:
    door: MemberDoor = request.app.state.member_door
    return door


TheDoor = Annotated[MemberDoor, Depends(_door)]
