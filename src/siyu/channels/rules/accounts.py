"""What an operator may fill in to connect an account, and how secrets are kept."""

import base64
import re
from collections.abc import Callable, Mapping
from typing import Final

from siyu.channels.types import About, Field
from siyu.kernel.errors import BadInput, SiyuError

MOST_CHARACTERS: Final = 10_000  # a private key has two or three thousand
MOST_OF_A_NAME: Final = 200


class WrongField(SiyuError):
    """What was filled in for one field of an account cannot be used."""

    status = 400
    en = "{label}: {reason}"
    zh = "{label_zh}：{reason_zh}"


def sorted_fields(about: About, values: Mapping[str, str], *, partly: bool) -> tuple[dict[str, str], dict[str, str]]:
    """Settings and secrets from what was filled in, checked, trimmed, with defaults.

    Args:
        about: which fields there are.
        values: by the name of the field.
        partly: only what changes was given; what was not stays as it is.

    Raises:
        WrongField: the first one that is wrong.
        BadInput: there is no such field.
    """
    known = {one.name: one for one in about.fields}
    if unknown := sorted(values.keys() - known.keys()):
        raise BadInput(
            reason=f"{about.en} has no field '{unknown[0][:100]}'; it has {', '.join(known)}.",
            reason_zh=f"{about.zh}没有名为“{unknown[0][:100]}”的字段，可用字段：{'、'.join(known)}。",
        )
    settings: dict[str, str] = {}
    secrets: dict[str, str] = {}
    for field in about.fields:
        if partly and field.name not in values:
            continue
        value = _checked(field, values.get(field.name, "").strip() or field.default)
        if field.secret:
            secrets[field.name] = value
        else:
            settings[field.name] = value
    return settings, secrets


def _checked(field: Field, value: str) -> str:
    if not value:
        if field.required:
            raise _wrong(field, "it is needed.", "必填。")
        return value
    if len(value) > MOST_CHARACTERS:
        raise _wrong(field, f"it has more than {MOST_CHARACTERS} characters.", f"超过 {MOST_CHARACTERS} 个字符。")
    if not sound(value):
        raise _wrong(field, "it has characters that cannot be typed.", "含有无法输入的字符。")
    if field.choices and value not in field.choices:
        choices = field.choices
        raise _wrong(field, f"it is one of {', '.join(choices)}.", f"须为以下之一：{'、'.join(choices)}。")
    if field.pattern and not re.fullmatch(field.pattern, value):
        raise _wrong(
            field,
            f"it does not look like one. {field.help_en}".strip(),
            f"格式不正确。{field.help_zh}",
        )
    return value


def sound(text: str) -> bool:
    """Whether an engine can hold it: no half characters, no control characters but those of lines."""
    return all(letter in "\n\r\t" or letter.isprintable() or letter.isspace() for letter in text)


def seal_secrets(secrets: Mapping[str, str], seal: Callable[[bytes], bytes]) -> dict[str, str]:
    """As they are kept; empty ones are not."""
    return {name: base64.b64encode(seal(value.encode())).decode() for name, value in secrets.items() if value}


def open_secrets(sealed: Mapping[str, str], open_: Callable[[bytes], bytes]) -> dict[str, str]:
    """Inverse of :func:`seal_secrets`."""
    return {name: open_(base64.b64decode(value)).decode() for name, value in sealed.items()}


def _wrong(field: Field, reason: str, reason_zh: str) -> WrongField:
    return WrongField(field=field.name, label=field.en, label_zh=field.zh, reason=reason, reason_zh=reason_zh)
