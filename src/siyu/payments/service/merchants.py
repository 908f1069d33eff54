"""Merchants, and how they are put to work."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import httpx
from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.postgres import Database
from siyu.engines.vault import service as vault
from siyu.kernel.clock import Clock
from siyu.kernel.errors import BadInput, NotFound
from siyu.payments.rules import check_words
from siyu.payments.store import merchants as tables
from siyu.payments.types import Merchant, Port, Turned
from siyu.payments.wechat import WechatPay
from siyu.payments.wechat.signing import private_key, public_key

_API_KEY: Final = 32


@dataclass(frozen=True, slots=True)
class Till:
    """Where platforms of payments are called, outside of transactions.

    Attributes:
        database: of payments.
        clock: what time it is.
        opens: puts a merchant to work.
        base_url: of this Siyu, for notifications.
        then: told of what has come into another state, in the same transaction: what the rooms above do with it.
    """

    database: Database
    clock: Clock
    opens: Callable[[Merchant], Port]
    base_url: str
    then: Callable[[Connection, Turned, datetime], object] = lambda *_: None

    def notify_url(self, merchant_id: int) -> str:
        """Where the platform tells of a merchant."""
        return f"{self.base_url}/pay/notify/{merchant_id}"


def opener(http: httpx.Client) -> Callable[[Merchant], Port]:
    """Puts merchants to work over this client."""
    return lambda merchant: WechatPay(merchant, http)


def merchants(conn: Connection) -> list[Merchant]:
    """Every merchant, without keys."""
    return tables.listed(conn)


def merchant(conn: Connection, merchant_id: int) -> Merchant:
    """A merchant with its keys.

    Raises:
        NotFound: there is none.
    """
    found = tables.of_id(conn, merchant_id)
    if found is None:
        raise NotFound(what="merchant", what_zh="商户", key=merchant_id)
    one, private, api = found
    return replace(one, private_key=vault.open_sealed(private).decode(), api_key=vault.open_sealed(api).decode())


def ensure_merchant(conn: Connection, principal: Principal, wanted: Merchant, now: datetime) -> Merchant:
    """Make a merchant, or change its app, name, keys and address. Safe to repeat. Audited; its keys are sealed.

    Raises:
        NotAllowed: without the right ``payments.manage``.
        BadInput: says what of it cannot be.
    """
    access.require(principal, "payments.manage")
    if not (wanted.mch_id.isascii() and wanted.mch_id.isdecimal() and 6 <= len(wanted.mch_id) <= 32):
        raise BadInput(reason="the merchant's number is 6 to 32 digits.", reason_zh="商户号须为 6 至 32 位数字。")
    for what, zh, said, most in (
        ("the app's id", "AppID", wanted.app_id, 64),
        ("the name", "名称", wanted.name, 100),
        ("the serial of the certificate", "证书序列号", wanted.serial, 64),
        ("the id of the platform's key", "微信支付公钥 ID", wanted.platform_key_id, 80),
    ):
        check_words(what, zh, said, most)
    if len(wanted.api_key.encode()) != _API_KEY:
        raise BadInput(reason="the APIv3 key has 32 characters.", reason_zh="APIv3 密钥须为 32 个字符。")
    if not wanted.base_url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise BadInput(reason="the address of the API begins with https://.", reason_zh="接口地址须以 https:// 开头。")
    private_key(wanted.private_key)
    public_key(wanted.platform_key)
    sealed = (vault.seal(wanted.private_key.encode()), vault.seal(wanted.api_key.encode()))
    made = tables.write(conn, replace(wanted, base_url=wanted.base_url.rstrip("/")), *sealed, now)
    access.record(
        conn,
        actor=principal.actor,
        action="payments.merchant_changed",
        target=f"merchant:{made.id}",
        details={"mch_id": made.mch_id, "app_id": made.app_id, "serial": made.serial},
        now=now,
    )
    return made
