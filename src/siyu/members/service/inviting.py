"""Members invite others: their codes, who came by them, and what is told of it. Rules: docs/decisions/0033-invitations.md."""

import secrets
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from siyu.identity import service as identity
from siyu.identity.types import Attribution
from siyu.intake.types import Message, MessageType
from siyu.kernel.fact import Fact
from siyu.members.rules.invitations import LENGTH, LETTERS, SignIn, firsts, read_code
from siyu.members.store import invitations as tables
from siyu.members.types import Member, Referral

SIGN_IN: Final[MessageType] = "sign_in"  # the type of the message


def invitation_code(conn: Connection, member: Member, now: datetime) -> str:
    """The code by which a member invites others; made when it is first asked for. Safe to repeat."""
    if found := tables.code_of(conn, member.customer_id):
        return found
    identity.hold_people(conn, alone=False)
    while True:  # two of 31 ** 10 are the same once in a very long time
        made = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        tables.insert_code(conn, made, member.identifier_id, member.customer_id, now)
        if found := tables.code_of(conn, member.customer_id):
            return found


def join(conn: Connection, batch: Sequence[tuple[Message, Attribution]]) -> list[Fact]:
    """Note who of a batch signs in for the first time, and who brought them; returns the facts. Safe to repeat.

    Args:
        conn: the transaction of the pipeline.
        batch: messages with whom they belong to, as OneID resolved them.
    """
    told = {
        (message.occurred_at, owner.via): message
        for message, owner in reversed(batch)  # of two at one moment the first counts
        if message.type == SIGN_IN and owner.customer_id
    }
    if not told:
        return []
    customers = {owner.via: owner.customer_id for _, owner in batch}
    signed_in = [
        SignIn(at, via, customers[via], message.payload["way"], read_code(message.payload["invite"]))
        for (at, via), message in told.items()
    ]
    invited = {one.customer_id for one in signed_in if one.code}
    if invited:
        tables.lock(conn, invited)
    owners = tables.owners(conn, {one.code for one in signed_in if one.code}) if invited else {}
    found = firsts(signed_in, tables.members(conn, {one.customer_id for one in signed_in}), owners)
    new = tables.insert(conn, found)
    facts = []
    for one, inviter in found:
        if inviter is None or one.identifier_id not in new:
            continue
        message = told[one.at, one.identifier_id]
        for kind, whose, via, properties in (
            ("member.invited", inviter.customer_id, inviter.identifier_id, {"friend": one.customer_id}),
            ("member.referred", one.customer_id, one.identifier_id, {"inviter": inviter.customer_id}),
        ):
            said = {**properties, "way": one.way}
            facts.append(Fact(kind, whose, via, one.at, message.source_id, message.message_id, properties=said))
    return facts


def brought_by(conn: Connection, customer_ids: Collection[int]) -> dict[int, Referral]:
    """By customer, who brought them; who came by themselves is absent.

    Args:
        conn: an open transaction.
        customer_ids: as OneID knows them now.
    """
    return {one.customer_id: one for one in tables.brought_by(conn, customer_ids)}


def friends_of(conn: Connection, customer_ids: Collection[int]) -> dict[int, list[Referral]]:
    """By customer, whom they brought, the newest first; who brought nobody is absent. Arguments as above."""
    found: dict[int, list[Referral]] = defaultdict(list)
    for one in tables.friends(conn, customer_ids):
        found[one.inviter_id].append(one)
    return dict(found)


def brought(
    conn: Connection,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    inviter_id: int | None = None,
) -> list[int]:
    """Customers who first came by an invitation: from ``since`` on, before ``until``, by anybody or by this customer."""
    return tables.between(conn, since, until, inviter_id)


def count_brought(conn: Connection, since: datetime, until: datetime) -> int:
    """How many first came by an invitation from ``since`` on and before ``until``."""
    return tables.count(conn, since, until)


def any_brought(conn: Connection) -> bool:
    """Whether anybody ever came by an invitation."""
    return tables.exist(conn)


def end_invitations(conn: Connection, customer_id: int, now: datetime) -> None:
    """Have nobody come by the codes of somebody who is deleted. Whom they brought stays. Safe to repeat."""
    tables.end_codes(conn, customer_id, now)


def part_invitations(conn: Connection, identifier_ids: Sequence[int], customer_id: int) -> None:
    """After a split: codes, sign-ins and friends go with the identifiers they came by.

    Args:
        conn: an open transaction that is alone with the people.
        identifier_ids: that went.
        customer_id: to whom.
    """
    tables.part(conn, identifier_ids, customer_id)


def regroup_invitations(conn: Connection, merged: Sequence[tuple[int, int]]) -> None:
    """After merges: codes, sign-ins and friends of one are the other's. Who turns out to have invited themselves was
    brought by nobody, and so was who turns out to have been a member before. What was given for it stays given.

    Args:
        conn: an open transaction that is alone with the people.
        merged: (loser, winner); chains within them are followed.
    """
    if final := identity.ends_of(merged):
        tables.move(conn, list(final), list(final.values()))
