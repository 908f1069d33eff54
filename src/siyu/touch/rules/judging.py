"""What the rules say to one offer. Every rule has its say; who decides between several offers is :mod:`choosing`."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from siyu.channels.types import Address
from siyu.touch.rules.history import NOTHING, PURPOSES, History
from siyu.touch.rules.hours import hours_of_rest, quiet_from, quiet_until, resting_from, resting_until
from siyu.touch.rules.room import Blocked, Received, budget_blocks, exclusion_blocks, repeated
from siyu.touch.types.proposals import Effect, Purpose, Reason, Wish
from siyu.touch.types.ruleset import RuleName, RuleSet

_ASK_AGAIN: Final = timedelta(hours=1)  # what is paused may go on at any moment, and wakes who waits
_ROUNDS: Final = 8
ALL: Final = "all"
# These have something to say whatever is known of the person; the rest is asked where :meth:`Judge._plain` says so.
_ALWAYS: Final[Collection[RuleName]] = ("programme", "consent", "relation")
# Consent is said of channels as people know them.
_SPOKEN: Final[Mapping[str, tuple[str, ...]]] = {
    "official_account": ("official_account", "wechat"),
    "mini_program": ("mini_program", "wechat"),
}


@dataclass(slots=True)
class Person:
    """Everything that the gate has to know of somebody.

    Attributes:
        zone: whose clock is theirs.
        acts: by hour of the day in UTC; empty where nothing is known.
        left_alone_until: they are not to be disturbed before.
        consents: (channel, purpose) → state.
        history: what they and others received.
        rivals: what was let through in the batch that is being decided.
    """

    customer_id: int
    zone: ZoneInfo
    acts: bytes = b""
    left_alone_until: datetime | None = None
    consents: Mapping[tuple[str, str], str] = field(default_factory=dict)
    history: History = NOTHING
    rivals: tuple[Received, ...] = ()
    _before: list[Received] | None = field(default=None, init=False)

    @property
    def received(self) -> list[Received]:
        """What they received, or is on its way to them."""
        if self._before is None:
            self._before = self.history.of(self.customer_id)
        return [*self._before, *self.rivals] if self.rivals else self._before


@dataclass(slots=True)
class Offer:
    """A touch that is to be decided.

    Attributes:
        first_wish: earlier ones were tried, and refused for good.
        content: keyed hash of what it says.
    """

    key: str
    programme_id: int
    customer_id: int
    purpose: Purpose
    wishes: tuple[Wish, ...]
    value_fen: int
    valid_until: datetime
    not_before: datetime | None
    kinds: frozenset[str]
    content: int
    first_wish: int = 0


@dataclass(slots=True)
class Verdict:
    """What the rules said.

    Attributes:
        until: when what stands against it is over; of several the last.
        dropped: nothing helps.
        unsure: it may be over earlier.
        wishes: places of those that are possible.
    """

    reasons: list[Reason] = field(default_factory=list)
    until: datetime | None = None
    dropped: bool = False
    unsure: bool = False
    wishes: list[int] = field(default_factory=list)

    @property
    def free(self) -> bool:
        """Nothing stands against it."""
        return not self.dropped and self.until is None

    def drop(self, code: str, **details: object) -> None:
        """It is never sent."""
        self.reasons.append(Reason(code, "drop", details))
        self.dropped = True

    def wait(self, code: str, until: datetime, **details: object) -> None:
        """Not before then."""
        self.reasons.append(Reason(code, "defer", {**details, "until": until.isoformat()}))
        self.until = until if self.until is None else max(self.until, until)


@dataclass(frozen=True, slots=True)
class World:
    """What is the same for everybody in a batch.

    Attributes:
        channels: account → its channel; an account that is not there is none of ours.
        closed: accounts that are paused.
        addresses: where everybody is reached, by the wish.
        sendings: programme → (state, reason) of those that do not simply run.
        history: what the people of the batch received.
    """

    now: datetime
    rules: RuleSet
    channels: Mapping[int, str]
    closed: Collection[int]
    addresses: Mapping[Wish, Mapping[int, Address]]
    sendings: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    history: History = NOTHING


class Judge:
    """The rules at one moment."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rules = rules = world.rules
        self._now = world.now
        self._at = world.now.timestamp()
        named: dict[RuleName, Callable[[Offer, Person, Verdict], None]] = {
            "valid": self._valid,
            "programme": self._programme,
            "consent": self._consent,
            "do_not_disturb": self._do_not_disturb,
            "relation": self._relation,
            "exclusion": self._exclusion,
            "dedup": self._dedup,
            "budget": self._budget,
            "quiet_hours": self._quiet,
            "resting": self._resting,
        }
        self._needed = {purpose: {c for c, p in rules.consent.needed.items() if purpose in p} for purpose in PURPOSES}
        self._budgets = {purpose: [one for one in rules.budgets if purpose in one.obeys] for purpose in PURPOSES}
        obeys: dict[str, Collection[Purpose]] = {
            "do_not_disturb": rules.do_not_disturb.purposes,
            "dedup": rules.dedup.purposes,
            "budget": [purpose for purpose in PURPOSES if self._budgets[purpose]],
            "quiet_hours": rules.quiet_hours.purposes,
            "resting": rules.resting.purposes,
        }
        if not world.sendings:
            del named["programme"]
        self._asked = {
            purpose: [named[name] for name in rules.order if name in named and purpose in obeys.get(name, PURPOSES)]
            for purpose in PURPOSES
        }
        # Who may have something in the way; of everybody else it is certain that there is nothing.
        history = world.history
        self._full = {one.name: frozenset(history.full(one, self._at).tolist()) for one in rules.budgets if one.most}
        self._carried = history.carried() if rules.exclusions else frozenset()
        self._again: set[tuple[int, int]] = set()
        self._asked_always = [named[name] for name in rules.order if name in _ALWAYS and name in named]
        self._of_room = [named[name] for name in rules.order if name in ("exclusion", "dedup", "budget")]
        self._quiets = rules.quiet_hours if "quiet_hours" in rules.order else None
        self._rests = rules.resting if "resting" in rules.order else None
        self._names = {account_id: _names(channel) for account_id, channel in world.channels.items()}
        self._quiet_of: dict[str, tuple[datetime | None, datetime | None]] = {}
        self._said: dict[object, tuple[list[int], list[Reason]]] = {}
        self._missing: dict[tuple[Wish, int, str, Effect], Reason] = {}

    @property
    def at(self) -> float:
        """The moment, in epoch seconds."""
        return self._at

    def judge(self, offers: Sequence[Offer], people: Mapping[int, Person]) -> list[Verdict]:
        """Everything that stands against each of these offers, whatever else is decided."""
        verdicts = []
        for offer, plain in zip(offers, self._plain(offers, people), strict=True):
            person, verdict = people[offer.customer_id], Verdict()
            for rule in self._asked_always if plain else self._asked[offer.purpose]:
                rule(offer, person, verdict)
            verdicts.append(self.close(offer, person, verdict))
        return verdicts

    def _plain(self, offers: Sequence[Offer], people: Mapping[int, Person]) -> list[bool]:
        """Of which offers it is certain that no rule but those of :data:`_ALWAYS` has anything to say."""
        now, order = self._now, self._rules.order
        away = {purpose: self._not_now(purpose, people) for purpose in {one.purpose for one in offers}}
        excluded = bool(self._rules.exclusions) and "exclusion" in order
        again = [False] * len(offers)
        if "dedup" in order:
            ids = np.array([one.customer_id for one in offers], np.int64)
            contents = np.array([one.content for one in offers], np.int64)
            again = self._world.history.repeats(ids, contents, self._rules.dedup.days, self._at).tolist()
            self._again |= {(one.customer_id, one.content) for one, before in zip(offers, again, strict=True) if before}
        return [
            not said_before
            and one.customer_id not in away[one.purpose]
            and one.valid_until > now
            and (one.not_before is None or one.not_before <= now)
            and not (excluded and one.kinds)
            for one, said_before in zip(offers, again, strict=True)
        ]

    def _not_now(self, purpose: Purpose, people: Mapping[int, Person]) -> Collection[int]:
        """People to whom nothing of a purpose goes at this moment, whatever it is."""
        rules, away = self._rules, set[int]()
        if "do_not_disturb" in rules.order and purpose in rules.do_not_disturb.purposes:
            away |= {key for key, one in people.items() if one.left_alone_until is not None}
        if "budget" in rules.order:
            for budget in self._budgets[purpose]:
                away |= self._full[budget.name] if budget.most else set(people)
        if self._quiets and purpose in self._quiets.purposes:
            away |= {key for key, one in people.items() if self._quiet_now(one.zone)[0] is not None}
        if self._rests and purpose in self._rests.purposes:
            rests, hour = self._rests, self._now.hour
            away |= {key for key, one in people.items() if one.acts and hours_of_rest(rests, one.acts)[hour]}
        return away

    def judge_room(self, offer: Offer, person: Person, wishes: list[int]) -> Verdict:
        """Only what depends on what else the person receives; ``wishes`` are those that were possible before."""
        verdict = Verdict(wishes=wishes)
        for rule in self._of_room:
            rule(offer, person, verdict)
        return self.close(offer, person, verdict)

    def permitted_until(self, offer: Offer, person: Person) -> datetime:
        """Until when an offer against which nothing stands may be handed to a platform."""
        ends = [offer.valid_until]
        if self._quiets and offer.purpose in self._quiets.purposes:
            ends.append(self._quiet_now(person.zone)[1] or offer.valid_until)
        if self._rests and person.acts and offer.purpose in self._rests.purposes:
            ends.append(resting_from(self._rests, person.acts, self._now) or offer.valid_until)
        return min(ends)

    def _quiet_now(self, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
        """Until when it is quiet now in a zone; from when on it will be. There are few zones, and many people."""
        found = self._quiet_of.get(zone.key)
        if found is None:
            rule = self._rules.quiet_hours
            found = quiet_until(rule, zone, self._now), quiet_from(rule, zone, self._now)
            self._quiet_of[zone.key] = found
        return found

    def close(self, offer: Offer, person: Person, verdict: Verdict) -> Verdict:
        """With the first moment at which nothing stands against it any more, and dropped where that is too late."""
        if verdict.dropped or verdict.until is None:
            return verdict
        until = self._settled(offer, person, verdict.until)
        if until >= offer.valid_until and not verdict.unsure:
            verdict.drop("no_time_left", until=until.isoformat(), valid_until=offer.valid_until.isoformat())
        verdict.until = min(until, offer.valid_until)
        return verdict

    def _settled(self, offer: Offer, person: Person, until: datetime) -> datetime:
        # What is on its way is expected to arrive now.
        received = person.received
        if any(one.at == inf for one in received):
            received = [one._replace(at=self._at) if one.at == inf else one for one in received]
        for _ in range(_ROUNDS):
            if until >= offer.valid_until:
                break
            later = self._later(offer, person, received, until)
            if later is None or later <= until:
                break
            until = later
        return until

    def _later(self, offer: Offer, person: Person, received: Sequence[Received], moment: datetime) -> datetime | None:
        """What would stand against it at that moment, as far as it is known now."""
        found: list[datetime] = []
        if self._quiets and offer.purpose in self._quiets.purposes:
            quiet = quiet_until(self._quiets, person.zone, moment)
            found += [quiet] if quiet else []
        if self._rests and person.acts and offer.purpose in self._rests.purposes:
            rest = resting_until(self._rests, person.acts, moment)
            found += [rest] if rest else []
        if "budget" in self._rules.order:
            at = moment.timestamp()
            for budget in self._budgets[offer.purpose]:
                blocked = budget_blocks(budget, received, at)
                if blocked and blocked.free_at:
                    found.append(_moment(blocked.free_at))
        return max(found, default=None)

    def _valid(self, offer: Offer, _: Person, verdict: Verdict) -> None:
        if offer.valid_until <= self._now:
            verdict.drop("too_late", valid_until=offer.valid_until.isoformat())
        elif offer.not_before is not None and offer.not_before > self._now:
            verdict.wait("too_early", offer.not_before)

    def _programme(self, offer: Offer, _: Person, verdict: Verdict) -> None:
        state, why = self._world.sendings.get(offer.programme_id, ("running", ""))
        if state == "paused":
            verdict.wait("programme_paused", offer.valid_until, reason=why)
            verdict.unsure = True
        elif state != "running":
            verdict.drop(f"programme_{state}", reason=why)

    def _consent(self, offer: Offer, person: Person, verdict: Verdict) -> None:
        # What people say is mostly what others said as well.
        key = (offer.purpose, offer.wishes, offer.first_wish, tuple(person.consents.items()) if person.consents else ())
        found = self._said.get(key)
        if found is None:
            found = self._said[key] = self._allowed(offer, person.consents)
        wishes, reasons = found
        verdict.wishes += wishes
        verdict.reasons += reasons
        verdict.dropped |= not wishes

    def _allowed(self, offer: Offer, consents: Mapping[tuple[str, str], str]) -> tuple[list[int], list[Reason]]:
        """Places of the wishes by which the person may be reached, and why not by the others."""
        said: list[tuple[str, int]] = []
        needed = self._needed[offer.purpose]
        wishes: list[int] = []
        for place in range(offer.first_wish, len(offer.wishes)):
            names = self._names.get(offer.wishes[place].account_id, ())
            state = _consent(consents, names, offer.purpose) if consents else "unknown"
            if state == "denied":
                said.append(("consent_denied", place))
            elif state == "unknown" and needed and not needed.isdisjoint((*names, ALL)):
                said.append(("consent_unknown", place))
            else:
                wishes.append(place)
        effect: Effect = "pass" if wishes else "drop"
        reasons = []
        for code, place in said:
            channel = self._world.channels.get(offer.wishes[place].account_id, "")
            reasons.append(Reason(code, effect, {"channel": channel, "purpose": offer.purpose, "wish": place}))
        return wishes, reasons

    def _do_not_disturb(self, offer: Offer, person: Person, verdict: Verdict) -> None:
        until = person.left_alone_until
        if until is None or until <= self._now:
            return
        if until >= offer.valid_until:
            verdict.drop("do_not_disturb")
        else:
            verdict.wait("do_not_disturb", until)

    def _relation(self, offer: Offer, _: Person, verdict: Verdict) -> None:
        world, ready = self._world, list[int]()
        missing: list[tuple[int, str]] = []
        for place in verdict.wishes:
            wish = offer.wishes[place]
            if offer.customer_id in world.addresses.get(wish, ()):
                ready.append(place)
            elif wish.account_id in world.closed:
                missing.append((place, "account_closed"))
            else:
                missing.append((place, "no_relation" if wish.account_id in world.channels else "account_gone"))
        closed = [place for place, code in missing if code == "account_closed"]
        if ready or not missing:
            verdict.wishes = ready
            verdict.reasons += [self._unreached(offer, place, code, "pass") for place, code in missing]
        elif closed:
            verdict.wishes = []
            verdict.reasons += [
                self._unreached(offer, place, code, "pass") for place, code in missing if code != "account_closed"
            ]
            for place in closed:
                wish = offer.wishes[place]
                verdict.wait(
                    "account_closed", self._now + _ASK_AGAIN, account=wish.account_id, way=wish.way, wish=place
                )
            verdict.unsure = True
        else:
            verdict.wishes = []
            verdict.reasons += [self._unreached(offer, place, code, "drop") for place, code in missing]
            verdict.dropped = True

    def _unreached(self, offer: Offer, place: int, code: str, effect: Effect) -> Reason:
        wish = offer.wishes[place]
        found = self._missing.get((wish, place, code, effect))
        if found is None:
            details = {"account": wish.account_id, "way": wish.way, "wish": place}
            found = self._missing[wish, place, code, effect] = Reason(code, effect, details)
        return found

    def _exclusion(self, offer: Offer, person: Person, verdict: Verdict) -> None:
        if not offer.kinds:
            return
        for exclusion in self._rules.exclusions:
            own = sorted(offer.kinds.intersection(exclusion.kinds))
            if len(own) > 1:
                verdict.drop("exclusion_within", kind=own[0], other=own[1])
                continue
            if not person.rivals and person.customer_id not in self._carried:
                continue
            blocked = exclusion_blocks(exclusion, offer.kinds, person.received, self._at)
            if blocked:
                self._blocked(verdict, "exclusion", blocked)

    def _dedup(self, offer: Offer, person: Person, verdict: Verdict) -> None:
        rule = self._rules.dedup
        if not person.rivals and (person.customer_id, offer.content) not in self._again:
            return
        if offer.purpose in rule.purposes and repeated(rule.days, offer.content, person.received, self._at):
            verdict.drop("repeated", days=rule.days)

    def _budget(self, offer: Offer, person: Person, verdict: Verdict) -> None:
        for budget in self._budgets[offer.purpose]:
            if budget.most and not person.rivals and person.customer_id not in self._full[budget.name]:
                continue
            blocked = budget_blocks(budget, person.received, self._at)
            if blocked:
                self._blocked(verdict, "outbid" if blocked.rival else "budget", blocked)

    def _blocked(self, verdict: Verdict, code: str, blocked: Blocked) -> None:
        if blocked.free_at is None:
            verdict.drop(code, **blocked.details)
        else:
            verdict.wait(code, _moment(blocked.free_at), **blocked.details)
            verdict.unsure |= blocked.unsure

    def _quiet(self, _: Offer, person: Person, verdict: Verdict) -> None:
        until = self._quiet_now(person.zone)[0]
        if until is not None:
            rule = self._rules.quiet_hours
            verdict.wait("quiet_hours", until, start=rule.start, end=rule.end, zone=person.zone.key)

    def _resting(self, _: Offer, person: Person, verdict: Verdict) -> None:
        if person.acts:
            until = resting_until(self._rules.resting, person.acts, self._now)
            if until is not None:
                verdict.wait("resting", until)


def _consent(consents: Mapping[tuple[str, str], str], names: tuple[str, ...], purpose: Purpose) -> str:
    """What the person said of the channel itself, or else of all channels; of two names the more restrictive word."""
    found = "unknown"
    for name in names:
        state = consents.get((name, purpose), "unknown")
        if state == "denied":
            return state
        if state == "granted":
            found = state
    return found if found != "unknown" else consents.get((ALL, purpose), "unknown")


def _names(channel: str) -> tuple[str, ...]:
    return _SPOKEN.get(channel, (channel,))


def _moment(at: float) -> datetime:
    """To the next whole second, so that it is not a moment too early."""
    return datetime.fromtimestamp(int(at) + (at > int(at)), UTC)
