"""The keys of the vault: where they come from, and what is made of them.

A keyring holds one or more master keys of 32 bytes. The first is the root: fingerprints depend on it, so it never
changes in the life of a database. The last encrypts; the others can still decrypt. Everything actually used is derived
by HKDF, one key for one purpose.
"""

import base64
import binascii
import hmac
import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from siyu.engines.vault.types import Kind, SealBroken, VaultKeyWrong
from siyu.kernel.errors import original

KEY_BYTES = 32
_FINGERPRINT_BYTES = 16  # 128 bit: two of a billion values meet with a chance of 1e-21
_NONCE_BYTES = 12
_FORMAT = b"\x01"


class Keyring:
    """The master keys, oldest first."""

    def __init__(self, masters: Sequence[bytes]) -> None:
        if not masters or any(len(master) != KEY_BYTES for master in masters):
            raise _not_a_key()
        self._printers = {
            kind.value: hmac.new(_derive(masters[0], f"fingerprint {kind}"), digestmod="sha256") for kind in Kind
        }
        self._signers = [_derive(master, "sign") for master in reversed(masters)]
        self._ciphers = {key_id(master): AESGCM(_derive(master, "encrypt")) for master in masters}
        self.root_id = key_id(masters[0])
        self.current_id = key_id(masters[-1])

    @cached_property
    def ids(self) -> frozenset[str]:
        """Ids of every key on the ring."""
        return frozenset(self._ciphers)

    def fingerprint(self, kind: str, value: str) -> str:
        """The HMAC of ``value`` as 32 hex characters; ``KeyError`` for an unknown kind of data."""
        begun = self._printers[kind].copy()  # to begin anew takes longer than a short value does
        begun.update(value.encode("utf-8", "surrogatepass"))
        return begun.digest()[:_FINGERPRINT_BYTES].hex()

    def encrypt(self, values: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
        """Encrypt ``(plaintext, associated data)`` pairs with the current key; each result begins with its nonce."""
        cipher = self._ciphers[self.current_id]
        noise = os.urandom(_NONCE_BYTES * len(values))
        nonces = (noise[at : at + _NONCE_BYTES] for at in range(0, len(noise), _NONCE_BYTES))
        return [n + cipher.encrypt(n, plain, data) for n, (plain, data) in zip(nonces, values, strict=True)]

    def decrypt(self, key: str, sealed: bytes, data: bytes) -> bytes:
        """Inverse of :meth:`encrypt`; raises :class:`SealBroken`."""
        cipher = self._ciphers.get(key)
        if cipher is None:
            raise SealBroken(reason=f"the key {key} is not on this ring.", reason_zh=f"没有密钥 {key}。")
        try:
            return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], data)
        except (InvalidTag, ValueError):
            raise SealBroken(reason="it was altered.", reason_zh="数据已被改动。") from None

    def sign(self, purpose: str, said: bytes) -> bytes:
        """A signature of 32 bytes with the current key; for another purpose it is another one."""
        return _signature(self._signers[0], purpose, said)

    def signed(self, purpose: str, said: bytes, signature: bytes) -> bool:
        """Whether any key on the ring signed this; takes as long for a wrong signature as for a right one."""
        found = [hmac.compare_digest(_signature(key, purpose, said), signature) for key in self._signers]
        return any(found)

    def seal(self, plain: bytes) -> bytes:
        """Encrypt bytes into one self-describing piece that names its key."""
        return self.seal_all([plain])[0]

    def seal_all(self, plain: Sequence[bytes]) -> list[bytes]:
        """:meth:`seal` of each of these."""
        head = _FORMAT + bytes.fromhex(self.current_id)
        return [head + one for one in self.encrypt([(one, head) for one in plain])]

    def open_sealed(self, sealed: bytes) -> bytes:
        """Inverse of :meth:`seal`; raises :class:`SealBroken`."""
        head, body = sealed[:5], sealed[5:]
        if len(head) < 5 or not head.startswith(_FORMAT):
            raise SealBroken(reason="it has no known format.", reason_zh="格式未知。")
        return self.decrypt(head[1:].hex(), body, head)


def _signature(key: bytes, purpose: str, said: bytes) -> bytes:
    return hmac.digest(key, purpose.encode() + b"\0" + said, "sha256")


def key_id(master: bytes) -> str:
    """Eight hex characters by which a key is known, from which nothing of it can be learned."""
    return _derive(master, "key id", length=4).hex()


def new_key() -> bytes:
    """A fresh master key."""
    return os.urandom(KEY_BYTES)


def parse(text: str) -> Keyring:
    """Read base64 keys, separated by commas or white space, oldest first.

    Raises:
        VaultKeyWrong: something in it is not a key.
    """
    try:
        masters = [base64.b64decode(part, validate=True) for part in text.replace(",", " ").split()]
    except (binascii.Error, ValueError):
        raise _not_a_key() from None
    return Keyring(masters)


def _not_a_key() -> VaultKeyWrong:
    return VaultKeyWrong(
        reason=f"a key has {KEY_BYTES} bytes, written in base64.",
        reason_zh=f"密钥应为 {KEY_BYTES} 字节，以 base64 书写。",
    )


def read_file(path: Path) -> Keyring:
    """Read a key file; lines that begin with ``#`` are remarks.

    Raises:
        VaultKeyWrong: the file cannot be read or holds no key.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        name = type(problem).__name__
        raise VaultKeyWrong(
            reason=f"{path} cannot be read ({name}).", reason_zh=f"无法读取 {path}{original(name)}。"
        ) from problem
    return parse("\n".join(line for line in lines if not line.lstrip().startswith("#")))


def make_file(path: Path) -> None:
    """Write a new key to ``path``, readable by its owner alone. A file that is there already is left alone.

    The file appears whole or not at all, so that of two processes starting at once both read the same key.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    text = (
        "# The vault key of this Siyu. Keep a copy apart from the database: without it the personal data\n"
        "# (phones, names, addresses, mail) cannot be read, and with it they can.\n"
        f"{base64.b64encode(new_key()).decode()}\n"
    )
    draft = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _derive(master: bytes, purpose: str, *, length: int = KEY_BYTES) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=b"siyu.vault", info=purpose.encode()).derive(master)
