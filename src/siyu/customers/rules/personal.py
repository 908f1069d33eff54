"""Which names mean personal data. What they name goes to the vault, or is not kept at all."""

from functools import lru_cache
from typing import Final

_KINDS: Final = {
    "phone": "phone phonenumber mobile mobilephone mobilenumber cellphone tel telephone 手机 手机号 手机号码 电话 联系电话",
    "email": "email emailaddress mail 邮箱 电子邮箱",
    "name": "name fullname firstname lastname middlename realname surname givenname familyname displayname username "
    "nickname nick receivername 姓名 名字 昵称 客户姓名 客户昵称 收货人 真实姓名",
    "address": "address street streetaddress addressline1 addressline2 deliveryaddress shippingaddress billingaddress "
    "homeaddress 地址 收货地址 详细地址",
}
_BY_NAME: Final = {name: kind for kind, names in _KINDS.items() for name in names.split()}
_SECRETS: Final = (
    "password passwd pwd idcard idcardno idnumber idno identitycard passport passportno bankcard cardnumber creditcard "
    "cvv ssn accesstoken secret 身份证 身份证号 银行卡 银行卡号 密码"
)
_NEVER_KEPT: Final = frozenset(_SECRETS.split())
# "name" of an event's properties is a product's or a page's.
_HARMLESS_IN_EVENTS: Final = frozenset({"name", "名字", "displayname"})


@lru_cache(maxsize=8192)
def kind_of_trait(name: str) -> str | None:
    """The kind of personal data that a trait of this name holds, ``"never"`` for what is not kept, else ``None``."""
    plain = name.lower().replace("_", "").replace("-", "").replace(" ", "")
    return "never" if plain in _NEVER_KEPT else _BY_NAME.get(plain)


@lru_cache(maxsize=8192)
def private_in_events(name: str) -> bool:
    """Whether a property of this name is left out of facts."""
    plain = name.lower().replace("_", "").replace("-", "").replace(" ", "")
    return plain not in _HARMLESS_IN_EVENTS and (plain in _NEVER_KEPT or plain in _BY_NAME)


def normalise(kind: str, value: str) -> str:
    """The form in which the vault matches: phones with country (+86 by default), mail in lower case, no outer blanks."""
    text = value.replace("\0", "").strip()
    if kind == "email":
        return text.lower()
    if kind == "phone":
        plain = text.isdecimal() and text.isascii()
        digits = text if plain else "".join(c for c in text if c.isdecimal() and c.isascii())
        if text.startswith("+"):
            return f"+{digits}"
        if digits.startswith("00"):
            return f"+{digits[2:]}"
        if len(digits) == 11 and digits.startswith("1"):
            return f"+86{digits}"
        if len(digits) == 13 and digits.startswith("861"):
            return f"+{digits}"
        return digits or text
    return text
