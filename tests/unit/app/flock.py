"""A platform in memory that changes at random, tells of it by pushes that get lost, and its plugin."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import ClassVar

from siyu.channels.types import (
    About,
    Account,
    Capability,
    Channel,
    Contact,
    Departure,
    Everything,
    Finding,
    Follow,
    Gone,
    Group,
    Hint,
    Member,
    ObjectKind,
    PlatformRefused,
    Push,
    PushAnswer,
    PushRequest,
    Seen,
    Staff,
    Tag,
    Unseen,
)
from siyu.kernel.errors import TryLater

ABOUT = About(
    name="flock",
    en="Flock",
    zh="群鸟",
    zone="Asia/Shanghai",
    fields=(),
    capabilities=frozenset(
        {Capability.STAFF, Capability.CONTACTS, Capability.TAGS, Capability.GROUPS, Capability.PUSH}
    ),
    identity=("external_userid", "union_id", "phone"),
)


@dataclass
class Followed:
    """One follow as the platform has it; ``hidden_since``: the customer deleted the member, and it goes on being shown."""

    since: datetime
    way: str
    tags: set[str] = field(default_factory=set)
    deleted_at: datetime | None = None


@dataclass
class World:
    """The truth, and pushes that wait to be delivered."""

    random: Random
    now: datetime
    staff: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    follows: dict[tuple[str, str], Followed] = field(default_factory=dict)  # contact, staff
    tags: dict[str, str] = field(default_factory=dict)
    groups: dict[str, dict[str, datetime]] = field(default_factory=dict)
    heard: dict[tuple[str, str], datetime] = field(default_factory=dict)  # what customers ended and a push told
    pushes: list[Push] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    breaks: set[str] = field(default_factory=set)
    later: int = 0
    dies_after: int = 0  # pieces of a walk
    unseen: list[Unseen] = field(default_factory=list)
    reads: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def push(self, *hints: Hint, departure: Departure | None = None) -> None:
        number = self.random.getrandbits(60)
        departures = (departure,) if departure else ()
        self.pushes.append(Push(f"push-{number}", "changed", self.now, hints, departures))

    def people(self) -> list[str]:
        return sorted(self.names)

    def change(self) -> None:
        """One thing happens."""
        self.now += timedelta(seconds=self.random.randint(5, 400))
        happen = self.random.choices(
            [self.meet, self.part, self.transfer, self.mark, self.rename, self.chat, self.call, self.retire],
            [8, 5, 2, 5, 1, 5, 2, 0.3],
        )[0]
        happen()

    def meet(self) -> None:
        contact = self.random.choice([*self.people(), f"wm{len(self.names)}"])
        staff = self.random.choice(sorted(self.staff))
        self.names.setdefault(contact, f"小{len(self.names)}")
        old = self.follows.get((contact, staff))
        if old is None or old.deleted_at:
            self.follows[contact, staff] = Followed(self.now, "scan")
            self.push(("contact", contact))

    def part(self) -> None:
        pairs = sorted(pair for pair, one in self.follows.items() if not one.deleted_at)
        if not pairs:
            return
        contact, staff = pair = self.random.choice(pairs)
        if self.random.random() < 0.5:
            self.follows[pair].deleted_at = self.now
            self.push(("contact", contact), departure=Departure(staff, contact, "customer", self.now))
        else:
            del self.follows[pair]
            self.push(("contact", contact), departure=Departure(staff, contact, "staff", self.now))

    def transfer(self) -> None:
        pairs = sorted(pair for pair, one in self.follows.items() if not one.deleted_at)
        if not pairs:
            return
        contact, staff = self.random.choice(pairs)
        heirs = [one for one in sorted(self.staff) if (contact, one) not in self.follows]
        if heirs:
            del self.follows[contact, staff]
            self.follows[contact, heirs[0]] = Followed(self.now, "transfer")
            self.push(("contact", contact), departure=Departure(staff, contact, "transfer", self.now))

    def mark(self) -> None:
        if self.follows:
            pair = self.random.choice(sorted(self.follows))
            self.follows[pair].tags ^= {self.random.choice(sorted(self.tags))}
            self.push(("contact", pair[0]))

    def rename(self) -> None:
        tag = self.random.choice(sorted(self.tags))
        self.tags[tag] = f"{tag} {self.random.randint(0, 3)}"
        self.push(("tags", tag))

    def chat(self) -> None:
        group = self.random.choice([*sorted(self.groups), f"wr{len(self.groups)}"])
        if group in self.groups and self.random.random() < 0.1:
            del self.groups[group]
        else:
            members = self.groups.setdefault(group, {})
            contact = self.random.choice(self.people() or ["wm0"])
            self.names.setdefault(contact, "小零")
            if contact in members:
                del members[contact]
            else:
                members[contact] = self.now
        self.push(("group", group))

    def call(self) -> None:
        if self.names:
            contact = self.random.choice(self.people())
            self.names[contact] = f"小{self.random.randint(100, 999)}"
            self.push(("contact", contact))

    def retire(self) -> None:
        if len(self.staff) > 3:
            staff = self.random.choice(sorted(self.staff))
            del self.staff[staff]
            for pair in [pair for pair in self.follows if pair[1] == staff]:
                del self.follows[pair]
            self.push(("staff", staff))

    def delivered(self) -> list[Push]:
        """Pushes that arrive now: a fifth is lost, a fifth comes twice, and the order is any."""
        out: list[Push] = []
        for one in self.pushes:
            luck = self.random.random()
            out += [] if luck < 0.2 else [one, one] if luck < 0.4 else [one]
        self.random.shuffle(out)
        self.pushes.clear()
        for one in out:
            for gone in one.departures:
                if gone.by == "customer":
                    pair = (gone.contact_id, gone.staff_id)
                    self.heard[pair] = max(gone.at, self.heard.get(pair, gone.at))
        return out

    def shown(self, contact: str) -> tuple[Follow, ...]:
        return tuple(self.follow(contact, staff) for pair, staff in sorted(self.follows) if pair == contact)

    def follow(self, contact: str, staff: str) -> Follow:
        one = self.follows[contact, staff]
        return Follow(staff, one.since, tuple(sorted(one.tags)), way=one.way, phones=())

    def contact(self, contact: str, *, staff: str = "") -> Contact:
        follows = (self.follow(contact, staff),) if staff else self.shown(contact)
        return Contact(contact, self.names[contact], "wechat", follows=follows, complete=not staff)

    def group(self, group: str) -> Group:
        members = tuple(Member(one, "customer", joined, "scan") for one, joined in sorted(self.groups[group].items()))
        return Group(group, f"group {group}", "s0", self.now, members=(*members, Member("s0", "staff", self.now)))

    def standing(self) -> set[tuple[str, str]]:
        """Who follows whom, as far as anybody can know it: without those whom a customer ended and a push told."""
        return {pair for pair, one in self.follows.items() if pair not in self.heard or self.heard[pair] < one.since}

    def tag_names(self, contact: str) -> set[str]:
        return {self.tags[tag] for pair in self.standing() if pair[0] == contact for tag in self.follows[pair].tags}


class Flock(Channel):
    about: ClassVar[About] = ABOUT
    worlds: ClassVar[dict[str, World]] = {}

    @property
    def world(self) -> World:
        return self.worlds[self.account.external_id]

    def health(self) -> list[Finding]:
        return []

    def read_push(self, request: PushRequest) -> PushAnswer:
        return PushAnswer()

    def _answer(self) -> None:
        if self.world.later:
            self.world.later -= 1
            raise TryLater(reason="Busy.", reason_zh="繁忙。", retry_after=7)

    def read(self, kind: ObjectKind, ids: Sequence[str]) -> list[Seen]:
        self._answer()
        world = self.world
        world.reads.append((kind, tuple(ids)))
        if world.refuses.intersection(ids) or "*" in world.refuses:
            raise PlatformRefused(
                platform="Flock", platform_zh="群鸟", errcode=40001, errmsg="no", advice="", advice_zh=""
            )
        if world.breaks.intersection(ids):
            raise ZeroDivisionError
        return [self._one(kind, one) for one in ids]

    def _one(self, kind: ObjectKind, object_id: str) -> Seen:
        world = self.world
        if kind == "staff":
            return Staff(object_id, world.staff[object_id]) if object_id in world.staff else Gone(kind, object_id)
        if kind == "tags":
            return Tag(object_id, world.tags[object_id], "g", "G") if object_id in world.tags else Gone(kind, object_id)
        if kind == "group":
            return world.group(object_id) if object_id in world.groups else Gone(kind, object_id)
        return world.contact(object_id) if world.shown(object_id) else Gone(kind, object_id)

    def walk(self, cursor: str) -> Iterator[tuple[Sequence[Seen], str]]:
        world = self.world
        stations = ["staff", "tags", *(f"of:{staff}" for staff in sorted(world.staff)), "groups"]
        begin = stations.index(cursor) + 1 if cursor in stations else 0
        for place, station in enumerate(stations[begin:]):
            self._answer()
            if world.dies_after and place == world.dies_after:
                world.dies_after = 0
                raise KeyboardInterrupt
            yield self._station(station), station

    def _station(self, station: str) -> list[Seen]:
        world = self.world
        if "*" in world.refuses:
            raise PlatformRefused(
                platform="Flock", platform_zh="群鸟", errcode=40001, errmsg="no", advice="", advice_zh=""
            )
        if station == "staff":
            return [*(Staff(*one) for one in world.staff.items()), Everything(staff=tuple(world.staff)), *world.unseen]
        if station == "tags":
            return [*(Tag(*one, "g", "G") for one in world.tags.items()), Everything(tags=tuple(world.tags))]
        if station == "groups":
            return [*map(world.group, world.groups), Everything(groups=tuple(world.groups))]
        staff = station.removeprefix("of:")
        contacts = [contact for contact, one in sorted(world.follows) if one == staff]
        listed = Everything(contacts_of=(staff, tuple(contacts)))
        return [*(world.contact(contact, staff=staff) for contact in contacts), listed]


def make(random: Random, now: datetime) -> World:
    """A world with some staff and tags, and nobody else."""
    staff = {f"s{number}": f"员工{number}" for number in range(6)}
    return World(random, now, staff, tags={f"t{number}": f"t{number} 0" for number in range(5)})


def account_of(world: World, account: Account) -> None:
    """The plugin of this account shows this world."""
    Flock.worlds[account.external_id] = world
