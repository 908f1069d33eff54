"""What a plugin is handed by the core."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

import httpx

from siyu.kernel.clock import Clock


@dataclass(frozen=True, slots=True)
class Account:
    """One corp, app or shop that is connected.

    Attributes:
        id: ours.
        channel: name of the plugin.
        external_id: how the platform calls it (corp id, app id); unique within the channel.
        source_id: the source under which its messages come in.
        state: ``active``, ``paused``, which hears pushes and calls nothing, or ``deleted``, which is history.
        settings: what the operator filled in, without the secrets.
    """

    id: int
    channel: str
    external_id: str
    name: str
    source_id: int
    state: Literal["active", "paused", "deleted"]
    settings: Mapping[str, str]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and when it ends."""

    value: str = field(repr=False)
    expires_at: datetime


class Ports(Protocol):
    """What the core does for a plugin: everything that is shared between processes."""

    @property
    def clock(self) -> Clock: ...

    @property
    def http(self) -> httpx.Client: ...

    def secret(self, name: str) -> str:
        """A secret of the account; empty when it was not filled in."""
        ...

    def token(self, name: str, fetch: Callable[[], Token], *, stale: str | None = None) -> str:
        """The token of this name, kept for all processes; ``fetch`` is called by one of them at a time when there is none.

        Args:
            name: which secret it belongs to.
            fetch: asks the platform for a new one.
            stale: the token that the platform has just refused: it is replaced, unless another has done so already.
        """
        ...

    def take(self, api: str, calls: int = 1) -> None:
        """Take from the rates of the account before an API is called; waits while a window is full.

        Raises:
            TryLater: it would be a long wait; a job should come back then.
        """
        ...

    def block(self, api: str, until: datetime) -> None:
        """The platform refused a call for its frequency: nobody calls this API of the account until then."""
        ...
