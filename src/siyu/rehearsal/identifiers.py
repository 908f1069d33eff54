"""Under what names each person is known on each platform. All made up from the person's position and the brand's seed."""

from typing import Final

from siyu.rehearsal.rules.words import NICK_FIRST, NICK_SECOND, code
from siyu.rehearsal.types import Brand

_HIDDEN: Final = 7  # one account in so many is shown with stars
_SPREAD: Final = 48_271


def _number(brand: Brand, person: int, size: int) -> int:
    return (person * _SPREAD + brand.seed * 104_729) % size


def taobao_nick(brand: Brand, person: int) -> str:
    """The member name on Taobao."""
    number = _number(brand, person, 10**8)
    if person % 3 == 0:
        return f"tb{number:08d}"
    return f"{NICK_FIRST[person % len(NICK_FIRST)]}{NICK_SECOND[person // 5 % len(NICK_SECOND)]}{number:08d}"


def alipay_account(brand: Brand, person: int) -> str:
    """The Alipay account: the mail address of who has one, else the first phone; stars for some.

    Nobody opens an account under a number that was somebody else's before.
    """
    people = brand.people
    account = people.emails[person] or str(int(people.phone[person]))
    hidden = person % _HIDDEN == 3 or (not people.emails[person] and people.previous_owner[person] >= 0)
    return f"{account[:3]}***{account[-4:]}" if hidden else account


def jd_account(brand: Brand, person: int) -> str:
    """The account on JD."""
    return f"jd_{code('', person, f'jd{brand.seed}')[:13].lower()}{person:x}"


def external_userid(brand: Brand, person: int) -> str:
    """The id of a WeCom friend; empty for who is none."""
    return wecom_id(brand, person) if brand.people.wecom[person] else ""


def wecom_id(brand: Brand, person: int) -> str:
    """How the brand's WeCom calls somebody outside, friend or not."""
    return code("wm", person, f"corp{brand.seed}")


def union_id(brand: Brand, person: int) -> str:
    """The WeChat id of the person within the brand's open platform."""
    return code("oU", person, f"union{brand.seed}")


def open_id(brand: Brand, person: int) -> str:
    """The WeChat id of the person within the mini program."""
    return code("oM", person, f"open{brand.seed}")


def follower_id(brand: Brand, person: int) -> str:
    """The WeChat id of the person within the official account, whether they follow it or not."""
    return code("oF", person, f"follower{brand.seed}")


def member_no(brand: Brand, person: int) -> str:
    """The number on the member's card; empty for who has none."""
    return f"YX{_number(brand, person, 10**8):08d}" if brand.people.member[person] else ""


def user_id(brand: Brand, person: int) -> str:
    """The account on the website."""
    return f"u{_number(brand, person, 10**7) + 10**7}"


def device(brand: Brand, person: int, which: int) -> str:
    """The anonymous id of one of a person's browsers or phones."""
    return f"d-{code('', person, f'device{brand.seed}/{which}')}"


def family_device(brand: Brand, household: int) -> str:
    """The anonymous id of a household's tablet."""
    return f"d-{code('', household, f'family{brand.seed}')}"


def store_device(brand: Brand, store: int) -> str:
    """The anonymous id of the tablet at a store's desk."""
    return f"d-{code('', store, f'store{brand.seed}')}"
