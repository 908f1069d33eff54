"""Accounts: what is connected, and with what. Every change leaves an audit row in the same transaction."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Final, Literal

from sqlalchemy import Connection

from siyu.channels import registry
from siyu.channels.rules import accounts as rules
from siyu.channels.service.walking import ask_reconcile
from siyu.channels.store import accounts as tables
from siyu.channels.types import Account
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.postgres import Database
from siyu.engines.vault import service as vault
from siyu.kernel.errors import BadInput, Conflict, NotFound

_FRESH: Final = 1.0  # seconds


def connect_account(
    conn: Connection,
    principal: Principal,
    *,
    channel: str,
    values: Mapping[str, str],
    now: datetime,
    external_id: str = "",
    name: str = "",
) -> Account:
    """Connect an account, active at once. Nothing is asked of the platform here: its health says whether it works, and a
    first reconcile begins behind this transaction.

    Its messages come in under a source of their own, which is made here.

    Args:
        conn: an open transaction.
        principal: who does it.
        channel: name of the plugin.
        values: what was filled in, by the name of the field.
        now: the present.
        external_id: how the platform calls the account, where no field says it.
        name: how operators call it; empty: as the platform does.

    Raises:
        NotAllowed: without the right ``channels.manage``.
        NotFound: there is no such channel.
        WrongField, BadInput: what was filled in cannot be used.
        Conflict: the account is connected already.
    """
    access.require(principal, "channels.manage")
    about = registry.about(channel)
    settings, secrets = rules.sorted_fields(about, values, partly=False)
    external_id = _plain(
        settings.get(about.external_id, external_id), "the account's id on the platform", "平台侧账号 ID", required=True
    )
    name = _plain(name, "the name", "名称") or external_id
    if (other := tables.id_of(conn, channel, external_id)) is not None:
        raise _connected(about.en, about.zh, external_id, other)
    source_id = access.ensure_source(conn, principal, name=f"{channel}:{external_id}", kind=channel, now=now)
    made = tables.insert(
        conn,
        channel=channel,
        external_id=external_id,
        name=name,
        source_id=source_id,
        settings=settings,
        secrets=rules.seal_secrets(secrets, vault.seal),
        now=now,
    )
    if made is None:  # another transaction was quicker, and has committed by now
        raise _connected(about.en, about.zh, external_id, tables.id_of(conn, channel, external_id))
    ask_reconcile(conn, made)
    _note(conn, principal, "channel.connected", made, {"name": name, "external_id": external_id}, now)
    return made


def update_account(
    conn: Connection,
    principal: Principal,
    account_id: int,
    *,
    now: datetime,
    name: str | None = None,
    values: Mapping[str, str] | None = None,
) -> Account:
    """Change what is given and leave the rest; an empty value clears a field that is not required. Safe to repeat.

    Raises:
        NotAllowed: without the right ``channels.manage``.
        NotFound: no such account, or its plugin is not installed.
        WrongField, BadInput: what was filled in cannot be used.
    """
    access.require(principal, "channels.manage")
    before, sealed = _locked(conn, account_id)
    about = registry.about(before.channel)
    settings, secrets = rules.sorted_fields(about, values or {}, partly=True)
    if settings.get(about.external_id, before.external_id) != before.external_id:
        raise BadInput(
            reason=f"'{about.external_id}' says which account it is: connect the other one beside it.",
            reason_zh=f"“{about.external_id}”标识账号本身，不可修改；请另行接入其他账号。",
        )
    new_name = before.name if name is None else _plain(name, "the name", "名称", required=True)
    kept = {one: value for one, value in sealed.items() if one not in secrets}
    after = tables.update(
        conn,
        account_id,
        name=new_name,
        state=before.state,
        settings={**before.settings, **settings},
        secrets=kept | rules.seal_secrets(secrets, vault.seal),
        now=now,
    )
    if settings or secrets:
        tables.drop_tokens(conn, account_id)
    # Names only: the values may be secrets.
    details = {"name": [before.name, new_name], "fields": sorted({*settings, *secrets})}
    _note(conn, principal, "channel.changed", after, details, now)
    return after


def pause_account(conn: Connection, principal: Principal, account_id: int, now: datetime) -> Account:
    """Call nothing on the platform any more; pushes are still heard. Safe to repeat.

    Raises:
        NotAllowed: without the right ``channels.manage``.
        NotFound: no such account.
    """
    return _turn(conn, principal, account_id, "paused", now)


def resume_account(conn: Connection, principal: Principal, account_id: int, now: datetime) -> Account:
    """Inverse of :func:`pause_account`; raises the same."""
    return _turn(conn, principal, account_id, "active", now)


def accounts(conn: Connection) -> list[Account]:
    """Every account, by id."""
    return [found for found, _ in tables.accounts(conn)]


def accounts_ever(conn: Connection) -> list[Account]:
    """Every account with those that were deleted, by id: history speaks of them."""
    return tables.with_deleted(conn)


def account(conn: Connection, account_id: int) -> Account:
    """One account.

    Raises:
        NotFound: no such account, or it was deleted.
    """
    found = tables.account(conn, account_id)
    if found is None:
        raise _missing(account_id)
    return found[0]


def filled_secrets(conn: Connection) -> dict[int, tuple[str, ...]]:
    """Which secrets of each account are filled in: their names, never their values."""
    return {found.id: tuple(sorted(sealed)) for found, sealed in tables.accounts(conn)}


@dataclass(frozen=True, slots=True)
class Known:
    """An account as the door knows it."""

    account: Account
    secrets: Mapping[str, str] = field(repr=False)


class KnownAccounts:
    """All accounts with their secrets in memory: what the door asks at every push.

    Reading again is for whoever asks :attr:`stale` and has a thread for it; :meth:`find` never reads.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._known: dict[int, tuple[Known, dict[str, str]]] = {}
        self._read_at = float("-inf")

    @property
    def stale(self) -> bool:
        """Whether something may have changed since."""
        return monotonic() - self._read_at > _FRESH

    def find(self, channel: str, account_id: int) -> Known | None:
        """The account; the same object until something of it changes."""
        found = self._known.get(account_id)
        return found[0] if found is not None and found[0].account.channel == channel else None

    def refresh(self) -> None:
        """Read again, unless another has just done so."""
        with self._lock:
            if not self.stale:
                return
            asked_at = monotonic()
            with self._database.transaction() as conn:
                stored = tables.accounts(conn)
            known = {}
            for found, sealed in stored:
                old = self._known.get(found.id)
                if old is not None and old[0].account == found and old[1] == sealed:
                    known[found.id] = old
                else:
                    known[found.id] = (Known(found, rules.open_secrets(sealed, vault.open_sealed)), sealed)
            self._known, self._read_at = known, asked_at


def _turn(
    conn: Connection, principal: Principal, account_id: int, state: Literal["active", "paused"], now: datetime
) -> Account:
    access.require(principal, "channels.manage")
    before, sealed = _locked(conn, account_id)
    if before.state == state:
        return before
    after = tables.update(
        conn, account_id, name=before.name, state=state, settings=before.settings, secrets=sealed, now=now
    )
    if state == "active":
        ask_reconcile(conn, after)  # what happened meanwhile
    action = "channel.paused" if state == "paused" else "channel.resumed"
    _note(conn, principal, action, after, {}, now)
    return after


def _locked(conn: Connection, account_id: int) -> tuple[Account, dict[str, str]]:
    found = tables.account(conn, account_id, lock=True)
    if found is None:
        raise _missing(account_id)
    return found


def _plain(text: str, what: str, what_zh: str, *, required: bool = False) -> str:
    text = text.strip()
    if required and not text:
        raise BadInput(reason=f"{what} is needed.", reason_zh=f"请填写{what_zh}。")
    if len(text) > rules.MOST_OF_A_NAME or not text.isprintable():
        raise BadInput(
            reason=f"{what} has at most {rules.MOST_OF_A_NAME} characters, all of which can be seen.",
            reason_zh=f"{what_zh}不得超过 {rules.MOST_OF_A_NAME} 个字符，且须为可见字符。",
        )
    return text


def _missing(account_id: int) -> NotFound:
    return NotFound(what="account", what_zh="账号", key=account_id)


def _connected(en: str, zh: str, external_id: str, account_id: int | None) -> Conflict:
    return Conflict(
        reason=f"the {en} account '{external_id}' is connected already, as account {account_id}; change that one.",
        reason_zh=f"{zh}账号“{external_id}”已接入（账号 {account_id}），请直接修改该账号。",
    )


def _note(
    conn: Connection, principal: Principal, action: str, made: Account, details: Mapping[str, object], now: datetime
) -> None:
    record = {"channel": made.channel, **details}
    access.record(conn, actor=principal.actor, action=action, target=f"channel:{made.id}", details=record, now=now)
