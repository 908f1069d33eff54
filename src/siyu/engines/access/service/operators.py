"""Operators: made, changed, disabled; their passwords."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from siyu.engines.access import rules
from siyu.engines.access.service.audit import record
from siyu.engines.access.service.secrets import hash_password, new_token, password_fits, token_hash
from siyu.engines.access.service.sign_in import LINK_LIFE
from siyu.engines.access.store import people
from siyu.engines.access.types import Operator, Principal, Role, SignInFailed
from siyu.kernel.errors import BadInput, Conflict, NotFound


def operators(conn: Connection) -> list[Operator]:
    """Every operator, in the order they were made."""
    return people.operators(conn)


def create_operator(
    conn: Connection,
    principal: Principal,
    *,
    login: str,
    name: str,
    roles: Sequence[Role],
    password: str,
    now: datetime,
) -> Operator:
    """Make an operator.

    Raises:
        NotAllowed: without the right ``operators.manage``.
        BadInput: the login breaks a rule, or there is no role.
        WeakPassword: the password breaks a rule.
        Conflict: the login is taken.
    """
    rules.require(principal, "operators.manage")
    login = rules.normalise_login(login)
    rules.check_password(password, login)
    chosen = _roles(roles)
    made = people.insert_operator(
        conn, login=login, name=name or login, password_hash=hash_password(password), roles=chosen, now=now
    )
    if made is None:
        raise Conflict(reason=f"the login '{login}' is taken.", reason_zh=f"账号“{login}”已被使用。")
    record(
        conn,
        actor=principal.actor,
        action="operator.created",
        target=f"operator:{made}",
        details={"roles": list(chosen)},
        now=now,
    )
    return _get(conn, made)


def update_operator(
    conn: Connection,
    principal: Principal,
    operator_id: int,
    *,
    now: datetime,
    name: str | None = None,
    roles: Sequence[Role] | None = None,
    disabled: bool | None = None,
) -> Operator:
    """Change what is given and leave the rest. A change of roles or disabling ends the operator's sessions.

    Raises:
        NotAllowed: without the right ``operators.manage``.
        NotFound: no such operator.
        BadInput: there would be no role.
        Conflict: there would be no owner left.
    """
    rules.require(principal, "operators.manage")
    people.lock_owners(conn)
    before = _get(conn, operator_id)
    after_roles = before.roles if roles is None else _roles(roles)
    after_disabled = before.disabled if disabled is None else disabled
    people.update_operator(
        conn,
        operator_id,
        name=before.name if name is None else name,
        roles=after_roles,
        disabled_at=now if after_disabled else None,
    )
    if not people.count_owners(conn):
        raise Conflict(
            reason="there would be no owner left; make another owner first.",
            reason_zh="至少应保留一位所有者，请先设置另一位所有者。",
        )
    if after_disabled or after_roles != before.roles:
        people.delete_sessions(conn, operator_id)
        people.delete_links(conn, operator_id)
    record(
        conn,
        actor=principal.actor,
        action="operator.changed",
        target=f"operator:{operator_id}",
        details={
            "roles": [list(before.roles), list(after_roles)],
            "disabled": [before.disabled, after_disabled],
            "renamed": name is not None and name != before.name,
        },
        now=now,
    )
    return _get(conn, operator_id)


def change_password(
    conn: Connection, principal: Principal, *, old: str, new: str, now: datetime, keep_session: str = ""
) -> None:
    """Change one's own password. Every session of the operator but ``keep_session`` (a token) ends.

    Raises:
        SignInFailed: the old password is wrong.
        WeakPassword: the new one breaks a rule.
        BadInput: the caller is not an operator.
    """
    if principal.kind != "operator":
        raise BadInput(reason="only an operator has a password.", reason_zh="只有操作员才有密码。")
    found = people.secret_by_id(conn, principal.id)
    if found is None or not password_fits(found.password_hash, old):
        raise SignInFailed
    rules.check_password(new, found.operator.login)
    people.set_password(conn, principal.id, hash_password(new))
    people.delete_sessions(conn, principal.id, but=token_hash(keep_session) if keep_session else b"")
    people.delete_links(conn, principal.id)
    record(
        conn,
        actor=principal.actor,
        action="operator.password_changed",
        target=f"operator:{principal.id}",
        details={},
        now=now,
    )


def create_reset_link(conn: Connection, principal: Principal, operator_id: int, now: datetime) -> str:
    """A token with which this operator sets a new password through :func:`redeem`; good once and for 24 hours.

    Raises:
        NotAllowed: without the right ``operators.manage``.
        NotFound: no such operator.
    """
    rules.require(principal, "operators.manage")
    _get(conn, operator_id)
    people.delete_links(conn, operator_id)
    token = new_token()
    people.insert_link(conn, token_hash=token_hash(token), operator_id=operator_id, expires_at=now + LINK_LIFE)
    record(
        conn,
        actor=principal.actor,
        action="operator.reset_link_created",
        target=f"operator:{operator_id}",
        details={},
        now=now,
    )
    return token


def _roles(roles: Sequence[Role]) -> tuple[Role, ...]:
    if not roles:
        raise BadInput(reason="an operator needs at least one role.", reason_zh="操作员至少需要一个角色。")
    return tuple(role for role in Role if role in roles)


def _get(conn: Connection, operator_id: int) -> Operator:
    found = people.secret_by_id(conn, operator_id)
    if found is None:
        raise NotFound(what="operator", what_zh="操作员", key=operator_id)
    return found.operator
