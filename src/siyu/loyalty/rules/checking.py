"""What can be understood, and the drafts that come of it."""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

import orjson

from siyu.kernel.errors import BadInput
from siyu.loyalty.rules.drafts import Draft, Leg
from siyu.loyalty.types.accounts import ACCOUNT_KINDS, UNIT_KINDS, Account
from siyu.loyalty.types.requests import Posting, Request

MOST_POSTINGS: Final = 1000
MOST: Final = 10**15  # of a unit in one posting
_KEY: Final = re.compile(r"[!-~]{1,180}")
_WORD: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")
_LONGEST_SOURCE: Final = 300


def unit_kind(code: str) -> str:
    """The kind of a unit by its code.

    Raises:
        BadInput: it can be none.
    """
    name, colon, thing = code.partition(":")
    kind = UNIT_KINDS.get(name)
    if kind is None or bool(colon) != kind.of_something or (colon and not re.fullmatch(r"[a-z0-9_.-]{1,60}", thing)):
        can = ", ".join(f"{one.name}:…" if one.of_something else one.name for one in UNIT_KINDS.values())
        raise _bad(
            f"'{code[:80]}' cannot be a unit. There are: {can}.", f"“{code[:80]}”不是有效的单位，可用的有：{can}。"
        )
    return name


def draft_of(request: Request, now: datetime) -> Draft:
    """A request that can be understood, as a draft.

    Raises:
        BadInput: it says what to change.
    """
    check_words(request.key, request.reason, request.source, request.effective_at)
    if not 2 <= len(request.postings) <= MOST_POSTINGS:
        raise _bad(
            f"'{request.key}' needs 2 to {MOST_POSTINGS} postings.",
            f"“{request.key}”须包含 2 至 {MOST_POSTINGS} 条分录。",
        )
    sums: dict[str, int] = defaultdict(int)
    for posting in request.postings:
        check_account(posting.account)
        check_amount(request.key, posting.amount)
        _check_terms(request.key, posting)
        sums[posting.account.unit] += posting.amount
    for unit, total in sums.items():
        if total:
            raise _bad(
                f"the postings of '{request.key}' sum to {total} {unit}; what one account gives another has to get.",
                f"“{request.key}”的分录在 {unit} 上合计为 {total}，借贷不平：一个账户付出的，须由另一账户收到。",
            )
    said = [
        [
            (*one.account, one.amount, one.available_from, one.expires_at, *([one.lots_of] if one.lots_of else []))
            for one in request.postings
        ],
        request.reason,
        request.source,
        request.effective_at,
        request.via,
    ]
    return Draft(
        key=request.key,
        input_hash=hash_of("posted", said),
        kind="posted",
        legs=tuple([Leg(*one[:4], of=one.lots_of) for one in request.postings]),
        reason=request.reason,
        source=request.source,
        actor=request.actor,
        via=request.via,
        of_id=None,
        effective_at=request.effective_at or now,
    )


def hash_of(kind: str, said: Sequence[Any]) -> bytes:
    """Of the input: who asks with the same key asks for the same, or is refused."""
    return blake2b(orjson.dumps([kind, *said]), digest_size=16).digest()


def check_words(key: str, reason: str, source: str, effective_at: datetime | None) -> None:
    """Check what every request has.

    Raises:
        BadInput: it says what to change.
    """
    if not _KEY.fullmatch(key):
        shown = key[:80]
        raise _bad(
            f"the key {shown!r} is not 1 to 180 printable characters without spaces.",
            f"键“{shown}”须为 1 至 180 个可见字符，且不含空格。",
        )
    if not _WORD.fullmatch(reason):
        raise _bad(
            f"the reason of '{key}' is one word of small letters, digits and '_': check_in.",
            f"“{key}”的原因须为小写字母、数字与下划线组成的单词，例如 check_in。",
        )
    if len(source) > _LONGEST_SOURCE or "\x00" in source:
        raise _bad(
            f"the source of '{key}' has at most {_LONGEST_SOURCE} characters and no NUL.",
            f"“{key}”的来源最多 {_LONGEST_SOURCE} 个字符，且不含空字符。",
        )
    if effective_at is not None and effective_at.tzinfo is None:
        raise _bad(f"the moments of '{key}' need a time zone.", f"“{key}”的时间须带有时区。")


def check_account(account: Account) -> None:
    """Check that there can be such an account.

    Raises:
        BadInput: it says what to change.
    """
    kind = ACCOUNT_KINDS.get(account.kind)
    if kind is None:
        can = ", ".join(ACCOUNT_KINDS)
        shown = str(account.kind)[:80]
        raise _bad(
            f"there is no kind of account '{shown}'. There are: {can}.", f"没有“{shown}”这种账户，可用的有：{can}。"
        )
    if type(account.owner) is not int or not (
        0 < account.owner < 2**63 if kind.owner != "nobody" else account.owner == 0
    ):
        raise _bad(
            f"an account of the kind '{kind.name}' has {'no owner (0)' if kind.owner == 'nobody' else 'the id of its owner'}.",
            f"“{kind.name}”账户{'不属于任何人（owner 须为 0）' if kind.owner == 'nobody' else '须填写所有者的编号'}。",
        )
    unit_kind(account.unit)


def check_amount(key: str, amount: object) -> None:
    """Check that it is a whole number, not 0, not beyond all bounds.

    Raises:
        BadInput: it says what to change.
    """
    if type(amount) is not int:
        raise _bad(
            f"an amount of '{key}' is {str(amount)[:40]}; amounts are whole numbers.",
            f"“{key}”的数量为 {str(amount)[:40]}，须为整数。",
        )
    if not amount:
        raise _bad(f"an amount of '{key}' is 0; leave that posting out.", f"“{key}”的数量为 0，请去掉该分录。")
    if abs(amount) > MOST:
        raise _bad(f"an amount of '{key}' is over {MOST:,}.", f"“{key}”的数量超过 {MOST:,}。")


def check_above_zero(key: str, amount: object) -> None:
    """Check the amount of a hold, a confirmation, a part.

    Raises:
        BadInput: it says what to change.
    """
    check_amount(key, amount)
    if isinstance(amount, int) and amount < 0:
        raise _bad(f"the amount of '{key}' has to be above 0.", f"“{key}”的数量须大于 0。")


def _check_terms(key: str, posting: Posting) -> None:
    start, end = posting.available_from, posting.expires_at
    if posting.lots_of and (posting.amount > 0 or not ACCOUNT_KINDS[posting.account.kind].lots):
        raise _bad(
            f"'{key}': only what is taken from a customer is taken from lots.",
            f"“{key}”：只有从客户账户扣减时才能指定批次。",
        )
    if start is None and end is None:
        return
    if any(one is not None and one.tzinfo is None for one in (start, end)):
        raise _bad(f"the moments of '{key}' need a time zone.", f"“{key}”的时间须带有时区。")
    if posting.amount < 0 or not ACCOUNT_KINDS[posting.account.kind].lots:
        raise _bad(
            f"'{key}': only what a customer gets can be available later or expire.",
            f"“{key}”：只有发给客户的数量才能设置生效与过期时间。",
        )
    if start is not None and end is not None and start >= end:
        raise _bad(f"'{key}' would expire before it is available.", f"“{key}”的过期时间早于生效时间。")


def _bad(en: str, zh: str) -> BadInput:
    return BadInput(reason=en, reason_zh=zh)
