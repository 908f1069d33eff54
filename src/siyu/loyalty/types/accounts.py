"""Accounts and units: what there is of them, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

Owner = Literal["customer", "thing", "nobody"]


@dataclass(frozen=True, slots=True)
class UnitKind:
    """One kind of what is counted.

    Attributes:
        name: the code of its unit, or what stands before ``:`` in it.
        en: for people.
        zh: for operators.
        of_something: whether there is a unit for each coupon template, reward or prize: ``coupon:12``.
        told: whether what customers get and give of it is told as facts.
    """

    name: str
    en: str
    zh: str
    of_something: bool = False
    told: bool = False


@dataclass(frozen=True, slots=True)
class AccountKind:
    """One kind of account.

    Attributes:
        name: the code.
        en: for people.
        zh: for operators.
        owner: whose such an account is: a customer's, some thing's (a reward, a campaign), or nobody's (owner 0).
        may_go_negative: whether its balance may be below zero whatever happens.
        may_owe: whether it may go below zero where what was given is taken back; later credits pay that first.
        lots: whether credits make lots, which are spent earliest expiry first.
        counted: no posting locks or writes it; its balance is counted from postings, by the sealer. Only where nothing
            has to be refused for want of a balance.
    """

    name: str
    en: str
    zh: str
    owner: Owner
    may_go_negative: bool = False
    may_owe: bool = False
    lots: bool = False
    counted: bool = False


UNIT_KINDS: Final[Mapping[str, UnitKind]] = {
    kind.name: kind
    for kind in (
        UnitKind("points", "points", "积分", told=True),
        UnitKind("growth", "growth", "成长值", told=True),
        UnitKind("group_points", "group points", "社群积分", told=True),
        UnitKind("make_up", "make-up cards for check-in", "补签卡"),
        UnitKind("coupon", "coupons of a template", "优惠券", of_something=True),
        UnitKind("stock", "pieces of a reward", "权益库存", of_something=True),
        UnitKind("prize", "pieces of a prize", "奖品", of_something=True),
        UnitKind("turn", "turns at a draw", "抽奖机会"),
        UnitKind("draw_fen", "what prizes of draws cost, in fen", "抽奖成本（分）"),
        UnitKind("fen", "money in fen", "金额（分）"),
        UnitKind("allowance", "fen that something may cost", "可用额度（分）", of_something=True),
    )
}

ACCOUNT_KINDS: Final[Mapping[str, AccountKind]] = {
    kind.name: kind
    for kind in (
        AccountKind("customer", "what a customer has", "客户账户", "customer", may_owe=True, lots=True),
        AccountKind("held", "what is held of a customer", "冻结账户", "customer"),
        AccountKind("commission", "commission of a customer", "佣金账户", "customer", may_owe=True),
        AccountKind("issuer", "where it comes from", "发行账户", "nobody", may_go_negative=True, counted=True),
        AccountKind("spent", "what was spent", "已消耗", "nobody", may_go_negative=True, counted=True),
        AccountKind("expired", "what has expired", "已过期", "nobody", may_go_negative=True, counted=True),
        AccountKind("adjustment", "corrections by hand", "人工调整", "nobody", may_go_negative=True, counted=True),
        AccountKind("budget", "what may be given for a purpose", "预算账户", "thing"),
        AccountKind("stock", "what is there to be given out", "库存账户", "thing"),
    )
}
OF_CUSTOMERS: Final = tuple(kind.name for kind in ACCOUNT_KINDS.values() if kind.owner == "customer")
COUNTED: Final = tuple(kind.name for kind in ACCOUNT_KINDS.values() if kind.counted)


class Account(NamedTuple):
    """One account, named by what it is; made when something is first posted to it.

    Attributes:
        kind: of :data:`ACCOUNT_KINDS`.
        owner: id of the customer or thing; 0 for nobody's.
        unit: code of a unit.
    """

    kind: str
    owner: int
    unit: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.owner}/{self.unit}" if self.owner else f"{self.kind}/{self.unit}"


@dataclass(frozen=True, slots=True)
class Unit:
    """Something that is counted, in whole numbers.

    Attributes:
        code: its name in accounts: ``points``, ``coupon:12``.
        kind: of :data:`UNIT_KINDS`.
        name: for people.
        grace_days: so many days what is given back may still be used when its lot has expired meanwhile; ``None``: not
            at all, it expires with its lot.
        by_hand: up to so much may be posted by hand without a second person.
    """

    code: str
    kind: str
    name: str
    grace_days: int | None = None
    by_hand: int = 1000


def customer(customer_id: int, unit: str) -> Account:
    """What a customer has."""
    return Account("customer", customer_id, unit)


def held(customer_id: int, unit: str) -> Account:
    """What is held of a customer."""
    return Account("held", customer_id, unit)


def issuer(unit: str) -> Account:
    """Where it comes from: the more was given, the further below zero."""
    return Account("issuer", 0, unit)


def spent(unit: str) -> Account:
    """Where it goes when it is used."""
    return Account("spent", 0, unit)


def expired(unit: str) -> Account:
    """Where it goes when its time is over."""
    return Account("expired", 0, unit)


def budget(thing: int, unit: str) -> Account:
    """What may still be given for a purpose."""
    return Account("budget", thing, unit)


def stock(thing: int, unit: str) -> Account:
    """What is there to be given out."""
    return Account("stock", thing, unit)
