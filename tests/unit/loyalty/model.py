"""The ledger as a few lists in memory: slow, simple, and written without a look at how the room does it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(eq=False)
class Credit:
    """What is left of something that was given."""

    number: int
    left: int
    starts: datetime | None
    ends: datetime | None
    earned_by: int

    @property
    def order(self) -> tuple[datetime, int]:
        return self.ends or FOREVER, self.number

    def usable(self, now: datetime) -> bool:
        return (self.starts is None or self.starts <= now) and (self.ends is None or now < self.ends)


@dataclass(eq=False)
class Person:
    balance: int = 0
    credits: list[Credit] = field(default_factory=list)
    held: int = 0

    def available(self, now: datetime) -> int:
        return sum(one.left for one in self.credits if one.usable(now))


@dataclass(eq=False)
class Deed:
    """A transaction: who got how many (below zero: gave), and from which credits it took."""

    who: int
    amount: int
    via: int = 0
    took: list[list[object]] = field(default_factory=list)  # [credit, how many are not given back]
    undone: int = 0
    reversed: bool = False


@dataclass(eq=False)
class Aside:
    """A hold."""

    who: int
    amount: int
    until: datetime
    deed: Deed
    open: bool = True


class Model:
    """What the ledger should say."""

    def __init__(self) -> None:
        self.people: dict[int, Person] = {}
        self.became: dict[int, int] = {}
        self.where: dict[int, int] = {}  # where what a deed gave is now, if it was moved
        self.deeds: dict[int, Deed] = {}
        self._numbers = 0

    def who(self, one: int) -> int:
        while one in self.became:
            one = self.became[one]
        return one

    def person(self, one: int) -> Person:
        return self.people.setdefault(self.who(one), Person())

    def _put(
        self, who: int, left: int, starts: datetime | None, ends: datetime | None, earned_by: int, deed: int
    ) -> None:
        self._numbers += 1
        self.person(who).credits.append(Credit(self._numbers, left, starts, ends, earned_by))
        if earned_by != deed:
            self.where[earned_by] = who

    def _credit(self, who: int, amount: int) -> tuple[int, int]:
        """What of an amount pays a debt, and what is left."""
        person = self.person(who)
        paid = min(amount, max(0, -person.balance))
        person.balance += amount
        return paid, amount - paid

    def _debit(self, who: int, amount: int, lots: list[Credit]) -> list[list[object]]:
        person = self.person(who)
        rest = min(amount, max(0, person.balance))
        person.balance -= amount
        took: list[list[object]] = []
        for one in lots:
            count = min(rest, one.left)
            if count:
                one.left -= count
                rest -= count
                took.append([one, count])
        assert rest == 0
        return took

    def earn(self, deed: int, who: int, amount: int, starts: datetime | None, ends: datetime | None, via: int) -> None:
        _, rest = self._credit(who, amount)
        if rest:
            self._put(who, rest, starts, ends, deed, deed)
        self.deeds[deed] = Deed(self.who(who), amount, via)

    def spend(self, deed: int, who: int, amount: int, now: datetime) -> bool:
        if self.person(who).available(now) < amount:
            return False
        usable = sorted((one for one in self.person(who).credits if one.usable(now)), key=lambda one: one.order)
        self.deeds[deed] = Deed(self.who(who), -amount, took=self._debit(who, amount, usable))
        return True

    def give_back(self, who: int, amount: int, took: list[list[object]], deed: int) -> None:
        paid, rest = self._credit(who, amount)
        for entry in reversed(took):
            one, left = entry
            assert isinstance(one, Credit)
            assert isinstance(left, int)
            count = min(left, paid + rest)
            entry[1] = left - count
            paying = min(paid, count)
            paid, rest = paid - paying, rest - (count - paying)
            if count > paying and one in self.person(who).credits:
                one.left += count - paying
                entry[1] = left - count
            elif count > paying:
                self._put(who, count - paying, one.starts, one.ends, one.earned_by, deed)
        assert rest == 0

    def claw(self, who: int, amount: int, of: int) -> None:
        lots = sorted(self.person(who).credits, key=lambda one: (one.earned_by != of, one.order))
        self._debit(who, amount, lots)

    def undo(self, deed: int, of: int, amount: int | None) -> bool:
        one = self.deeds[of]
        left = abs(one.amount) - one.undone
        if one.reversed or (one.undone if amount is None else amount > left):
            return False
        count = left if amount is None else amount
        one.undone += count
        one.reversed = amount is None
        if one.amount < 0:
            self.give_back(one.who, count, one.took, deed)
        else:
            self.claw(self.where.get(of, one.who), count, of)
        return True

    def expire(self, now: datetime) -> None:
        for person in self.people.values():
            for one in person.credits:
                if one.ends is not None and one.ends <= now:
                    person.balance -= one.left
                    one.left = 0

    def merge(self, deed: int, loser: int, winner: int) -> None:
        old, new = self.people.get(loser, Person()), self.person(winner)
        if old.balance >= 0:
            paid, _ = self._credit(winner, old.balance)
            for one in sorted(old.credits, key=lambda one: one.order):
                paying = min(paid, one.left)
                paid -= paying
                if one.left > paying:
                    self._put(winner, one.left - paying, one.starts, one.ends, one.earned_by, deed)
        else:
            self._debit(winner, -old.balance, sorted(new.credits, key=lambda one: one.order))
        new.held += old.held
        self.people.pop(loser, None)
        self.became[loser] = winner

    def split(self, deed: int, stays: int, other: int, via: int) -> None:
        went = [one for one in self.person(stays).credits if one.left and self.deeds[one.earned_by].via == via]
        for one in sorted(went, key=lambda one: one.order):
            left, one.left = one.left, 0
            self.person(stays).balance -= left
            paid, rest = self._credit(other, left)
            assert paid + rest == left
            if rest:
                self._put(other, rest, one.starts, one.ends, one.earned_by, deed)
