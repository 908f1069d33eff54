"""How a value is shown to those who may not see it. Pure."""

import re

_PROVINCES = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|"
    "陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
_SUFFIX = "省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区"
_PLACE = re.compile(rf"\s*(?:中国)?\s*((?:{_PROVINCES})(?:{_SUFFIX})?)")
# A city's name holds no sign of something smaller, so that a street is never taken for one.
_CITY = re.compile(r"[\s,，-]*([^\s省市区县街道路镇乡村号栋\d]{1,8}(?:市|自治州|地区|盟))")
_MUNICIPALITIES = ("北京", "天津", "上海", "重庆", "香港", "澳门")
_HIDDEN = "***"


def mask(kind: str, value: str) -> str:
    """What may be shown of ``value`` without a right: ``186****5678``, ``张*``, ``a***@b.c``, ``浙江省杭州市***``."""
    printable = value if value.isprintable() else "".join(c for c in value if c.isprintable())
    cleaned = printable.strip()
    match kind:
        case "phone":
            return _mask_phone(cleaned)
        case "email":
            name, at, host = cleaned.rpartition("@")
            return f"{name[:1]}{_HIDDEN}@{host}" if at else _HIDDEN
        case "name":
            return f"{cleaned[:1]}*"
        case _:
            return _mask_address(cleaned)


def _mask_phone(value: str) -> str:
    digits = value.removeprefix("+86").removeprefix("+")
    if len(digits) < 7:
        return _HIDDEN
    plus = "+" if value.startswith("+") and not value.startswith("+86") else ""
    return f"{plus}{digits[:3]}****{digits[-4:]}" if len(digits) > 8 else f"{plus}{digits[:2]}****{digits[-2:]}"


def _mask_address(value: str) -> str:
    place = _PLACE.match(value)
    if place is None:
        return _HIDDEN
    province = place[1]
    if province.startswith(_MUNICIPALITIES):
        return province + _HIDDEN
    city = _CITY.match(value, place.end())
    return province + (city[1] if city else "") + _HIDDEN
