"""The first owner, sign-in, sessions."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from siyu.engines.access import rules
from siyu.engines.access.service.audit import record
from siyu.engines.access.service.secrets import hash_password, needs_rehash, new_token, password_fits, token_hash
from siyu.engines.access.store import people
from siyu.engines.access.types import LinkSpent, Operator, Principal, Role, SignedIn, SignInRefused
from siyu.kernel.errors import BadInput, Conflict

LINK_LIFE = timedelta(hours=24)
SESSION_IDLE = timedelta(hours=12)
SESSION_LONGEST = timedelta(days=7)
_TOUCH_EVERY = timedelta(minutes=5)  # a read must not become a write at every request


def system(name: str) -> Principal:
    """Siyu itself, with every right: the command line of the machine's owner, a job."""
    return Principal(kind="system", id=0, name=name, rights=frozenset(rules.RIGHTS))


def create_first_owner_link(conn: Connection, now: datetime) -> str | None:
    """A token with which the first owner is made, good once and for 24 hours; ``None`` when there is an owner.

    Only its hash is stored. Earlier tokens stay good until one of them is used.
    """
    if people.count_owners(conn):
        return None
    token = new_token()
    people.insert_link(conn, token_hash=token_hash(token), operator_id=None, expires_at=now + LINK_LIFE)
    record(conn, actor="system:start", action="owner_link.created", target="access", details={}, now=now)
    return token


def redeem(conn: Connection, token: str, login: str, password: str, now: datetime, *, name: str = "") -> Operator:
    """Use a one-time link: make the first owner, or set the password of the operator it was made for.

    For the latter ``login`` must be that operator's own. All their sessions end.

    Raises:
        LinkSpent: the token is not good (any more), or there is an owner by now.
        WeakPassword: the password breaks a rule; the link stays good.
        BadInput: the login breaks a rule; the link stays good.
    """
    login = rules.normalise_login(login)
    rules.check_password(password, login)
    people.lock_owners(conn)  # before the link: two links used at once would wait for each other's rows
    good, operator_id = people.take_link(conn, token_hash(token), now)
    if not good:
        raise LinkSpent
    hashed = hash_password(password)
    if operator_id is None:
        if people.count_owners(conn):
            raise LinkSpent
        made = people.insert_operator(
            conn, login=login, name=name or login, password_hash=hashed, roles=[Role.OWNER], now=now
        )
        if made is None:
            raise Conflict(reason=f"the login '{login}' is taken.", reason_zh=f"账号“{login}”已被使用。")
        operator_id = made
        people.delete_links(conn, None)
        action = "operator.created"
    else:
        found = people.secret_by_id(conn, operator_id)
        if found is None or found.operator.disabled or found.operator.login != login:
            raise LinkSpent
        people.set_password(conn, operator_id, hashed)
        people.delete_sessions(conn, operator_id)
        people.delete_links(conn, operator_id)
        people.clear_failures(conn, login)
        action = "operator.password_reset"
    found = people.secret_by_id(conn, operator_id)
    assert found is not None
    record(conn, actor=f"operator:{operator_id}", action=action, target=f"operator:{operator_id}", details={}, now=now)
    return found.operator


def sign_in(
    conn: Connection, *, login: str, password: str, now: datetime, agent: str = "", idle: timedelta = SESSION_IDLE
) -> SignedIn | SignInRefused:
    """Check a password and open a session.

    A refusal is returned, not raised: the caller commits, so that the count of failures stands, and then answers. After
    five failures in a row the login waits, 5 s at first and twice as long each time up to 15 minutes; attempts during
    the wait are not looked at. An unknown login takes as long as a known one.
    """
    try:
        login = rules.normalise_login(login)
    except BadInput:
        return SignInRefused(retry_after=0)
    forget_before = now - rules.FORGET_FAILURES
    count, last = people.failures(conn, login, forget_before)
    left = (last + rules.wait_after(count) - now).total_seconds() if last else 0
    if left > 0:
        return SignInRefused(retry_after=int(left) + 1)
    found = people.secret_by_login(conn, login)
    fits = password_fits(found.password_hash if found else None, password)
    if found is None or not fits or found.operator.disabled:
        count = people.note_failure(conn, login, now, forget_before)
        if found:  # what strangers make up stays out of the audit: it could be filled without end
            actor, details = f"operator:{found.operator.id}", {"failures": count}
            record(conn, actor=actor, action="session.refused", target="access", details=details, now=now)
        return SignInRefused(retry_after=int(rules.wait_after(count).total_seconds()))
    people.clear_failures(conn, login)
    if needs_rehash(found.password_hash):
        people.set_password(conn, found.operator.id, hash_password(password))
    token = new_token()
    expires_at = people.insert_session(
        conn, token_hash=token_hash(token), operator_id=found.operator.id, agent=agent[:200], now=now, idle=idle
    )
    principal = _principal(found.operator)
    record(conn, actor=principal.actor, action="session.opened", target="access", details={}, now=now)
    return SignedIn(token=token, expires_at=expires_at, principal=principal)


def authenticate_session(conn: Connection, token: str, now: datetime) -> Principal | None:
    """Who holds this session, ``None`` when it is not good. Use pushes its end out, up to 7 days after the sign-in."""
    hashed = token_hash(token)
    found = people.session(conn, hashed, now)
    if found is None:
        return None
    if now - found.last_used_at > _TOUCH_EVERY:
        people.touch_session(conn, hashed, now, SESSION_LONGEST)
    return _principal(found.operator)


def sign_out(conn: Connection, token: str, now: datetime) -> None:
    """End the session. Safe to repeat."""
    operator_id = people.delete_session(conn, token_hash(token))
    if operator_id is not None:
        record(conn, actor=f"operator:{operator_id}", action="session.closed", target="access", details={}, now=now)


def _principal(operator: Operator) -> Principal:
    return Principal(
        kind="operator",
        id=operator.id,
        name=operator.name,
        rights=rules.rights_of(operator.roles),
        roles=frozenset(operator.roles),
    )
