"""Tokens and password hashes."""

import hashlib
import secrets
import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's smallest recommended argon2id: 19 MiB, 2 passes, one lane. About 25 ms, and cheap enough in memory that a
# storm of sign-ins cannot push an otherwise idle Siyu over its footprint; the semaphore holds the storm to four.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_AT_ONCE = threading.BoundedSemaphore(4)


def hash_password(password: str) -> str:
    with _AT_ONCE:
        return _HASHER.hash(password.encode("utf-8", "surrogatepass"))


def password_fits(stored: str | None, password: str) -> bool:
    """Whether the password is right. ``None`` (nobody) takes as long as anybody and is never right."""
    with _AT_ONCE:
        try:
            _HASHER.verify(stored or _nobody(), password.encode("utf-8", "surrogatepass"))
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """Under which a token is stored. A plain hash is enough: 256 random bits cannot be guessed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


@cache
def _nobody() -> str:
    return _HASHER.hash(secrets.token_bytes(32))
