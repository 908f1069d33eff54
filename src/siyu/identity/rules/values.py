"""What a usable identifier value is, and the one form in which it is stored."""

import re
from typing import Final

import phonenumbers

from siyu.identity.types import TYPES

MAX_VALUE: Final = 256  # characters; what is longer was never an identifier
MAX_SCOPE: Final = 128

# Values that mean "nobody", or that a form, a test or a broken SDK sends for everybody.
BLOCKED: Final = frozenset({
    "null", "none", "nil", "nan", "undefined", "unknown", "anonymous", "guest", "test", "tester", "testing", "n/a", "na",
    "true", "false", "[object object]", "{}", "[]", "default", "empty", "user", "admin", "root", "string", "id", "uuid",
    "userid", "user_id", "anonymousid", "anonymous_id", "phone", "email", "xxx", "-1",
    "测试", "无", "空", "暂无", "未知", "匿名", "匿名用户", "匿名买家", "游客", "默认", "用户",
})  # fmt: skip
_BLOCKED_MAIL: Final = frozenset({"test@test.com", "a@a.com", "noreply@example.com", "test@example.com", "1@1.com"})

_ZEROS = re.compile(r"[0\-_. ]*")
_MAINLAND = re.compile(r"1[3-9]\d{9}")
_PUNCTUATION = re.compile(r"[\s\-()（）.·]+")
_MAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_WIDE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def normalise(type_name: str, value: str) -> str | None:
    """The stored form of ``value`` before any fingerprint, or ``None`` when it identifies nobody.

    Never raises and never takes long, whatever comes: a value over MAX_VALUE characters is not looked at.
    """
    if not 0 < len(value) <= 4 * MAX_VALUE:
        return None
    value = value.strip()
    if not value.isascii():
        value = value.translate(_WIDE).strip()
    if not 0 < len(value) <= MAX_VALUE or _CONTROL.search(value) or _ZEROS.fullmatch(value):
        return None
    if value.lower() in BLOCKED:
        return None
    if type_name == "phone":
        return normalise_phone(value)
    if type_name == "email":
        return normalise_email(value)
    if TYPES[type_name].personal:  # an Alipay account is a phone or a mailbox
        return normalise_email(value) if "@" in value else normalise_phone(value)
    masked = "*" if type_name == "platform_buyer" else "**"
    return None if masked in value else value


def normalise_phone(value: str) -> str | None:
    """E.164, taken for a number of mainland China when it has no country code; ``None`` for masked and made-up ones."""
    digits = value if value.isdigit() else _PUNCTUATION.sub("", value)
    if digits.startswith("+86"):
        digits = digits[3:]
    elif digits.startswith("0086"):
        digits = digits[4:]
    elif len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    if not digits.isascii() or len(digits) < 5 or len(set(digits)) < 3 or len(set(digits[-8:])) == 1:
        return None
    if _MAINLAND.fullmatch(digits):
        return "+86" + digits
    if not digits.removeprefix("+").isdigit():
        return None  # masked, or an extension of a platform's privacy number, which changes with every order
    try:
        number = phonenumbers.parse(digits, "CN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normalise_email(value: str) -> str | None:
    """Lower case; ``None`` when it is no address, is masked, or is one that forms are tried out with."""
    mail = value.lower().removeprefix("mailto:")
    if "*" in mail or mail in _BLOCKED_MAIL or not _MAIL.fullmatch(mail):
        return None
    return mail


def normalise_scope(scope: str) -> str | None:
    """Trimmed; ``None`` when it is too long or has control characters."""
    if len(scope) > MAX_SCOPE:
        return None
    scope = scope.strip()
    return None if _CONTROL.search(scope) else scope


def vault_kind(type_name: str, value: str) -> str | None:
    """Under which kind the vault keeps a normalised value; ``None`` when it is not personal data."""
    if not TYPES[type_name].personal:
        return None
    return "email" if "@" in value else "phone"
