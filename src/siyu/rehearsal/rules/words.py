"""Words from which invented people and goods are made, and numbers that are spread but never repeat."""

import hashlib
from functools import lru_cache
from typing import Final

import numpy as np

from siyu.rehearsal.types import Ints

SURNAMES: Final = "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
SURNAME_WEIGHTS: Final = tuple(1 / (3 + position) for position in range(len(SURNAMES)))
GIVEN_FEMALE: Final = "婷雅静怡雪琳佳慧敏欣悦梦露洁颖倩思语晴岚芸菲月萱瑶桐棠若诗涵"
GIVEN_MALE: Final = "伟磊强军洋勇涛超明杰浩宇轩博文俊凯晨睿泽峰航志远恒毅楠川舟屿安辰"

# (province, city, districts, weight); the streets and houses in them are made up
CITIES: Final = (
    ("上海市", "上海市", ("徐汇区", "静安区", "浦东新区", "杨浦区", "闵行区"), 16),
    ("浙江省", "杭州市", ("西湖区", "上城区", "滨江区", "余杭区"), 14),
    ("江苏省", "苏州市", ("姑苏区", "吴中区", "虎丘区"), 9),
    ("江苏省", "南京市", ("鼓楼区", "玄武区", "建邺区"), 9),
    ("浙江省", "宁波市", ("鄞州区", "海曙区", "江北区"), 7),
    ("北京市", "北京市", ("朝阳区", "海淀区", "东城区", "通州区"), 6),
    ("广东省", "广州市", ("天河区", "越秀区", "海珠区"), 5),
    ("广东省", "深圳市", ("南山区", "福田区", "龙岗区"), 5),
    ("四川省", "成都市", ("锦江区", "武侯区", "高新区"), 5),
    ("湖北省", "武汉市", ("武昌区", "江汉区", "洪山区"), 4),
    ("陕西省", "西安市", ("雁塔区", "碑林区", "未央区"), 3),
    ("重庆市", "重庆市", ("渝中区", "江北区", "沙坪坝区"), 3),
    ("湖南省", "长沙市", ("岳麓区", "芙蓉区"), 3),
    ("安徽省", "合肥市", ("蜀山区", "包河区"), 3),
    ("福建省", "厦门市", ("思明区", "湖里区"), 3),
    ("山东省", "青岛市", ("市南区", "崂山区"), 3),
    ("辽宁省", "大连市", ("中山区", "沙河口区"), 2),
)
STREETS: Final = (
    "云杉路",
    "听雨巷",
    "白鹭街",
    "枫林道",
    "采薇路",
    "晚晴里",
    "松涛路",
    "青梧街",
    "拾光巷",
    "映月路",
    "稻香街",
    "鹿鸣路",
)
NICK_FIRST: Final = ("晴天", "小鹿", "橘子", "南风", "薄荷", "月亮", "奶茶", "阿柒", "可乐", "暖暖", "糯米", "山川")
NICK_SECOND: Final = ("撞撞", "不加糖", "爱吃鱼", "的信", "在路上", "慢慢走", "同学", "咕咕", "一整天", "味的夏")
MAIL_HOSTS: Final = ("example.com", "example.org", "example.net", "mail.example.com")  # reserved: nobody's mailbox

_SPREAD: Final = 48_271  # odd and no multiple of 5: multiplication by it modulo a power of ten is a permutation
_SATELLITE: Final = 10_000_000
PHONES: Final = 16_000_000


def phone_numbers(positions: Ints, seed: int) -> Ints:
    """Different numbers for different positions below :data:`PHONES`.

    They look and validate like mobile numbers, but lie in ranges of satellite phones (1349, 1740), so that nobody who
    lets a demo loose on a real channel reaches a stranger.
    """
    spread = (positions * _SPREAD + seed * 7_919_003) % PHONES
    return np.where(spread < _SATELLITE, 13_490_000_000 + spread, 17_400_000_000 + spread - _SATELLITE)


def spread(positions: Ints, size: int, seed: int) -> Ints:
    """A permutation of 0 … ``size`` - 1, a power of ten; positions must lie below it."""
    return (positions * _SPREAD + seed * 104_729) % size


@lru_cache(maxsize=1 << 17)
def code(prefix: str, position: int, salt: str) -> str:
    """A made-up opaque id, as platforms give them: always the same for the same prefix, position and salt."""
    return prefix + hash_text(f"{prefix}|{position}|{salt}")


def hash_text(text: str, length: int = 22) -> str:
    """Letters and digits that depend on the text alone."""
    number = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=18).digest())
    digits = []
    for _ in range(length):
        number, rest = divmod(number, 62)
        digits.append(_ALPHABET[rest])
    return "".join(digits)


_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
