"""How WeChat Pay signs, checks and seals. Written from its documents, apart from what Siyu itself does."""

import base64
import re
import secrets
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_AUTHORIZATION: Final = re.compile(
    r'WECHATPAY2-SHA256-RSA2048 mchid="(?P<mchid>\d+)",nonce_str="(?P<nonce>[^"]{1,32})",signature="(?P<signature>[^"]+)",'
    r'timestamp="(?P<timestamp>\d{1,11})",serial_no="(?P<serial>[0-9A-F]+)"'
)


class Pair(NamedTuple):
    """A private key, and it and its public half in PEM."""

    key: rsa.RSAPrivateKey
    private: str
    public: str


def pair() -> Pair:
    """New keys of 2048 bits."""
    return _written(rsa.generate_private_key(public_exponent=65537, key_size=2048))


def read(pem: str) -> Pair:
    """Keys that were written.

    Raises:
        ValueError: it is no RSA key in PEM.
    """
    key = serialization.load_pem_private_key(pem.encode(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("no RSA key")  # noqa: TRY004 - of what was read
    return _written(key)


def _written(key: rsa.RSAPrivateKey) -> Pair:
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return Pair(key, private.decode(), public.decode())


def sign(key: rsa.RSAPrivateKey, said: bytes) -> str:
    """SHA256 with RSA, in Base64."""
    return base64.b64encode(key.sign(said, padding.PKCS1v15(), hashes.SHA256())).decode()


def is_of(key: rsa.RSAPrivateKey, said: bytes, signature: str) -> bool:
    """Whether the owner of this key has signed this."""
    try:
        key.public_key().verify(base64.b64decode(signature), said, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def is_allowed(
    header: str, merchant: rsa.RSAPrivateKey, mch_id: str, serial: str, asked: tuple[str, str, bytes], now: int
) -> bool:
    """Whether a request (method, path with query, body) is this merchant's, and fresh."""
    found = _AUTHORIZATION.fullmatch(header)
    if found is None or found["mchid"] != mch_id or found["serial"] != serial:
        return False
    if abs(int(found["timestamp"]) - now) > 300:
        return False
    method, path, body = asked
    said = f"{method}\n{path}\n{found['timestamp']}\n{found['nonce']}\n".encode() + body + b"\n"
    return is_of(merchant, said, found["signature"])


def headers(key: rsa.RSAPrivateKey, key_id: str, body: bytes, now: int) -> dict[str, str]:
    """What goes with an answer or a notification."""
    nonce = secrets.token_hex(16)
    return {
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Serial": key_id,
        "Wechatpay-Signature": sign(key, f"{now}\n{nonce}\n".encode() + body + b"\n"),
        "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        "Wechatpay-Timestamp": str(now),
    }


def seal(api_key: str, said: bytes, kind: str) -> dict[str, str]:
    """A resource of a notification."""
    nonce = secrets.token_urlsafe(9)
    sealed = AESGCM(api_key.encode()).encrypt(nonce.encode(), said, kind.encode())
    return {
        "original_type": kind,
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(sealed).decode(),
        "nonce": nonce,
        "associated_data": kind,
    }
