"""Build the demo brand, write its exports, its WeCom, its WeChat accounts and its merchant, make its tracking events, and
tell what is true of it.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np

from siyu.kernel.clock import Clock, require_utc
from siyu.kernel.errors import BadInput
from siyu.rehearsal import exports, tracking
from siyu.rehearsal.accounts import make_accounts
from siyu.rehearsal.corp import make_corp
from siyu.rehearsal.examples import examples_of
from siyu.rehearsal.platforms.wechat import keeping
from siyu.rehearsal.platforms.wechat.account import DEFAULT_SECRET as APP_SECRET
from siyu.rehearsal.platforms.wechat_pay import keeping as paying
from siyu.rehearsal.platforms.wechat_pay.merchant import FakeMerchant
from siyu.rehearsal.platforms.wecom.fake import DEFAULT_SECRET as CORP_SECRET
from siyu.rehearsal.rules.calendar import make_calendar
from siyu.rehearsal.rules.catalogue import make_catalogue
from siyu.rehearsal.rules.population import MOST_PEOPLE, make_people
from siyu.rehearsal.rules.purchasing import make_orders
from siyu.rehearsal.truth import true_of
from siyu.rehearsal.types import (
    FOLLOWED_ID,
    MCH_ID,
    NAME,
    Brand,
    Example,
    ExportFile,
    MerchantKeys,
    TrackingBatch,
    Truth,
)

__all__ = [
    "APP_SECRET",
    "CORP_SECRET",
    "build",
    "count_events",
    "examples",
    "merchant_of",
    "tracking_batches",
    "truth",
    "write_accounts",
    "write_corp",
    "write_exports",
    "write_merchant",
]

LONGEST_DAYS = 3650


def build(seed: int, people: int, days: int, end: datetime) -> Brand:
    """A brand of ``people`` people that lives for ``days`` days up to ``end``. The same arguments give the same brand.

    Raises:
        BadInput: fewer than 10 people or 7 days, or more than can be told apart.
    """
    if not 10 <= people <= MOST_PEOPLE:
        raise BadInput(
            reason=f"a demo brand has from 10 to {MOST_PEOPLE:,} people, not {people:,}.",
            reason_zh=f"演示品牌的人数应为 10 至 {MOST_PEOPLE:,}，而不是 {people:,}。",
        )
    if not 7 <= days <= LONGEST_DAYS:
        raise BadInput(
            reason=f"a demo brand lives for 7 to {LONGEST_DAYS:,} days, not {days:,}.",
            reason_zh=f"演示品牌的天数应为 7 至 {LONGEST_DAYS:,}，而不是 {days:,}。",
        )
    last = int(require_utc(end).timestamp())
    key = hashlib.blake2b(f"{seed}/{people}/{days}/{last}".encode(), digest_size=5).hexdigest()
    calendar = make_calendar(last, days)
    # a stream each, so that a change in one part leaves the others as they are
    streams = [np.random.default_rng([seed, part]) for part in range(3)]
    catalogue = make_catalogue(streams[0])
    everybody = make_people(streams[1], calendar, people, seed)
    orders, lines = make_orders(streams[2], calendar, everybody, catalogue, last)
    return Brand(key, seed, days, int(calendar.midnights[0]), last, everybody, catalogue, orders, lines)


def write_exports(brand: Brand, folder: Path) -> list[ExportFile]:
    """Write the export files of every shop into ``folder``, in the order in which they should be imported.

    Safe to repeat: the same brand gives the same bytes. A file appears under its name when it is whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return exports.write_all(brand, folder)


def write_corp(brand: Brand, path: Path) -> None:
    """Write the brand's WeCom as it stands at the end, for ``siyu fake wecom --file``. It appears when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    make_corp(brand).save(path)


def write_accounts(brand: Brand, path: Path) -> None:
    """Write the brand's official account and mini program as they stand at the end, for ``siyu fake wechat --file``. They
    appear when they are whole.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    keeping.save(make_accounts(brand), path)


def write_merchant(clock: Clock, path: Path) -> None:
    """Write the brand's merchant of WeChat Pay, with new keys, for ``siyu fake wechat-pay --file``. It appears when it is
    whole; only its owner can read it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    paying.save(FakeMerchant(clock, mch_id=MCH_ID, app_id=FOLLOWED_ID, name=NAME), path)


def merchant_of(clock: Clock, path: Path) -> MerchantKeys:
    """What Siyu has to know of the merchant in a file.

    Raises:
        BadInput: the file is something else.
    """
    found = paying.load(path, clock)
    return MerchantKeys(
        found.mch_id, found.app_id, found.serial, found.own.private, found.api_key, found.key_id, found.platform.public
    )


def tracking_batches(brand: Brand) -> Iterator[TrackingBatch]:
    """What the website and the mini program sent, in the order of time within each. ``messageId`` is the same each time."""
    return tracking.batches(brand)


def count_events(brand: Brand) -> int:
    """How many events :func:`tracking_batches` has in all."""
    return tracking.count(brand)


def truth(brand: Brand) -> Truth:
    """What is true of the brand at its end."""
    return true_of(brand)


def examples(brand: Brand) -> list[Example]:
    """Up to three people worth looking at first."""
    return examples_of(brand)
