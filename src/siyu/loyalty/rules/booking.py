"""What a transaction does to the accounts it touches: first it is asked whether all can be taken, then it is taken."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from siyu.loyalty.rules.drafts import LOTS_OF_ONE, Booked, Draft, Leg, Line, Lot, Standing, Use
from siyu.loyalty.types.accounts import ACCOUNT_KINDS, Account
from siyu.loyalty.types.answers import NotEnough

_NEVER: Final = datetime.max.replace(tzinfo=UTC)
Taken = Mapping[int, list[tuple[Lot, int]]]
"""Of a transaction: the lots from which it took, in order, and how much of that is not given back yet."""


class Booking:
    """Books drafts one after the other on the same accounts.

    Args:
        standings: every account that the drafts name, locked; of somebody merged away their successor's.
        taken: of each transaction that something is given back of.
        grace: by unit, how long what is given back lives when its lot has expired.
        now: the present: lots are available, or expired, as of now.
    """

    def __init__(
        self,
        standings: Mapping[Account, Standing],
        taken: Taken,
        grace: Mapping[str, timedelta | None],
        now: datetime,
    ) -> None:
        self._standings, self._taken, self._grace, self._now = standings, taken, grace, now

    def book(self, draft: Draft, transaction_id: int) -> Booked:
        """Book one.

        Raises:
            NotEnough: an account has less than is taken from it; nothing is booked.
        """
        self._ask(draft)
        booked = Booked(draft, transaction_id)
        moving: list[Lot] = []
        for leg in sorted(draft.legs, key=_takes_first):
            standing = self._standings[leg.account]
            kind = ACCOUNT_KINDS[standing.account.kind]
            if kind.counted:
                booked.lines.append(Line(standing, leg.amount, None, leg.available_from, leg.expires_at))
                continue
            before = standing.balance
            standing.balance += leg.amount
            booked.lines.append(Line(standing, leg.amount, standing.balance, leg.available_from, leg.expires_at))
            if not kind.lots:
                continue
            if leg.amount < 0:
                moving += self._take(booked, standing, leg, before)
            else:
                self._give(booked, standing, leg, before, moving)
        return booked

    def _ask(self, draft: Draft) -> None:
        wanted: dict[int, int] = {}
        by: dict[int, Standing] = {}
        for leg in draft.legs:
            standing = self._standings[leg.account]
            if leg.amount < 0 and leg.how == "plain" and not ACCOUNT_KINDS[standing.account.kind].may_go_negative:
                wanted[id(standing)] = wanted.get(id(standing), 0) - leg.amount
                by[id(standing)] = standing
        for place, amount in wanted.items():
            standing = by[place]
            available = available_of(standing, self._now)
            if available < amount:
                raise NotEnough(account=str(standing.account), available=available, wanted=amount)

    def _take(self, booked: Booked, standing: Standing, leg: Leg, before: int) -> list[Lot]:
        """Take from lots; what they do not have is owed. Returns the lots as they would stand elsewhere."""
        rest = min(-leg.amount, max(before, 0))
        went = []
        for lot in _in_order(standing, leg, self._now):
            if not rest:
                break
            count = min(rest, lot.remaining)
            lot.remaining -= count
            lot.changed = True
            rest -= count
            booked.uses.append(Use(lot.id, -count, None))
            went.append(Lot(0, lot.earned_by, count, count, lot.available_from, lot.expires_at))
        return went

    def _give(self, booked: Booked, standing: Standing, leg: Leg, before: int, moving: list[Lot]) -> None:
        """What is owed is paid first; the rest goes into a new lot, back to old ones, or in lots as they came."""
        rest = leg.amount - min(leg.amount, max(-before, 0))
        paid = leg.amount - rest
        if leg.how == "back":
            rest = self._give_back(booked, standing, leg.of, paid, rest)
        elif leg.how == "move":
            for lot in moving:
                paying = min(paid, lot.remaining)
                paid -= paying
                if lot.remaining > paying:
                    self._make(booked, standing, lot, lot.remaining - paying)
            return
        if rest:
            terms = Lot(0, booked.id, rest, rest, leg.available_from, leg.expires_at)
            self._make(booked, standing, terms, rest)

    def _give_back(self, booked: Booked, standing: Standing, of: int, paid: int, rest: int) -> int:
        """To the lots from which it was taken, the last taken first; returns what was in no lot.

        What pays a debt is given back as well: it cannot be given back a second time.
        """
        taken = self._taken.get(of, [])
        own = {lot.id: lot for lot in standing.lots}
        for place in range(len(taken) - 1, -1, -1):
            lot, left = taken[place]
            count = min(left, paid + rest)
            if not count:
                continue
            taken[place] = (lot, left - count)
            paying = min(paid, count)
            paid -= paying
            returned = count - paying
            rest -= returned
            if not returned:
                continue
            grace = self._grace.get(standing.account.unit)
            late = lot.expires_at is not None and lot.expires_at <= self._now
            there = own.get(lot.id)
            if there is not None and not (late and grace):
                there.remaining += returned
                there.changed = True
                booked.uses.append(Use(there.id, returned, of))
            else:
                until = self._now + grace if late and grace else lot.expires_at
                self._make(booked, standing, Lot(0, lot.earned_by, 0, 0, lot.available_from, until), returned)
        return rest

    def _make(self, booked: Booked, standing: Standing, terms: Lot, amount: int) -> None:
        lot = Lot(
            booked.id * LOTS_OF_ONE + len(booked.fresh),
            terms.earned_by,
            amount,
            amount,
            terms.available_from,
            terms.expires_at,
            fresh=True,
        )
        standing.lots.append(lot)
        booked.fresh.append((standing, lot))


def available_of(standing: Standing, now: datetime) -> int:
    """What can be taken of it now."""
    if ACCOUNT_KINDS[standing.account.kind].lots:
        return sum(lot.remaining for lot in standing.lots if _usable(lot, now))
    return max(standing.balance, 0)


def _usable(lot: Lot, now: datetime) -> bool:
    return (lot.available_from is None or lot.available_from <= now) and (
        lot.expires_at is None or lot.expires_at > now
    )


def _in_order(standing: Standing, leg: Leg, now: datetime) -> Iterable[Lot]:
    """The lots from which a leg takes: those of the transaction that it names, then earliest expiry first, then the oldest."""
    lots = [lot for lot in standing.lots if lot.remaining]
    if leg.how == "plain":
        lots = [lot for lot in lots if _usable(lot, now)]
    elif leg.how in {"lots", "move"} and leg.lots:
        lots = [lot for lot in lots if lot.id in leg.lots]
    own = leg.of if leg.how in {"claw", "plain"} else 0
    return sorted(lots, key=lambda lot: (lot.earned_by != own, _end(lot), lot.id))


def _end(lot: Lot) -> datetime:
    return lot.expires_at or _NEVER


def _takes_first(leg: Leg) -> bool:
    return leg.amount > 0
