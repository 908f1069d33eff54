"""People worth looking at first, by what OneID has to get right about them."""

import numpy as np

from siyu.rehearsal.types import NEVER, SHOPS, Bools, Brand, Example, Ints


def examples_of(brand: Brand) -> list[Example]:
    """Up to three: known in many places; of a household that shares a tablet; with a phone that was somebody else's."""
    people, orders = brand.people, brand.orders
    size = len(people)
    paid = orders.paid_at <= brand.end
    known = paid & np.array([shop.knows_buyer for shop in SHOPS])[orders.shop]
    count = np.bincount(orders.buyer[known], minlength=size)
    pairs = np.unique(orders.buyer[known] * len(SHOPS) + orders.shop[known])
    shops = np.bincount(pairs // len(SHOPS), minlength=size)
    plain = (people.previous_owner < 0) & (people.changed == NEVER)
    found = [
        ("buys in many shops and visits both the website and the mini program",
         _best(plain & people.web & people.mini & people.member, shops * 1000 + np.minimum(count, 40))),
        ("shares a tablet with the family", _best(plain & (people.household >= 0) & people.web, np.minimum(count, 12))),
        ("has a phone number that was somebody else's before", _best(people.previous_owner >= 0, count)),
    ]  # fmt: skip
    return [Example(title, str(people.phone[person])) for title, person in found if person >= 0]


def _best(who: Bools, score: Ints) -> int:
    """The person of highest score among ``who``; -1 when there is nobody with any."""
    marks = np.where(who, score, 0)
    return int(np.argmax(marks)) if marks.max(initial=0) > 0 else -1
