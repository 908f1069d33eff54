"""How WeCom signs and encrypts callbacks: AES-256-CBC, PKCS#7 with blocks of 32, the corp's id at the end."""

import base64
import hashlib
import struct
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_BLOCK: Final = 32
_RANDOM: Final = 16


def signature(token: str, timestamp: str, nonce: str, encrypted: str) -> str:
    """SHA-1 over the four in their alphabetical order."""
    joined = "".join(sorted([token, timestamp, nonce, encrypted]))
    return hashlib.sha1(joined.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class CallbackCrypto:
    """One receiver's key.

    Attributes:
        aes_key: EncodingAESKey, 43 characters.
        receiver: the corp's id, which stands at the end of every plain text.
    """

    aes_key: str
    receiver: str

    def _cipher(self) -> Cipher[modes.CBC]:
        key = base64.b64decode(self.aes_key + "=")
        return Cipher(algorithms.AES(key), modes.CBC(key[:16]))

    def encrypt(self, text: str, salt: bytes) -> str:
        """The text under 16 random bytes ``salt``, in Base64."""
        message = text.encode()
        plain = salt[:_RANDOM] + struct.pack(">I", len(message)) + message + self.receiver.encode()
        missing = _BLOCK - len(plain) % _BLOCK
        encryptor = self._cipher().encryptor()
        done = encryptor.update(plain + bytes([missing]) * missing) + encryptor.finalize()
        return base64.b64encode(done).decode()

    def decrypt(self, encrypted: str) -> str:
        """Inverse of :meth:`encrypt`.

        Raises:
            ValueError: it is not for this receiver, or broken.
        """
        decryptor = self._cipher().decryptor()
        plain = decryptor.update(base64.b64decode(encrypted)) + decryptor.finalize()
        content = plain[_RANDOM : -plain[-1]]
        (length,) = struct.unpack(">I", content[:4])
        if content[4 + length :].decode() != self.receiver:
            raise ValueError("the text is for another receiver")
        return content[4 : 4 + length].decode()
