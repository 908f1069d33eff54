"""API keys; sources and their write keys."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from sqlalchemy import Connection

from siyu.engines.access import rules
from siyu.engines.access.service.audit import record
from siyu.engines.access.service.secrets import new_token, token_hash
from siyu.engines.access.store import keys as tables
from siyu.engines.access.types import ApiKey, Principal, Source, SourceRef, WriteKey
from siyu.engines.postgres import Database
from siyu.kernel.errors import BadInput, Conflict, NotFound

_API_PREFIX = "siyu_"
_SHOWN = 11  # of an API key: enough to tell keys apart, far too little to guess one
_TOUCH_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class KeyMade:
    """A fresh API key. The token is told this one time; only its hash is kept."""

    id: int
    token: str


def create_api_key(
    conn: Connection,
    principal: Principal,
    *,
    name: str,
    scopes: Sequence[str],
    now: datetime,
    expires_at: datetime | None = None,
) -> KeyMade:
    """Make an API key whose scopes are rights of its maker.

    The key outlives its maker's account: it belongs to the brand, and is revoked by itself.

    Raises:
        NotAllowed: without the right ``keys.manage``, or for a scope that the maker does not hold.
        BadInput: no scope, an unknown one, no name, or an expiry in the past.
    """
    rules.require(principal, "keys.manage")
    asked = rules.check_scopes(principal, scopes)
    if not name.strip():
        raise BadInput(reason="an API key needs a name.", reason_zh="API 密钥需要名称。")
    if expires_at is not None and expires_at <= now:
        raise BadInput(reason="the expiry lies in the past.", reason_zh="到期时间早于当前时间。")
    token = _API_PREFIX + new_token()
    made = tables.insert_api_key(
        conn,
        name=name.strip(),
        prefix=token[:_SHOWN],
        key_hash=token_hash(token),
        scopes=asked,
        created_by=principal.actor,
        now=now,
        expires_at=expires_at,
    )
    record(
        conn,
        actor=principal.actor,
        action="api_key.created",
        target=f"key:{made}",
        details={"name": name.strip(), "scopes": list(asked), "expires_at": expires_at},
        now=now,
    )
    return KeyMade(id=made, token=token)


def api_keys(conn: Connection) -> list[ApiKey]:
    """Every API key, revoked ones too."""
    return tables.api_keys(conn)


def revoke_api_key(conn: Connection, principal: Principal, key_id: int, now: datetime) -> None:
    """Refuse the key from the next request on. Safe to repeat.

    Raises:
        NotAllowed: without the right ``keys.manage``.
        NotFound: no such key.
    """
    rules.require(principal, "keys.manage")
    if not tables.revoke_api_key(conn, key_id, now):
        raise NotFound(what="API key", what_zh=" API 密钥", key=key_id)
    record(conn, actor=principal.actor, action="api_key.revoked", target=f"key:{key_id}", details={}, now=now)


def authenticate_key(conn: Connection, token: str, now: datetime) -> Principal | None:
    """Whom an API key speaks for, ``None`` when it is unknown, revoked or expired."""
    found = tables.good_api_key(conn, token_hash(token), now)
    if found is None:
        return None
    if found.last_used_at is None or now - found.last_used_at > _TOUCH_EVERY:
        tables.touch_api_key(conn, found.id, now)
    rights = frozenset(found.scopes) & frozenset(rules.RIGHTS)
    return Principal(kind="key", id=found.id, name=found.name, rights=rights)


def create_source(
    conn: Connection,
    principal: Principal,
    *,
    name: str,
    kind: str,
    now: datetime,
    settings: Mapping[str, Any] | None = None,
) -> Source:
    """Make a source with a first write key. ``kind`` is ``web``, ``server``, ``app``, ``file``, a platform's name.

    Raises:
        NotAllowed: without the right ``sources.manage``.
        BadInput: no name or kind.
        Conflict: the name is taken.
    """
    rules.require(principal, "sources.manage")
    if not name.strip() or not kind.strip():
        raise BadInput(reason="a source needs a name and a kind.", reason_zh="来源需要名称和类型。")
    made = tables.insert_source(conn, name=name.strip(), kind=kind.strip(), settings=settings or {}, now=now)
    if made is None:
        raise _taken(name.strip())
    tables.insert_write_key(conn, source_id=made, key=new_token(), now=now)
    _note(conn, principal, "source.created", made, {"name": name.strip(), "kind": kind.strip()}, now)
    return source(conn, made)


def ensure_source(conn: Connection, principal: Principal, *, name: str, kind: str, now: datetime) -> int:
    """The id of the source of this name, made without a write key when absent: for imports. Safe to repeat."""
    found = tables.source_by_name(conn, name)
    if found is not None:
        return found
    made = tables.insert_source(conn, name=name, kind=kind, settings={}, now=now)
    if made is None:  # another transaction was quicker, and has committed by now
        found = tables.source_by_name(conn, name)
        assert found is not None
        return found
    _note(conn, principal, "source.created", made, {"name": name, "kind": kind}, now)
    return made


def update_source(
    conn: Connection,
    principal: Principal,
    source_id: int,
    *,
    now: datetime,
    name: str | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Source:
    """Change what is given and leave the rest.

    Raises:
        NotAllowed: without the right ``sources.manage``.
        NotFound: no such source.
        Conflict: another source has the name.
    """
    rules.require(principal, "sources.manage")
    before = source(conn, source_id)
    after_name = before.name if name is None else name.strip()
    if not after_name:
        raise BadInput(reason="a source needs a name.", reason_zh="来源需要名称。")
    holder = tables.source_by_name(conn, after_name)
    if holder not in {None, source_id}:
        raise _taken(after_name)
    tables.update_source(conn, source_id, name=after_name, settings=before.settings if settings is None else settings)
    _note(conn, principal, "source.changed", source_id, {"name": [before.name, after_name]}, now)
    return source(conn, source_id)


def sources(conn: Connection) -> list[Source]:
    """Every source with its write keys, revoked ones too."""
    return tables.sources(conn)


def source(conn: Connection, source_id: int) -> Source:
    """One source with its write keys.

    Raises:
        NotFound: no such source.
    """
    found = tables.sources(conn, source_id)
    if not found:
        raise NotFound(what="source", what_zh="来源", key=source_id)
    return found[0]


def create_write_key(conn: Connection, principal: Principal, source_id: int, now: datetime) -> WriteKey:
    """A further write key for a source, so that keys can be changed without a gap.

    Raises:
        NotAllowed: without the right ``sources.manage``.
        NotFound: no such source.
    """
    rules.require(principal, "sources.manage")
    source(conn, source_id)
    made = tables.insert_write_key(conn, source_id=source_id, key=new_token(), now=now)
    _note(conn, principal, "write_key.created", source_id, {"write_key": made.id}, now)
    return made


def revoke_write_key(conn: Connection, principal: Principal, source_id: int, key_id: int, now: datetime) -> None:
    """Refuse the key, within a second everywhere. What was accepted under it stays accepted. Safe to repeat.

    Raises:
        NotAllowed: without the right ``sources.manage``.
        NotFound: the source has no such key.
    """
    rules.require(principal, "sources.manage")
    if not tables.revoke_write_key(conn, source_id, key_id, now):
        raise NotFound(what="write key", what_zh="写入密钥", key=key_id)
    _note(conn, principal, "write_key.revoked", source_id, {"write_key": key_id}, now)


def write_keys(conn: Connection) -> dict[str, SourceRef]:
    """Every write key that is good, with its source."""
    return tables.good_write_keys(conn)


class WriteKeys:
    """The good write keys in memory, never older than ``max_age`` seconds: what intake asks at every request.

    Safe from several threads; one of them reads again while the others go on with what is there, unless that is stale.
    A database that does not answer makes :meth:`find` raise: an old list could let a revoked key in.
    """

    def __init__(self, database: Database, *, max_age: float = 0.5) -> None:
        self._database = database
        self._max_age = max_age
        self._lock = threading.Lock()
        self._known: dict[str, SourceRef] = {}
        self._read_at = float("-inf")

    def find(self, key: str) -> SourceRef | None:
        """The source that may send under ``key``. Blocks for one short query when the list is too old.

        So it does for an unknown key: it may have been made since, and a sender that hears 401 throws its events away.
        """
        asked_at = monotonic()
        if self.stale:
            self.refresh()
        if key not in self._known:
            self.refresh(since=asked_at)
        return self._known.get(key)

    @property
    def stale(self) -> bool:
        """Whether :meth:`find` would have to read; an async route then calls :meth:`refresh` in a thread first."""
        return monotonic() - self._read_at > self._max_age

    def refresh(self, *, since: float | None = None, force: bool = False) -> None:
        """Read the keys again if they are still too old, or older than ``since``, when it is our turn.

        Those who wait for their turn share what one of them reads. ``force`` reads in any case.
        """
        with self._lock:
            fresh = not self.stale if since is None else self._read_at >= since
            if fresh and not force:
                return
            asked_at = monotonic()
            with self._database.transaction() as conn:
                self._known = write_keys(conn)
            self._read_at = asked_at


def _taken(name: str) -> Conflict:
    return Conflict(reason=f"there is a source named '{name}' already.", reason_zh=f"已有名为“{name}”的来源。")


def _note(
    conn: Connection, principal: Principal, action: str, source_id: int, details: Mapping[str, Any], now: datetime
) -> None:
    record(conn, actor=principal.actor, action=action, target=f"source:{source_id}", details=details, now=now)
