"""Everything the account may see, in pieces from which one can go on.

The order is staff, tags, customers, groups. Customers come by up to 100 members together; what says that all of one member
were told is that member's own list, asked for behind the pages: it is of one moment, while pages may take minutes.
"""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any, Final, Literal

from siyu.channels.types import Everything, Gone, PlatformRefused, Seen, Unseen
from siyu.channels.wecom.calls import contacts, groups, staff
from siyu.channels.wecom.client import Client
from siyu.channels.wecom.errors import NO_CUSTOMERS, advice
from siyu.channels.wecom.reading import all_staff, all_tags, read, several
from siyu.kernel.errors import BadInput, TryLater

Piece = tuple[Sequence[Seen], str]
Phase = Literal["staff", "tags", "contact", "group", "groups_listed", "done"]
_PHASES: Final[tuple[Phase, ...]] = ("staff", "tags", "contact", "group", "groups_listed", "done")
_LOST_CURSOR: Final = 50100
# A member of a batch who has no customers, or may not have any, is no reason to miss those of the others.
_OF_ONE_MEMBER: Final = frozenset({40003, 40031, 50002, 60011, 60111, 84061, 84074})
_PAGES: Final = 5  # of customers that are told together: what is done for each piece is done for fewer
_LONG: Final = timedelta(seconds=1)  # after which what was read is told: it has one moment, that of the beginning
_PIECE: Final = 10  # groups, or lists of members' customers, that are told together: so much is done again at most


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a walk is.

    Attributes:
        phase: what is told now.
        behind: the last member whose customers were told whole.
        chunk: members whose customers are being told.
        page: the platform's cursor within what is being told.
        paged: all pages of the chunk were told; what follows are the lists of its members.
        status: of groups, which of the platform's lists.
        listed: members of the chunk whose lists were told already.
        mark: the last group of the page that was told.
    """

    phase: Phase = "staff"
    behind: str = ""
    chunk: tuple[str, ...] = ()
    page: str = ""
    paged: bool = False
    status: int = 0
    listed: int = 0
    mark: str = ""


def walk(client: Client, cursor: str) -> Iterator[Piece]:
    """See :meth:`siyu.channels.types.Channel.walk`.

    Raises:
        BadInput: the cursor is none of ours.
        PlatformRefused: it will not answer until somebody mends something.
        TryLater: it cannot answer now; go on later from the last cursor.
    """
    place = _opened(cursor)
    if place.phase == "staff":
        place = _Place("tags")
        yield list(all_staff(client)), _sealed(place)
    if place.phase == "tags":
        place = _Place("contact")
        yield list(all_tags(client)), _sealed(place)
    if place.phase == "contact":
        for seen, reached in _contacts(client, place):
            place = reached
            yield seen, _sealed(place)
    if place.phase == "group":
        for seen, reached in _groups(client, place):
            place = reached
            yield seen, _sealed(place)
    if place.phase == "groups_listed":
        place = _Place("done")
        yield [Everything(groups=_listed(client))], _sealed(place)


def _contacts(client: Client, place: _Place) -> Iterator[tuple[Sequence[Seen], _Place]]:
    while True:
        if not place.chunk:
            # Asked for again for each chunk: a list of all members does not belong in a cursor.
            ahead = sorted(one for one in staff.serving(client) if one > place.behind)
            if not ahead:
                yield [], _Place("group")
                return
            place = replace(place, chunk=tuple(ahead[: contacts.MOST_STAFF]), page="")
        if place.paged:
            ended = place.chunk[place.listed : place.listed + _PIECE]
            seen = _ended(client, ended)
            place = replace(place, listed=place.listed + len(ended))
            if place.listed >= len(place.chunk):
                place = _Place("contact", behind=place.chunk[-1])
            yield seen, place
            continue
        try:
            seen, place = _pages(client, place)
        except PlatformRefused as refusal:
            if refusal.errcode not in _OF_ONE_MEMBER:
                raise
            seen, place = _without(client, place, refusal)
            yield seen, place
            continue
        yield seen, place


def _pages(client: Client, place: _Place) -> tuple[list[Seen], _Place]:
    """Customers of the next few pages. What came before a refusal is told first, and the refused page asked for again.

    While one page is understood the platform is asked for the next.
    """
    began = client.ports.clock.now()
    seen: list[Seen] = []
    with ThreadPoolExecutor(1, thread_name_prefix="pages") as ahead:
        coming = ahead.submit(contacts.page_of, client, place.chunk, place.page)
        for left in reversed(range(_PAGES)):
            try:
                page, following = coming.result()
                last = not following or not left or client.ports.clock.now() - began >= _LONG
                if not last:
                    coming = ahead.submit(contacts.page_of, client, place.chunk, following)
                seen += contacts.contacts_on(page)
            except (PlatformRefused, TryLater) as refusal:
                if isinstance(refusal, PlatformRefused) and refusal.errcode == _LOST_CURSOR and place.page:
                    place = replace(place, page="")
                elif not seen:
                    raise
                break
            place = replace(place, page=following, paged=not following)
            if last:
                break
    return seen, place


def _without(client: Client, place: _Place, refusal: PlatformRefused) -> tuple[list[Seen], _Place]:
    """Of one in the chunk, or of all, nothing can be had: tell of those, and go on with the others."""
    chunk = place.chunk
    if len(chunk) == 1:
        if refusal.errcode == NO_CUSTOMERS:
            return _ended(client, chunk), _Place("contact", behind=chunk[0])
        return [_unseen(chunk[0], refusal)], _Place("contact", behind=chunk[0])
    if refusal.errcode == NO_CUSTOMERS:
        # Who has none is told at once; were the others halved as well, a corp of newcomers would take twice the calls.
        return _without_customers(client, place)
    return [], replace(place, chunk=chunk[: len(chunk) // 2], page="")


def _without_customers(client: Client, place: _Place) -> tuple[list[Seen], _Place]:
    looked = place.chunk[:_PIECE]
    seen = _ended(client, looked)
    empty = [one for one in seen if not isinstance(one, Everything) or (one.contacts_of and not one.contacts_of[1])]
    with_some = tuple(
        one.contacts_of[0] for one in seen if isinstance(one, Everything) and one.contacts_of and one.contacts_of[1]
    )
    if not with_some:
        return seen, _Place("contact", behind=looked[-1])
    if len(with_some) == len(place.chunk):
        return [], replace(place, chunk=with_some[: len(with_some) // 2], page="")
    return empty, replace(place, chunk=with_some, page="")


def _ended(client: Client, members: Sequence[str]) -> list[Seen]:
    """The list of each member's customers, or why it cannot be had."""

    def ask(member: str) -> Seen:
        try:
            return Everything(contacts_of=(member, contacts.contact_ids(client, member)))
        except PlatformRefused as refusal:
            if refusal.errcode not in _OF_ONE_MEMBER:
                raise
            return _unseen(member, refusal)

    return several(ask, members)


def _groups(client: Client, place: _Place) -> Iterator[tuple[Sequence[Seen], _Place]]:
    while True:
        ids, following = _page(client, place)
        begin = ids.index(place.mark) + 1 if place.mark in ids else 0
        for start in range(begin, len(ids), _PIECE):
            told = ids[start : start + _PIECE]
            place = replace(place, mark=told[-1])
            yield [_told(one) for one in read(client, "group", told)], place
        if following:
            place = replace(place, page=following, mark="")
        elif place.status + 1 < len(groups.STATUSES):
            place = _Place("group", status=place.status + 1)
        else:
            yield [], _Place("groups_listed")
            return


def _page(client: Client, place: _Place) -> tuple[tuple[str, ...], str]:
    try:
        return groups.group_ids(client, groups.STATUSES[place.status], place.page)
    except PlatformRefused as refusal:
        if refusal.errcode != _LOST_CURSOR or not place.page:
            raise
        return groups.group_ids(client, groups.STATUSES[place.status])


def _told(one: Seen) -> Seen:
    """A group that is in the list and not shown is unseen; one that is gone went in between."""
    if isinstance(one, Gone) and one.hidden:
        en, zh = advice(60011)
        return Unseen("group", one.id, en, zh)
    return one


def _listed(client: Client) -> tuple[str, ...]:
    """The ids of all groups, at once: of one moment as far as that goes."""
    found: dict[str, None] = {}
    for status in groups.STATUSES:
        page = ""
        while True:
            ids, following = groups.group_ids(client, status, page)
            found.update(dict.fromkeys(ids))
            if not following or following == page:
                break
            page = following
    return tuple(found)


def _unseen(staff_id: str, refusal: PlatformRefused) -> Unseen:
    en, zh = advice(refusal.errcode)
    return Unseen(
        "staff", staff_id, f"The customers of {staff_id} cannot be read. {en}", f"无法读取 {staff_id} 的客户。{zh}"
    )


def _sealed(place: _Place) -> str:
    return json.dumps({name: value for name, value in asdict(place).items() if value}, separators=(",", ":"))


def _opened(cursor: str) -> _Place:
    if not cursor:
        return _Place()
    try:
        said: Any = json.loads(cursor)
        place = _Place(**{**said, "chunk": tuple(said.get("chunk", ()))})
    except (ValueError, TypeError, AttributeError):
        place = _Place(phase="done", status=-1)
    if place.phase not in _PHASES or not 0 <= place.status < len(groups.STATUSES):
        raise BadInput(reason="the cursor of the walk is none of WeCom's.", reason_zh="同步游标无效。")
    return place
