"""What other rooms may ask of the vault.

Items are ``(kind, value)`` or ``(kind, fingerprint)`` pairs; kinds are those of :class:`siyu.engines.vault.types.Kind`.
Values are matched exactly as they are given: the caller normalises first (phones to E.164, mail to lower case).
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.vault import keyring, rules
from siyu.engines.vault import store as tables
from siyu.engines.vault.keyring import Keyring
from siyu.engines.vault.types import VaultKeyMissing, VaultKeyWrong, VaultNotOpen

__all__ = [
    "configure",
    "erase",
    "find_keyring",
    "fingerprint",
    "fingerprints",
    "mask",
    "masked",
    "open_keyring",
    "open_sealed",
    "reseal",
    "reveal",
    "seal",
    "seal_all",
    "sign",
    "signed",
    "store",
]

mask = rules.mask

_open: list[Keyring] = []  # one keyring a process, set once at its start


def configure(ring: Keyring) -> None:
    """Give this process its keys; called once by the app at start, and by tests. The last call wins."""
    _open[:] = [ring]


def open_keyring(conn: Connection, *, key: str, file: Path) -> Keyring:
    """Find the keyring that fits this database; the very first start makes one.

    Args:
        conn: a transaction on a migrated database.
        key: the setting ``SIYU_VAULT_KEY`` (base64; several, oldest first, separated by commas), or empty.
        file: the key file to use when ``key`` is empty; made with mode 0600 when the database is still without a key.

    Raises:
        VaultKeyMissing: the database was filled under a key that is not here.
        VaultKeyWrong: the key cannot be read, or is not the one of this database.
    """
    ring = find_keyring(conn, key=key, file=file)
    if ring is None:
        keyring.make_file(file)
        ring = keyring.read_file(file)
    tables.remember_key(conn, ring.root_id, root=True)
    tables.remember_key(conn, ring.current_id, root=False)
    _check(ring, tables.known_keys(conn))  # again: another process may have been first
    return ring


def find_keyring(conn: Connection, *, key: str, file: Path) -> Keyring | None:
    """Like :func:`open_keyring`, but changes nothing: ``None`` where that would make the first key.

    Raises:
        VaultKeyMissing: the database was filled under a key that is not here.
        VaultKeyWrong: the key cannot be read, or is not the one of this database.
    """
    known = tables.known_keys(conn)
    if not key and not file.exists():
        if known:
            raise VaultKeyMissing(where=str(file))
        return None
    ring = keyring.parse(key) if key else keyring.read_file(file)
    if known:
        _check(ring, known)
    return ring


def fingerprint(kind: str, value: str) -> str:
    """The keyed fingerprint under which ``value`` can be matched: 32 hex characters, the same on every call."""
    return _fingerprint(_ring(), kind, value)


@lru_cache(maxsize=32_768)  # the stages of a batch ask for the same phones, and those who come once come again
def _fingerprint(ring: Keyring, kind: str, value: str) -> str:
    return ring.fingerprint(kind, value)


def fingerprints(items: Sequence[tuple[str, str]]) -> list[str]:
    """:func:`fingerprint` of many values, in the same order."""
    ring = _ring()
    return [_fingerprint(ring, kind, value) for kind, value in items]


def store(conn: Connection, items: Sequence[tuple[str, str]]) -> list[str]:
    """Keep ``(kind, value)`` pairs, encrypted, and return their fingerprints in the same order. Safe to repeat.

    Only values that are not stored yet are encrypted and written.
    """
    prints = fingerprints(items)
    by_kind: dict[str, dict[str, str]] = {}
    for (kind, value), print_ in zip(items, prints, strict=True):
        by_kind.setdefault(kind, {})[print_] = value
    stored = tables.known(conn, by_kind)
    new = [
        (kind, print_, value)
        for kind, values in by_kind.items()
        for print_, value in values.items()
        if print_ not in stored[kind]
    ]
    if new:
        ring = _ring()
        sealed = ring.encrypt(
            [(value.encode("utf-8", "surrogatepass"), _associated(kind, print_)) for kind, print_, value in new]
        )
        tables.insert(
            conn,
            [
                tables.Sealed(kind, print_, ring.current_id, cipher, rules.mask(kind, value))
                for (kind, print_, value), cipher in zip(new, sealed, strict=True)
            ],
        )
    return prints


def reveal(
    conn: Connection,
    *,
    actor: str,
    items: Sequence[tuple[str, str]],
    reason: str,
    now: datetime | None = None,
) -> dict[str, str]:
    """Decrypt ``(kind, fingerprint)`` pairs: fingerprint → value. What is not stored (or was erased) is left out.

    The caller has checked the right ``personal.reveal``. Every call leaves one audit row that lists what was shown, in
    the same transaction: no transaction that rolls back may have shown anything, so commit before answering.

    Args:
        conn: an open transaction.
        actor: who looks, as in the audit (``operator:7``, ``system:export``).
        items: what is looked at.
        reason: why, for the audit.
        now: the moment for the audit; the database's clock when absent.

    Raises:
        SealBroken: a stored value was altered.
    """
    ring = _ring()
    found = tables.read(conn, items) if items else []
    shown = {
        item.fingerprint: ring.decrypt(item.key_id, item.sealed, _associated(item.kind, item.fingerprint)).decode(
            "utf-8", "surrogatepass"
        )
        for item in found
    }
    access.record(
        conn,
        actor=actor,
        action="personal.revealed",
        target="vault",
        details={"reason": reason, "items": [f"{item.kind}:{item.fingerprint}" for item in found]},
        now=now,
    )
    return shown


def masked(conn: Connection, items: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The masked form of ``(kind, fingerprint)`` pairs: fingerprint → ``186****5678``. Needs no right, no decryption."""
    return tables.read_masked(conn, items) if items else {}


def erase(
    conn: Connection,
    *,
    actor: str,
    items: Sequence[tuple[str, str]],
    reason: str,
    now: datetime | None = None,
) -> int:
    """Delete the values of ``(kind, fingerprint)`` pairs for good; returns how many there were. Safe to repeat.

    Their fingerprints elsewhere then match nothing that can be shown. Leaves one audit row. Copies in backups go when
    the backups do.
    """
    gone = tables.delete(conn, items) if items else []
    access.record(
        conn,
        actor=actor,
        action="personal.erased",
        target="vault",
        details={"reason": reason, "items": [f"{kind}:{print_}" for kind, print_ in gone]},
        now=now,
    )
    return len(gone)


def seal(plain: bytes) -> bytes:
    """Encrypt bytes of any kind (a dead letter) into one piece that :func:`open_sealed` opens."""
    return _ring().seal(plain)


def seal_all(plain: Sequence[bytes]) -> list[bytes]:
    """:func:`seal` of each of these."""
    return _ring().seal_all(plain)


def open_sealed(sealed: bytes) -> bytes:
    """Inverse of :func:`seal`.

    Raises:
        SealBroken: the bytes were altered or belong to another vault.
    """
    return _ring().open_sealed(sealed)


def sign(purpose: str, said: bytes) -> bytes:
    """A keyed signature of 32 bytes, by which :func:`signed` knows what this Siyu said itself. For tokens that live for
    days: after a rotation they count as long as the old key is on the ring.

    Args:
        purpose: what it is said for; a signature counts for no other.
        said: any bytes.
    """
    return _ring().sign(purpose, said)


def signed(purpose: str, said: bytes, signature: bytes) -> bool:
    """Whether ``signature`` is what :func:`sign` made of the same, under any key on the ring. Tells nothing by its time."""
    return _ring().signed(purpose, said, signature)


def reseal(conn: Connection, *, limit: int = 5000) -> int:
    """After a rotation: encrypt up to ``limit`` values of older keys anew. Returns how many; 0 when all are done."""
    ring = _ring()
    old = tables.under_other_keys(conn, ring.current_id, limit)
    if not old:
        return 0
    data = [_associated(item.kind, item.fingerprint) for item in old]
    plain = [ring.decrypt(item.key_id, item.sealed, its) for item, its in zip(old, data, strict=True)]
    sealed = ring.encrypt(list(zip(plain, data, strict=True)))
    tables.replace(
        conn,
        [
            tables.Sealed(item.kind, item.fingerprint, ring.current_id, cipher, item.masked)
            for item, cipher in zip(old, sealed, strict=True)
        ],
    )
    return len(old)


def _ring() -> Keyring:
    if not _open:
        raise VaultNotOpen
    return _open[0]


def _check(ring: Keyring, known: dict[str, bool]) -> None:
    root = next((name for name, is_root in known.items() if is_root), "")
    if root != ring.root_id:
        raise VaultKeyWrong(
            reason=f"this database was filled under the key {root}, and the key given is {ring.root_id}. "
            "Put back the key that belongs to it; when keys are rotated, the oldest stays first.",
            reason_zh=f"该数据库使用密钥 {root} 写入，而提供的密钥是 {ring.root_id}。"
            "请放回原来的密钥；轮换密钥时，最早的密钥应保持在最前。",
        )
    if missing := sorted(set(known) - ring.ids):
        raise VaultKeyWrong(
            reason=f"values were encrypted under the keys {', '.join(missing)}, which are not given.",
            reason_zh=f"部分数据由密钥 {'、'.join(missing)} 加密，但未提供这些密钥。",
        )


def _associated(kind: str, print_: str) -> bytes:
    return f"{kind}:{print_}".encode()
