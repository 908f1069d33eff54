"""How WeChat signs and encrypts what it sends us.

AES-256-CBC with the first half of the key as the first block, PKCS#7 with blocks of 32 bytes; before the message lie 16
random bytes and its length, behind it the app id of whom it is for.
"""

import base64
import binascii
import hashlib
import hmac
import re
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

KEY_PATTERN: Final = "[A-Za-z0-9+/]{43}"
_PADDING: Final = 32
_RANDOM: Final = 16
_HEAD: Final = _RANDOM + 4


class Garbled(ValueError):
    """It was not encrypted with this key, not for this receiver, or it is damaged."""


def key_of(encoding_aes_key: str) -> bytes:
    """The 32 bytes behind the 43 characters that the platform shows.

    Raises:
        Garbled: it is not such a key.
    """
    if re.fullmatch(KEY_PATTERN, encoding_aes_key) is None:
        raise Garbled("the key does not consist of 43 letters, digits, + and /")
    return base64.b64decode(encoding_aes_key + "=")


def signed(said: str, *parts: str) -> bool:
    """Whether ``said`` is SHA-1 over the parts in their order; how long it takes does not tell how much was right."""
    joined = "".join(sorted(parts)).encode("utf-8", "surrogatepass")
    # The platform's choice; what is secret lies in the token.
    right = hashlib.sha1(joined, usedforsecurity=False).hexdigest()
    return hmac.compare_digest(right.encode(), said.encode("utf-8", "surrogatepass"))


def decrypt(key: bytes, encrypted: str, app_id: str) -> bytes:
    """The message in ``encrypted``.

    Raises:
        Garbled: for everything that is not a message for ``app_id`` under this key.
    """
    try:
        data = base64.b64decode(encrypted.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise Garbled("it is not Base64") from error
    if not data or len(data) % 16:
        raise Garbled("its length is wrong")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = decryptor.update(data) + decryptor.finalize()
    padding = plain[-1]
    if not 1 <= padding <= _PADDING or plain[-padding:] != bytes([padding]) * padding:
        raise Garbled("its padding is wrong")
    plain = plain[:-padding]
    length = int.from_bytes(plain[_RANDOM:_HEAD], "big")
    if len(plain) < _HEAD + length:
        raise Garbled("it is shorter than it says")
    if not hmac.compare_digest(plain[_HEAD + length :], app_id.encode()):
        raise Garbled("it is for another account")
    return plain[_HEAD : _HEAD + length]
