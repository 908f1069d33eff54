"""What the rules say to one offer. Every rule has its say; who decides between several offers is :mod:`choosing`."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from siyu.touch.rules.history import PURPOSES
from siyu.touch.rules.hours import hours_of_rest, quiet_from, quiet_until, resting_from, resting_until
from siyu.touch.rules.offers import Offer, Person, Verdict, World
from siyu.touch.rules.room import Blocked, Received, budget_blocks, exclusion_blocks, repeated
from siyu.touch.types.proposals import Effect, Purpose, Reason, Wish
from siyu.touch.types.ruleset import RuleName

_ASK_AGAIN: Final = timedelta(hours=1)  # what is paused may go on at any moment, and wakes who waits
_ROUNDS: Final = 8
_NOWHERE: Final = frozenset[int]()
ALL: Final = "all"
# These have something to say whatever is known of the person; the rest is asked where :meth:`Judge._plain` says so.
_ALWAYS: Final[Collection[RuleName]] = ("programme", "consent", "relation")
# Consent is said of channels as people know them.
_SPOKEN: Final[Mapping[str, tuple[str, ...]]] = {
    "official_account": ("official_account", "wechat"),
    "mini_program": ("mini_program", "wechat"),
}


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
        self._carried = history.carried() if rules.exclusions and "exclusion" in rules.order else frozenset()
        self._again: set[tuple[int, int]] = set()
        self._asked_always = [named[name] for name in rules.order if name in _ALWAYS and name in named]
        self._of_room = [named[name] for name in rules.order if name in ("exclusion", "dedup", "budget")]
        self._quiets = rules.quiet_hours if "quiet_hours" in rules.order else None
        self._rests = rules.resting if "resting" in rules.order else None
        self._names = {account_id: _names(channel) for account_id, channel in world.channels.items()}
        self._quiet_of: dict[str, tuple[datetime | None, datetime | None]] = {}
        self._said: dict[object, tuple[list[int], list[Reason]]] = {}
        self._missing: dict[tuple[Wish, int, str, Effect], Reason] = {}
        self._before: dict[object, tuple[tuple[Reason, ...], bool, tuple[int, ...]]] = {}
        self._waits: dict[object, tuple[Reason, datetime]] = {}
        self._addressed: dict[tuple[Wish, ...], list[Collection[int]]] = {}
        self._hours_of: dict[bytes, tuple[bool, ...]] = {}
        self._quiet_at: dict[tuple[str, datetime], datetime | None] = {}
        self._until_of: dict[tuple[Purpose, str, bytes], datetime | None] = {}

    @property
    def at(self) -> float:
        """The moment, in epoch seconds."""
        return self._at

    def judge(self, offers: Sequence[Offer], people: Mapping[int, Person]) -> list[Verdict]:
        """Everything that stands against each of these offers, whatever else is decided."""
        verdicts = []
        for offer, plain in zip(offers, self._plain(offers, people), strict=True):
            person = people[offer.customer_id]
            if plain:
                verdicts.append(self._alike(offer, person))
                continue
            verdict = Verdict()
            for rule in self._asked[offer.purpose]:
                rule(offer, person, verdict)
            verdicts.append(self.close(offer, person, verdict))
        return verdicts

    def _alike(self, offer: Offer, person: Person) -> Verdict:
        """What the rules of :data:`_ALWAYS` say: to many offers they say the same."""
        consents = tuple(person.consents.items()) if person.consents else ()
        key = (
            offer.purpose, offer.wishes, offer.first_wish, self._reached(offer), consents,
            offer.programme_id if self._world.sendings else 0,
        )  # fmt: skip
        before = self._before.get(key)
        if before is not None:
            reasons, dropped, wishes = before
            return Verdict([*reasons], None, dropped, unsure=False, wishes=[*wishes])
        verdict = Verdict()
        for rule in self._asked_always:
            rule(offer, person, verdict)
        if verdict.until is None and not verdict.unsure:
            self._before[key] = (tuple(verdict.reasons), verdict.dropped, tuple(verdict.wishes))
        return self.close(offer, person, verdict)

    def _reached(self, offer: Offer) -> tuple[bool, ...]:
        """By which of its wishes the customer is reached."""
        found = self._addressed.get(offer.wishes)
        if found is None:
            addresses = self._world.addresses
            found = self._addressed[offer.wishes] = [addresses.get(wish, _NOWHERE) for wish in offer.wishes]
        return tuple([offer.customer_id in one for one in found])

    def _plain(self, offers: Sequence[Offer], people: Mapping[int, Person]) -> list[bool]:
        """Of which offers it is certain that no rule but those of :data:`_ALWAYS` has anything to say."""
        now, order = self._now, self._rules.order
        away = {purpose: self._not_now(purpose, people) for purpose in {one.purpose for one in offers}}
        apart = {kinds: self._never_alone(kinds) for kinds in {one.kinds for one in offers}}
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
            and not (one.kinds and (apart[one.kinds] or one.customer_id in self._carried))
            for one, said_before in zip(offers, again, strict=True)
        ]

    def _never_alone(self, kinds: frozenset[str]) -> bool:
        """Whether these exclude each other already, whoever receives them."""
        exclusions = self._rules.exclusions if "exclusion" in self._rules.order else ()
        return any(len(kinds.intersection(one.kinds)) > 1 for one in exclusions)

    def _not_now(self, purpose: Purpose, people: Mapping[int, Person]) -> Collection[int]:
        """People to whom nothing of a purpose goes at this moment, whatever it is."""
        rules, away = self._rules, set[int]()
        if "do_not_disturb" in rules.order and purpose in rules.do_not_disturb.purposes:
            away |= {key for key, one in people.items() if one.left_alone_until is not None}
        if "budget" in rules.order:
            for budget in self._budgets[purpose]:
                away |= self._full[budget.name] if budget.most else set(people)
        if self._quiets and purpose in self._quiets.purposes:
            zones = {one.zone for one in people.values()}
            quiet = {zone for zone in zones if self._quiet_now(zone)[0] is not None}
            away |= {key for key, one in people.items() if one.zone in quiet} if quiet else set()
        if self._rests and purpose in self._rests.purposes:
            hour = self._now.hour
            resting = {acts for acts in {one.acts for one in people.values()} if acts and self._hours(acts)[hour]}
            away |= {key for key, one in people.items() if one.acts in resting} if resting else set()
        return away

    def _hours(self, acts: bytes) -> tuple[bool, ...]:
        """Hours of rest by what is known of somebody's day; many have the same."""
        found = self._hours_of.get(acts)
        if found is None:
            found = self._hours_of[acts] = hours_of_rest(self._rules.resting, acts)
        return found

    def judge_room(self, offer: Offer, person: Person, wishes: list[int]) -> Verdict:
        """Only what depends on what else the person receives; ``wishes`` are those that were possible before."""
        verdict = Verdict(wishes=wishes)
        for rule in self._of_room:
            rule(offer, person, verdict)
        return self.close(offer, person, verdict)

    def permitted_until(self, offer: Offer, person: Person) -> datetime:
        """Until when an offer against which nothing stands may be handed to a platform."""
        key = (offer.purpose, person.zone.key, person.acts)
        if key not in self._until_of:
            ends: list[datetime | None] = []
            if self._quiets and offer.purpose in self._quiets.purposes:
                ends.append(self._quiet_now(person.zone)[1])
            if self._rests and person.acts and offer.purpose in self._rests.purposes:
                ends.append(resting_from(self._rests, person.acts, self._now))
            self._until_of[key] = min([one for one in ends if one is not None], default=None)
        end = self._until_of[key]
        return offer.valid_until if end is None or end > offer.valid_until else end

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
        if inf in [one.at for one in received]:
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
        found: datetime | None = None
        if self._quiets and offer.purpose in self._quiets.purposes:
            found = self._quiet_later(person.zone, moment)
        if (
            self._rests
            and person.acts
            and offer.purpose in self._rests.purposes
            and self._hours(person.acts)[moment.hour]
        ):
            rest = resting_until(self._rests, person.acts, moment)
            found = max(found, rest) if found and rest else found or rest
        if "budget" in self._rules.order:
            at = moment.timestamp()
            for budget in self._budgets[offer.purpose]:
                if len(received) < budget.most:
                    continue
                blocked = budget_blocks(budget, received, at)
                if blocked and blocked.free_at:
                    free = _moment(blocked.free_at)
                    found = free if found is None or free > found else found
        return found

    def _quiet_later(self, zone: ZoneInfo, moment: datetime) -> datetime | None:
        """Until when it is quiet in a zone at a moment to come."""
        key = (zone.key, moment)
        if key not in self._quiet_at:
            self._quiet_at[key] = quiet_until(self._rules.quiet_hours, zone, moment)
        return self._quiet_at[key]

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
        world, ready, reached = self._world, list[int](), self._reached(offer)
        missing: list[tuple[int, str]] = []
        for place in verdict.wishes:
            wish = offer.wishes[place]
            if reached[place]:
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
            key = (code, blocked.free_at, *blocked.details.values())
            found = self._waits.get(key)
            if found is None:
                until = _moment(blocked.free_at)
                reason = Reason(code, "defer", {**blocked.details, "until": until.isoformat()})
                found = self._waits[key] = reason, until
            verdict.wait_for(*found)
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
