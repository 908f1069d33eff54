"""What differs becomes messages of type ``contact``: whose it is, what is known of them now, what happened."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from siyu.channels import registry
from siyu.channels.rules.contacts import Event
from siyu.channels.rules.ties import Tie
from siyu.channels.types.handed import Account
from siyu.channels.types.seen import THE_ACCOUNT
from siyu.intake.types import IdentifierClaim, Message
from siyu.kernel.clock import to_millis

# Each message says the moment of its reading, and that of the tie, several times.
_millis: Final = lru_cache(maxsize=1024)(to_millis)
_MOST_TAGS: Final = 200
_MOST_PHONES: Final = 10
_FRIENDS: Final = {"added": "friend.added", "deleted": "friend.deleted", "transferred": "friend.transferred"}
_FOLLOWERS: Final = {"added": "account.followed", "deleted": "account.unfollowed"}


@dataclass(slots=True)
class Telling:
    """What one message will say of one person.

    Attributes:
        key: makes its id, with the account: the same change has the same key.
        traits: what is new of them; personal data among it goes to the vault when the message is worked on.
        happened: facts as kind, at, properties.
        since: when they were first known to the account.
        acted_at: when they did something themselves.
    """

    contact_id: str
    key: str
    union_id: str = ""
    phones: Sequence[str] = ()
    traits: Mapping[str, str] = field(default_factory=dict)
    relations: list[dict[str, Any]] = field(default_factory=list)
    tags_added: Sequence[str] = ()
    tags_removed: Sequence[str] = ()
    happened: list[dict[str, Any]] = field(default_factory=list)
    since: datetime | None = None
    acted_at: datetime | None = None

    def __bool__(self) -> bool:
        said = (self.traits, self.phones, self.relations, self.tags_added, self.tags_removed, self.happened)
        return any(said)

    def act(self, at: datetime) -> None:
        """They did something themselves at ``at``."""
        self.acted_at = max(self.acted_at or at, at)


def scope_of(account_id: int, object_id: str) -> str:
    """The scope of a relation of customers: with which member of staff, or in which group, of which account."""
    return f"account:{account_id}/{object_id}" if object_id else f"account:{account_id}"


def source_of(account_id: int) -> str:
    """Under which source customers keep what an account says."""
    return f"account:{account_id}"


def kind_of(kind: str, object_id: str) -> str:
    """The relation of customers that a tie makes: of the account itself, where no member of staff serves, a follower's."""
    return "follower" if kind == "friend" and not object_id else kind


def relation(account: Account, kind: str, object_id: str, tie: Tie) -> dict[str, Any]:
    """How a tie stands now. A message tells the last state only, under a moment that grows with every change."""
    assert tie.told_at is not None
    said = {"kind": kind_of(kind, object_id), "scope": scope_of(account.id, object_id), "standing": tie.stands}
    return {**said, "at": _millis(tie.told_at), "since": _millis(tie.since)}


def facts_of_follows(account: Account, events: Iterable[Event]) -> list[dict[str, Any]]:
    """Facts of friends of the staff, and of followers of the account itself."""
    return [_fact_of_follow(account, one) for one in events]


def _fact_of_follow(account: Account, event: Event) -> dict[str, Any]:
    if event.staff_id != THE_ACCOUNT:
        return fact(_FRIENDS[event.what], event.at, account=account.id, **event.properties)
    said = {name: value for name, value in event.properties.items() if name != "staff"}
    return fact(_FOLLOWERS[event.what], event.at, account=account.id, **said)


def fact(kind: str, at: datetime, **properties: Any) -> dict[str, Any]:
    """One thing that happened, as a message carries it."""
    return {"kind": kind, "at": _millis(at), "properties": properties}


def message(account: Account, told: Telling, moment: datetime) -> Message:
    """The message. Its id is that of the change, so that a repeat is known."""
    own, *others = registry.about(account.channel).identity
    claims = [IdentifierClaim(own, account.external_id, told.contact_id)]
    if told.union_id and "union_id" in others:
        claims.append(IdentifierClaim("union_id", "", told.union_id))
    claims += [IdentifierClaim("phone", "", phone, "contact") for phone in told.phones[:_MOST_PHONES]]
    payload: dict[str, Any] = {"account": account.id, "contact": told.contact_id}
    if told.traits:
        payload["traits"] = dict(told.traits)
    if told.relations:
        payload["relations"] = told.relations
    if told.tags_added or told.tags_removed:
        added, removed = list(told.tags_added)[:_MOST_TAGS], list(told.tags_removed)[:_MOST_TAGS]
        payload["tags"] = {"added": added, "removed": removed}
    if told.happened:
        payload["happened"] = told.happened
    if told.since:
        payload["since"] = _millis(told.since)
    if told.acted_at:
        payload["acted_at"] = _millis(told.acted_at)
    message_id = f"account:{account.id}/{told.key}"
    return Message("contact", account.source_id, message_id, moment, moment, tuple(claims), payload)
