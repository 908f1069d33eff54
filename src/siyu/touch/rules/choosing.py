"""Who gets the room of a person that several want: the highest expected value; control groups last."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from siyu.touch.rules.judging import Judge
from siyu.touch.rules.offers import Offer, Person, Verdict
from siyu.touch.rules.room import Received
from siyu.touch.types.proposals import Decision, Outcome

_FIRST: Final[Mapping[str, int]] = {"transactional": 0, "service": 1, "marketing": 2}

# (programme, customer) → group; programmes are asked for the customers of whom nothing else stands in the way.
Groups = Callable[[Mapping[int, Sequence[int]]], Mapping[tuple[int, int], str]]
UNTREATED: Final[Collection[str]] = ("control", "holdout")


@dataclass(slots=True)
class Chosen:
    """An offer with what was decided of it; ``rival``: it was outbid by one of the same batch."""

    offer: Offer
    verdict: Verdict
    group: str = ""

    @property
    def outcome(self) -> Outcome:
        """As it stands so far."""
        verdict = self.verdict
        return "drop" if verdict.dropped else "send" if verdict.until is None else "defer"

    @property
    def outbid(self) -> bool:
        return "outbid" in [one.code for one in self.verdict.reasons]

    def decision(self) -> Decision:
        """As it is told."""
        outcome = self.outcome
        until = self.verdict.until if outcome == "defer" else None
        return Decision(self.offer.key, outcome, tuple(self.verdict.reasons), until)


def choose(judge: Judge, offers: Iterable[Offer], people: Mapping[int, Person], groups: Groups) -> list[Chosen]:
    """Decide offers that compete with each other, in the order of the answer.

    Of one person: transactional before service before marketing, then by value; of equals the key decides. Whoever
    belongs to a control group takes no room of the others: that the touch is not sent is the point of it.
    """
    ordered = sorted(offers, key=lambda one: (one.customer_id, _FIRST[one.purpose], -one.value_fen, one.key))
    chosen = [Chosen(*one) for one in zip(ordered, judge.judge(ordered, people), strict=True)]
    wanted: dict[int, list[int]] = {}
    for one in chosen:
        if one.offer.purpose == "marketing" and one.verdict.free:
            wanted.setdefault(one.offer.programme_id, []).append(one.offer.customer_id)
    found = groups(wanted) if wanted else {}
    at = judge.at
    changed: set[int] = set()
    for one in chosen:
        offer = one.offer
        if not one.verdict.free:
            continue
        person = people[offer.customer_id]
        if offer.customer_id in changed:
            before = one.verdict.reasons
            one.verdict = judge.judge_room(offer, person, one.verdict.wishes)
            one.verdict.reasons[:0] = before
            if not one.verdict.free:
                continue
        if offer.purpose == "marketing":
            one.group = found.get((offer.programme_id, offer.customer_id), "treated")
            if one.group in UNTREATED:
                one.verdict.drop(one.group)
                continue
        person.rivals += (Received(at, offer.purpose, offer.kinds, offer.content, rival=True),)
        changed.add(offer.customer_id)
    return chosen
