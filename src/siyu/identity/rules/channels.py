"""On how many channels a person is known. Here alone stands what that means.

A **channel** is a platform on which people have an account and the brand meets them there: WeChat, WeCom, Taobao, JD,
Douyin … What the brand runs itself (its sites, apps, stores and membership) is one more. Several shops, corps, official
accounts or mini programs of the brand on one platform are accounts on one channel, and a platform's shop belongs to the
platform: Tmall to Taobao, Doudian to Douyin, WeChat's shop to WeChat.

A person **is known on** a channel when one of their identifiers is an account there. Phones and mail addresses are no
channel: they are what ties channels together, and who has nothing else is known on none. Neither are devices, nor ids of
which nobody said whose they are. People of whom only devices are known are not counted: they are anonymous.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from siyu.identity.types import TYPES, Grade

OWN: Final = "own"  # what the brand runs itself
BUYER: Final = "platform_buyer"  # its scope is the platform
CHANNEL_OF: Final[Mapping[str, str]] = {
    "user_id": OWN,
    "member_no": OWN,
    "union_id": "wechat",
    "open_id": "wechat",
    "external_userid": "wecom",
    "alipay": "taobao",  # it comes with orders of Taobao
    "douyin_open_id": "douyin",
    "kuaishou_open_id": "kuaishou",
    "xiaohongshu_open_id": "xiaohongshu",
    "youzan_open_id": "youzan",
}
_SHOP_OF: Final = {"tmall": "taobao", "doudian": "douyin", "wechat_shop": "wechat"}
_TYPES: Final = tuple(name for name in TYPES if name != BUYER)
_BITS: Final = 62  # of a bigint, without its sign and the bit of what is not told apart

Kind = tuple[str, str]  # a type, and the scope of a buyer account


def channel_of(kind: Kind) -> str:
    """The channel on which an identifier is an account; empty for none."""
    name, scope = kind
    if name != BUYER:
        return CHANNEL_OF.get(name, "")
    platform = scope.lower()
    return _SHOP_OF.get(platform, platform)


def told_apart(found: Iterable[Kind]) -> list[Kind]:
    """The kinds of identifiers by which people are counted: every type, and the platforms in ``found``, those first first.

    There are bits for some 47 platforms; buyer accounts of any others count together, as one channel more.
    """
    platforms = [kind for kind in found if kind[0] == BUYER]
    return [*((name, "") for name in _TYPES), *platforms][:_BITS]


def spread(people: Mapping[int, int], kinds: Sequence[Kind]) -> tuple[dict[int, int], int]:
    """Known people by the number of channels they are known on, and how many people are anonymous.

    Args:
        people: how many have the same kinds of identifiers, as bits: from the second bit on those of ``kinds``, the first
            for any other.
        kinds: see :func:`told_apart`.
    """
    devices = sum(1 << place for place, (name, _) in enumerate(kinds, 1) if TYPES[name].grade == Grade.DEVICE)
    channels = ["?", *(channel_of(kind) for kind in kinds)]
    known, anonymous = Counter[int](), 0
    for bits, count in people.items():
        if bits & ~devices:
            on = {channels[place] for place in range(bits.bit_length()) if bits >> place & 1}
            known[len(on - {""})] += count
        else:
            anonymous += count
    return dict(sorted(known.items())), anonymous
