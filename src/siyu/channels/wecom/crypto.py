"""How WeCom signs and encrypts what it sends us.

AES-256-CBC with the first half of the key as the first block, PKCS#7 with blocks of 32 bytes; before the message lie 16
random bytes and its length, behind it the id of whom it is for.
"""

import base64
import binascii
import hashlib
import hmac
import re
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_BLOCK: Final = 32
_RANDOM: Final = 16
_HEAD: Final = _RANDOM + 4
_KEY: Final = re.compile(r"[A-Za-z0-9+/]{43}")


class Garbled(ValueError):
    """It was not encrypted with this key, not for this receiver, or it is damaged."""


def key_of(encoding_aes_key: str) -> bytes:
    """The 32 bytes behind the 43 characters that the admin console shows.

    Raises:
        Garbled: it is not such a key.
    """
    if _KEY.fullmatch(encoding_aes_key) is None:
        raise Garbled("the key does not consist of 43 letters, digits, + and /")
    return base64.b64decode(encoding_aes_key + "=")


def signature(token: str, timestamp: str, nonce: str, encrypted: str) -> str:
    """SHA-1 over the four in their alphabetical order, in hexadecimal."""
    joined = "".join(sorted((token, timestamp, nonce, encrypted)))
    # The platform's choice; the secrecy lies in the token, and the content is encrypted besides.
    return hashlib.sha1(joined.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def signed(said: str, token: str, timestamp: str, nonce: str, encrypted: str) -> bool:
    """Whether ``said`` is the signature; the time that it takes does not tell how much of it was right."""
    right = signature(token, timestamp, nonce, encrypted)
    return hmac.compare_digest(right.encode(), said.encode("utf-8", "replace"))


def decrypt(key: bytes, encrypted: str, receive_id: str) -> bytes:
    """The message in ``encrypted``.

    Raises:
        Garbled: for everything that is not a message for ``receive_id`` under this key.
    """
    try:
        data = base64.b64decode(encrypted.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise Garbled("it is not Base64") from error
    if not data or len(data) % 16:
        raise Garbled("it does not consist of whole blocks")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = _unpadded(decryptor.update(data) + decryptor.finalize())
    if len(plain) < _HEAD:
        raise Garbled("it is too short")
    end = _HEAD + int.from_bytes(plain[_RANDOM:_HEAD], "big")
    if end > len(plain):
        raise Garbled("it is shorter than it says")
    if not hmac.compare_digest(plain[end:], receive_id.encode("utf-8", "replace")):
        raise Garbled("it is for another receiver")
    return plain[_HEAD:end]


def _unpadded(plain: bytes) -> bytes:
    count = plain[-1]
    if not 1 <= count <= _BLOCK or not plain.endswith(bytes([count]) * count):
        raise Garbled("its padding is wrong")
    return plain[:-count]
