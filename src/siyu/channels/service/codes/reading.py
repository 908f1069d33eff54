"""Entry codes as they are."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection

from siyu.channels import registry
from siyu.channels.service.accounts import accounts
from siyu.channels.store import codes as tables
from siyu.channels.types import Card, Code, CodeKind
from siyu.kernel.errors import NotFound


class Picture(NamedTuple):
    """A picture and its media type."""

    content: bytes
    media_type: str


def code(conn: Connection, code_id: int) -> Code:
    """One code.

    Raises:
        NotFound: there is none of this id.
    """
    found = tables.code(conn, code_id)
    if found is None:
        raise NotFound(what="entry code", what_zh="活码", key=code_id)
    return found


def codes_of(conn: Connection, code_ids: Collection[int]) -> list[Code]:
    """Those of these ids that there are."""
    return tables.by_ids(conn, code_ids)


def free_places(conn: Connection, code_ids: Collection[int]) -> dict[int, int | None]:
    """How many people can still come in by each of these group codes, as far as we have heard; ``None`` without an end: the
    platform makes another chat when all are full, or does not say how many one holds. What is no open group code is absent.
    """
    found: dict[int, int | None] = {}
    capacity = {about.name: about.chat_places for about in registry.abouts()}
    places = {one.id: capacity.get(one.channel, 0) for one in accounts(conn)}
    for code in codes_of(conn, code_ids):
        chats, most = code.definition.chats, places.get(code.account_id, 0)
        if chats is None or code.archived_at is not None or not code.url:
            continue
        if chats.new_groups or not most:
            found[code.id] = None
        else:
            people = tables.people_in(conn, code.account_id, chats.group_ids)
            found[code.id] = sum(max(0, most - people[one]) for one in chats.group_ids if one in people)
    return found


def codes(
    conn: Connection,
    *,
    account_id: int | None = None,
    kind: CodeKind | None = None,
    words: str = "",
    archived: bool = False,
    before: int | None = None,
    limit: int = 50,
) -> list[Code]:
    """Codes, newest first; ``before`` is the id of the last one of the page before.

    Args:
        conn: an open transaction.
        account_id: only of this account.
        kind: only of this kind.
        words: part of a name, store or region.
        archived: those that were put away, instead of the others.
        before: see above.
        limit: at most so many.
    """
    return tables.codes(
        conn, account_id=account_id, kind=kind, words=words.strip(), archived=archived, before=before, limit=limit
    )


def cards(conn: Connection, code_id: int, *, after: int = 0, limit: int = 100) -> list[Card]:
    """Cards of a code by number, without their pictures.

    Raises:
        NotFound: there is no such code.
    """
    code(conn, code_id)
    return tables.cards(conn, code_id, after=after, limit=limit, pictures=False)
