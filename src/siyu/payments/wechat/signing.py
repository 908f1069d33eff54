"""How WeChat Pay and its merchants sign and encrypt what they say to each other (API v3)."""

import base64
import binascii
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from siyu.kernel.errors import BadInput, original
from siyu.payments.types import NotFromPlatform

SCHEME: Final = "WECHATPAY2-SHA256-RSA2048"
_FRESH: Final = timedelta(minutes=5)  # so the platform advises: what is older is a repeat of somebody else's


@lru_cache(maxsize=64)
def private_key(pem: str) -> RSAPrivateKey:
    """A merchant's key from PEM. To look whether it is sound takes as long as many payments: each is looked at once.

    Raises:
        BadInput: it is none.
    """
    try:
        found = load_pem_private_key(pem.strip().encode(), None)
    except (ValueError, TypeError, binascii.Error) as error:
        raise _no_key("private key", "商户私钥", error) from None
    if not isinstance(found, RSAPrivateKey):
        raise _no_key("private key", "商户私钥", "not RSA")
    return found


def public_key(pem: str) -> RSAPublicKey:
    """The platform's key from PEM.

    Raises:
        BadInput: it is none.
    """
    try:
        found = load_pem_public_key(pem.strip().encode())
    except (ValueError, TypeError, binascii.Error) as error:
        raise _no_key("platform's public key", "微信支付公钥", error) from None
    if not isinstance(found, RSAPublicKey):
        raise _no_key("platform's public key", "微信支付公钥", "not RSA")
    return found


def _no_key(what: str, what_zh: str, error: object) -> BadInput:
    return BadInput(
        reason=f"the {what} is no RSA key in PEM; paste the whole file, with its BEGIN and END lines.",
        reason_zh=f"{what_zh}不是有效的 PEM 格式 RSA 密钥，请粘贴包含 BEGIN 与 END 行的完整内容{original(error)}。",
    )


def signed(key: RSAPrivateKey, *lines: str) -> str:
    """A signature over lines, in Base64."""
    said = "".join(f"{line}\n" for line in lines).encode()
    return base64.b64encode(key.sign(said, PKCS1v15(), SHA256())).decode()


def nonce() -> str:
    """Something that was not said before."""
    return secrets.token_hex(16)


def authorization(
    key: RSAPrivateKey, mch_id: str, serial: str, method: str, path: str, body: str, now: datetime
) -> str:
    """The header by which the platform knows a merchant."""
    said, stamp = nonce(), str(int(now.timestamp()))
    signature = signed(key, method, path, stamp, said, body)
    return (
        f'{SCHEME} mchid="{mch_id}",nonce_str="{said}",signature="{signature}",timestamp="{stamp}",serial_no="{serial}"'
    )


def check(key: RSAPublicKey, key_id: str, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Pass when the platform has signed this, lately.

    Args:
        key: the platform's.
        key_id: its id.
        headers: with names in small letters.
        body: as it came.
        now: the present.

    Raises:
        NotFromPlatform: it has not.
    """
    serial, stamp = headers.get("wechatpay-serial", ""), headers.get("wechatpay-timestamp", "")
    if serial != key_id:
        raise NotFromPlatform(
            reason=f"it names the key '{serial[:80]}', and the merchant's settings have '{key_id}'.",
            reason_zh=f"请求使用的公钥为“{serial[:80]}”，商户配置的公钥为“{key_id}”。",
        )
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 12):
        raise NotFromPlatform(reason="it has no time.", reason_zh="缺少时间戳。")
    if abs(now.timestamp() - int(stamp)) > _FRESH.total_seconds():
        raise NotFromPlatform(
            reason="it is more than five minutes old; compare the clock of this machine.",
            reason_zh="时间戳与本机相差超过五分钟，请检查本机时钟。",
        )
    said = f"{stamp}\n{headers.get('wechatpay-nonce', '')}\n".encode() + body + b"\n"
    try:
        key.verify(base64.b64decode(headers.get("wechatpay-signature", "")), said, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error):
        raise NotFromPlatform(reason="the signature is wrong.", reason_zh="签名不正确。") from None


def encrypted(api_key: str, said: bytes, associated: str) -> dict[str, str]:
    """A resource as the platform puts it into notifications."""
    once = secrets.token_hex(6)
    sealed = AESGCM(api_key.encode()).encrypt(once.encode(), said, associated.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(sealed).decode(),
        "nonce": once,
        "associated_data": associated,
    }


def decrypted(api_key: str, resource: Mapping[str, object]) -> bytes:
    """What a resource says.

    Raises:
        NotFromPlatform: the merchant's key does not open it.
    """
    try:
        sealed = base64.b64decode(str(resource.get("ciphertext", "")))
        once, associated = str(resource.get("nonce", "")), str(resource.get("associated_data") or "")
        return AESGCM(api_key.encode()).decrypt(once.encode(), sealed, associated.encode())
    except (InvalidTag, ValueError):
        raise NotFromPlatform(
            reason="the APIv3 key of the merchant's settings does not open it.",
            reason_zh="无法用已配置的 APIv3 密钥解密，请核对密钥。",
        ) from None
