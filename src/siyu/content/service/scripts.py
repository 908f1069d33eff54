"""Scripts in versions."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from siyu.content.rules import offering
from siyu.content.service.materials import RIGHT, attachments, fits
from siyu.content.store import scripts as store
from siyu.content.types import (
    BadVariable,
    Body,
    ContentCheck,
    Fit,
    KindsExclude,
    Script,
    ScriptVersion,
    UnfitContent,
)
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.experiments.types import Arm
from siyu.kernel.errors import BadInput, Conflict, NotFound

_PAGE: Final = 200
_MOST_SETS: Final = 50


def make_script(
    conn: Connection, principal: Principal, name: str, body: Body, now: datetime, *, note: str = ""
) -> ScriptVersion:
    """A new script with its first version.

    Raises:
        NotAllowed: without the right ``content.manage``.
        Conflict: the name is taken.
        UnfitContent, KindsExclude, BadVariable: see :func:`siyu.content.rules.offering.check`.
        NotFound: a material does not exist.
    """
    access.require(principal, RIGHT)
    if not 1 <= len(name.strip()) <= 100:
        raise BadInput(reason="a script has a name of 1 to 100 characters.", reason_zh="话术名称须为 1 至 100 个字符。")
    unsure = _check(conn, body)
    script_id = store.insert(conn, name.strip(), now)
    if script_id is None:
        raise Conflict(reason=f"there is a script '{name.strip()}' already.", reason_zh=f"话术“{name.strip()}”已存在。")
    store.add_version(conn, script_id, 1, body, principal.actor, note, now)
    _note(conn, principal, "script.made", script_id, {"name": name.strip()}, now)
    return replace(script_version(conn, script_id), unsure=unsure)


def add_version(
    conn: Connection, principal: Principal, script_id: int, body: Body, after: int, now: datetime, *, note: str = ""
) -> ScriptVersion:
    """The next version of a script; the ones before stay as they are. The same body again is the same version.

    Args:
        conn: an open transaction.
        principal: who writes it.
        script_id: of which script.
        body: what it says.
        after: the newest version that the writer saw.
        now: the moment.
        note: what has changed.

    Raises:
        Conflict: somebody else has written one meanwhile.
        NotAllowed, UnfitContent, KindsExclude, BadVariable, NotFound: as :func:`make_script`.
    """
    access.require(principal, RIGHT)
    if not store.lock(conn, script_id):
        raise NotFound(what="script", what_zh="话术", key=script_id)
    newest = script_version(conn, script_id)
    unsure = _check(conn, body)
    if newest.body == body:
        return replace(newest, unsure=unsure)
    if newest.version != after:
        raise Conflict(
            reason=f"version {newest.version} was written meanwhile; look at it and write yours again.",
            reason_zh=f"期间已有人提交第 {newest.version} 版，请查看后重新提交。",
        )
    store.add_version(conn, script_id, after + 1, body, principal.actor, note, now)
    _note(conn, principal, "script.changed", script_id, {"version": after + 1, "note": note}, now)
    return replace(script_version(conn, script_id), unsure=unsure)


def archive_script(
    conn: Connection, principal: Principal, script_id: int, now: datetime, *, archived: bool = True
) -> Script:
    """Take it out of the lists, or back in; what uses it goes on. Safe to repeat.

    Raises:
        NotAllowed: without the right ``content.manage``.
        NotFound: there is none.
    """
    access.require(principal, RIGHT)
    store.lock(conn, script_id)
    if script(conn, script_id).archived != archived:
        store.archive(conn, script_id, archived=archived)
        _note(conn, principal, "script.archived" if archived else "script.restored", script_id, {}, now)
    return script(conn, script_id)


def script(conn: Connection, script_id: int) -> Script:
    """The script.

    Raises:
        NotFound: there is none.
    """
    found = store.script(conn, script_id)
    if found is None:
        raise NotFound(what="script", what_zh="话术", key=script_id)
    return found


def scripts(
    conn: Connection, *, words: str = "", below: int | None = None, limit: int = 50, archived: bool = False
) -> list[Script]:
    """Scripts, newest first, with ``words`` in the name; those with an id below ``below``, at most 200."""
    return store.page(conn, words.strip(), below, max(1, min(limit, _PAGE)), archived=archived)


def newest_versions(conn: Connection, script_ids: Collection[int]) -> dict[int, ScriptVersion]:
    """The newest version of each script, by its id; one that does not exist is absent."""
    return store.newest(conn, script_ids) if script_ids else {}


def check_script(conn: Connection, body: Body) -> ContentCheck:
    """What is wrong with a body that is being written, and which ways could carry all that people may get of it.

    A complaint about a bait names it. Writes nothing.
    """
    try:
        unsure = _check(conn, body)
    except (BadVariable, KindsExclude, NotFound, UnfitContent) as error:
        return ContentCheck((error.message, error.message_zh))
    found: dict[tuple[str, str], Fit] = {}
    said = list(offering.messages(body))
    for name, name_zh, offers in said:
        text = "\n".join(offer.text for offer in offers if offer.text.strip())
        for fit in fits(conn, text, [one for offer in offers for one in offer.materials]):
            named = (
                [(f"{name}: {en}", f"{name_zh}：{zh}") for en, zh in fit.complaints]
                if len(said) > 1
                else fit.complaints
            )
            before = found.get((fit.channel, fit.way), replace(fit, complaints=()))
            complaints = (*before.complaints, *named)
            found[fit.channel, fit.way] = replace(before, fits=not complaints, complaints=complaints)
    return ContentCheck(None, tuple(found.values()), unsure)


def script_version(conn: Connection, script_id: int, version: int | None = None) -> ScriptVersion:
    """A version of a script; the newest when none is named.

    Raises:
        NotFound: there is none.
    """
    found = store.version(conn, script_id, version)
    if found is None:
        key = script_id if version is None else f"{script_id} v{version}"
        raise NotFound(what="script", what_zh="话术", key=key)
    return found


def script_versions(conn: Connection, script_id: int, *, limit: int = 50) -> list[ScriptVersion]:
    """Versions of a script, newest first, at most 200."""
    return store.versions(conn, script_id, max(1, min(limit, _PAGE)))


def arms(body: Body) -> tuple[Arm, ...]:
    """The arms of an experiment that tries bait A against bait B; none where there is one bait only."""
    return (Arm("a"), Arm("b")) if body.bait_b is not None else ()


def exclusions(conn: Connection) -> list[list[str]]:
    """Sets of kinds of which one script offers a person only one."""
    return store.exclusions(conn)


def change_exclusions(
    conn: Connection, principal: Principal, sets: Sequence[Sequence[str]], now: datetime
) -> list[list[str]]:
    """Other sets from now on; versions that are there stay as they are. Audited; safe to repeat.

    Raises:
        NotAllowed: without the right ``content.manage``.
        BadInput: a set has fewer than two kinds, or there are more than 50.
    """
    access.require(principal, RIGHT)
    wanted = [sorted(set(one)) for one in sets]
    if len(wanted) > _MOST_SETS or any(not 2 <= len(one) <= 20 for one in wanted):
        raise BadInput(
            reason=f"up to {_MOST_SETS} sets of 2 to 20 different kinds each.",
            reason_zh=f"互斥组最多 {_MOST_SETS} 个，每组 2 至 20 种不同类型。",
        )
    if store.exclusions(conn, lock=True) != wanted:
        store.put_exclusions(conn, wanted)
        access.record(
            conn,
            actor=principal.actor,
            action="exclusions.changed",
            target="content",
            details={"sets": wanted},
            now=now,
        )
    return wanted


def _check(conn: Connection, body: Body) -> tuple[str, ...]:
    unsure = offering.check(body, store.exclusions(conn))
    attachments(conn, sorted({one for _, _, offer in offering.offers(body) for one in offer.materials}))
    return unsure


def _note(
    conn: Connection, principal: Principal, action: str, script_id: int, details: dict[str, object], now: datetime
) -> None:
    access.record(conn, actor=principal.actor, action=action, target=f"script:{script_id}", details=details, now=now)
