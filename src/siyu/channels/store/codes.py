"""Entry codes and the ways in that the platforms know."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Literal

import orjson
from pydantic import TypeAdapter
from sqlalchemy import Connection

from siyu.channels.types.codes import Card, Code, CodeDefinition, CodeKind, CodeProblem, Opening, Serving
from siyu.engines.postgres import AnyRow, call, one, rows, run, scalar

CHANNEL: Final = "siyu_codes"  # NOTIFY with the id of a code that was made or changed
_DEFINITION: Final = TypeAdapter(CodeDefinition)
_WANTED: Final = TypeAdapter(Opening)
_PROBLEM: Final = TypeAdapter(CodeProblem)
_CODE: Final = """
    SELECT code.id, code.account_id, code.kind, code.name, way.state, code.public_id, code.definition, code.serving,
           way.told_key <> '' AS open, way.told_key = code.wanted_key AS current, way.url,
           way.picture IS NOT NULL OR way.url <> '' AS pictured, way.problem,
           (SELECT count(*) FROM channels.entry_way AS card WHERE card.code_id = code.id AND card.number > 0) AS cards,
           (SELECT count(*) FROM channels.entry_way AS card WHERE card.code_id = code.id AND card.number > 0
               AND (card.picture IS NOT NULL OR card.url <> '')) AS cards_open,
           code.created_by, code.created_at, code.updated_at, code.archived_at
    FROM channels.entry_code AS code JOIN channels.entry_way AS way ON way.code_id = code.id AND way.number = 0"""


@dataclass(frozen=True, slots=True)
class Made:
    """A code as it is written: what was asked for, and what follows from it now."""

    name: str
    definition: CodeDefinition
    serving: Serving
    wanted: Opening
    wanted_key: str
    look_at: datetime | None

    @property
    def columns(self) -> dict[str, Any]:
        """As parameters."""
        return {
            "name": self.name,
            "definition": _json(_DEFINITION, self.definition),
            "serving": orjson.dumps(asdict(self.serving)).decode(),
            "wanted": _json(_WANTED, self.wanted),
            "wanted_key": self.wanted_key,
            "marks": bool(self.definition.platform_tag_ids or self.definition.remark),
            "look_at": self.look_at,
        }


def insert(
    conn: Connection, account_id: int, kind: CodeKind, public_id: str, made: Made, actor: str, now: datetime
) -> int:
    """The id of the new code, yet without a way."""
    return int(
        scalar(
            conn,
            """INSERT INTO channels.entry_code (account_id, kind, name, public_id, definition, serving, wanted, wanted_key,
                                                marks, look_at, created_by, created_at, updated_at)
               VALUES (:account_id, :kind, :name, :public_id, CAST(:definition AS jsonb), CAST(:serving AS jsonb),
                       CAST(:wanted AS jsonb), :wanted_key, :marks, :look_at, :actor, :now, :now) RETURNING id""",
            account_id=account_id,
            kind=kind,
            public_id=public_id,
            actor=actor,
            now=now,
            **made.columns,
        )
    )


def insert_ways(conn: Connection, account_id: int, code_id: int, ways: Sequence[tuple[int, str]], now: datetime) -> int:
    """Ways as (number, state); how many were made. One whose state or number is taken is left out."""
    return len(
        rows(
            conn,
            """INSERT INTO channels.entry_way (account_id, code_id, number, state, due_at)
               SELECT :account_id, :code_id, given.number, given.state, :now
               FROM unnest(CAST(:numbers AS integer[]), CAST(:states AS text[])) AS given (number, state)
               ON CONFLICT DO NOTHING RETURNING id""",
            account_id=account_id,
            code_id=code_id,
            numbers=[number for number, _ in ways],
            states=[state for _, state in ways],
            now=now,
        )
    )


def update(conn: Connection, code_id: int, made: Made, now: datetime) -> None:
    run(
        conn,
        """UPDATE channels.entry_code SET name = :name, definition = CAST(:definition AS jsonb), marks = :marks,
               serving = CAST(:serving AS jsonb), wanted = CAST(:wanted AS jsonb), wanted_key = :wanted_key,
               look_at = :look_at, updated_at = :now WHERE id = :id""",
        id=code_id,
        now=now,
        **made.columns,
    )
    unsettle(conn, [code_id], now)


def unsettle(conn: Connection, code_ids: Sequence[int], now: datetime) -> None:
    """Have the platform told of these codes and their cards, where it does not know it yet."""
    run(
        conn,
        """UPDATE channels.entry_way AS way SET settled = false, due_at = least(way.due_at, :now), attempts = 0
           FROM channels.entry_code AS code
           WHERE code.id = way.code_id AND code.id = ANY(CAST(:ids AS bigint[]))
             AND (way.told_key <> code.wanted_key OR code.archived_at IS NOT NULL)""",
        ids=list(code_ids),
        now=now,
    )


def archive(conn: Connection, code_id: int, now: datetime) -> None:
    run(
        conn, "UPDATE channels.entry_code SET archived_at = :now, updated_at = :now WHERE id = :id", id=code_id, now=now
    )
    unsettle(conn, [code_id], now)


def note_scans(conn: Connection, account_id: int, scans: Sequence[tuple[str, str, datetime]]) -> None:
    """Keep what codes carried that were scanned, by whom and when, of those who follow already. Safe to repeat."""
    run(
        conn,
        """INSERT INTO channels.entry_scan (account_id, state, contact_id, at)
           SELECT :account_id, state, contact_id, at
           FROM unnest(CAST(:states AS text[]), CAST(:contacts AS text[]), CAST(:at AS timestamptz[]))
               AS new (state, contact_id, at)
           WHERE state <> '' ORDER BY 2, 4, 3 ON CONFLICT DO NOTHING""",
        account_id=account_id,
        states=[state for state, _, _ in scans],
        contacts=[contact_id for _, contact_id, _ in scans],
        at=[at for _, _, at in scans],
    )


def notify(conn: Connection, code_id: int) -> None:
    call(conn, CHANNEL, str(code_id))


def code(conn: Connection, code_id: int, *, lock: bool = False) -> Code | None:
    found = one(conn, f"{_CODE} WHERE code.id = :id{' FOR UPDATE OF code' if lock else ''}", id=code_id)
    return _code(found) if found else None


def by_ids(conn: Connection, code_ids: Collection[int]) -> list[Code]:
    found = rows(
        conn, f"{_CODE} WHERE code.id = ANY(CAST(:ids AS bigint[])) ORDER BY code.id", ids=sorted(set(code_ids))
    )
    return [_code(one) for one in found]


def by_public_id(conn: Connection, public_id: str) -> Code | None:
    found = one(conn, f"{_CODE} WHERE code.public_id = :id", id=public_id)
    return _code(found) if found else None


def codes(
    conn: Connection,
    *,
    account_id: int | None,
    kind: CodeKind | None,
    words: str,
    archived: bool,
    before: int | None,
    limit: int,
) -> list[Code]:
    """Newest first; ``words`` is looked for in names, stores and regions."""
    return [
        _code(found)
        for found in rows(
            conn,
            f"""{_CODE} WHERE (CAST(:account AS bigint) IS NULL OR code.account_id = :account)
                  AND (CAST(:kind AS text) IS NULL OR code.kind = :kind)
                  AND (code.archived_at IS NOT NULL) = :archived
                  AND (CAST(:before AS bigint) IS NULL OR code.id < :before)
                  AND (:words = '' OR strpos(lower(concat_ws(E'\\n', code.name, code.definition ->> 'store',
                                                             code.definition ->> 'region')), lower(:words)) > 0)
                ORDER BY code.id DESC LIMIT :limit""",
            account=account_id,
            kind=kind,
            words=words,
            archived=archived,
            before=before,
            limit=limit,
        )
    ]


def by_states(
    conn: Connection, wanted: Collection[tuple[int, str]]
) -> dict[tuple[int, str], tuple[int, int, list[str]]]:
    """Code, number of the card and our tags, by account and state; what belongs to no code is absent."""
    pairs = sorted(wanted)
    return {
        (row[0], row[1]): (row[2], row[3], list(row[4] or ()))
        for row in rows(
            conn,
            """SELECT way.account_id, way.state, way.code_id, way.number, code.definition -> 'tags'
               FROM unnest(CAST(:accounts AS bigint[]), CAST(:states AS text[])) AS given (account_id, state)
               JOIN channels.entry_way AS way USING (account_id, state)
               JOIN channels.entry_code AS code ON code.id = way.code_id""",
            accounts=[account for account, _ in pairs],
            states=[state for _, state in pairs],
        )
    }


def picture(conn: Connection, code_id: int) -> tuple[str, bytes]:
    """The URL of a code, and the platform's picture of its QR; each empty where there is none."""
    found = one(conn, "SELECT url, picture FROM channels.entry_way WHERE code_id = :id AND number = 0", id=code_id)
    return (str(found[0]), bytes(found[1] or b"")) if found else ("", b"")


def cards(conn: Connection, code_id: int, *, after: int, limit: int, pictures: bool) -> list[Card]:
    """Cards in their order, from the number behind ``after`` on; without their pictures where none are wanted."""
    return [
        Card(row[0], row[1], row[2], bytes(row[3] or b""), row[4], _problem(row[5]))
        for row in rows(
            conn,
            f"""SELECT number, state, url, {"picture" if pictures else "NULL"}, picture IS NOT NULL OR url <> '',
                       problem FROM channels.entry_way
                WHERE code_id = :id AND number > greatest(:after, 0) ORDER BY number LIMIT :limit""",
            id=code_id,
            after=after,
            limit=limit,
        )
    ]


def last_card(conn: Connection, code_id: int) -> int:
    """The highest number, 0 without cards."""
    return int(scalar(conn, "SELECT max(number) FROM channels.entry_way WHERE code_id = :id", id=code_id) or 0)


def note_shown(conn: Connection, code_id: int, day: Any) -> None:
    run(
        conn,
        """INSERT INTO channels.entry_day (code_id, day, shown) VALUES (:code, :day, 1)
           ON CONFLICT (code_id, day) DO UPDATE SET shown = channels.entry_day.shown + 1""",
        code=code_id,
        day=day,
    )


def able_staff(conn: Connection, account_ids: Collection[int]) -> dict[int, set[str]]:
    """Who is there, active and may serve customers, by account."""
    found: dict[int, set[str]] = {account_id: set() for account_id in account_ids}
    for account_id, staff_id in rows(
        conn,
        """SELECT account_id, staff_id FROM channels.staff
           WHERE account_id = ANY(CAST(:accounts AS bigint[])) AND serves AND active AND gone_at IS NULL""",
        accounts=list(account_ids),
    ):
        found[account_id].add(staff_id)
    return found


def known(conn: Connection, account_id: int, what: Literal["group", "tag"], ids: Sequence[str]) -> set[str]:
    """Which of these groups or tags the account has."""
    table, column = {"group": ("chat_group", "group_id"), "tag": ("tag", "tag_id")}[what]
    return {
        row[0]
        for row in rows(
            conn,
            f"""SELECT {column} FROM channels.{table} WHERE account_id = :account AND gone_at IS NULL
                AND {column} = ANY(CAST(:ids AS text[]))""",
            account=account_id,
            ids=list(ids),
        )
    }


def _json(adapter: TypeAdapter[Any], value: Any) -> str:
    return orjson.dumps(adapter.dump_python(value, mode="json")).decode()


def definition_of(found: Any) -> CodeDefinition:
    """From its column."""
    return _DEFINITION.validate_python(found)


def opening_of(found: Any) -> Opening:
    """From its column."""
    return _WANTED.validate_python(found)


def _problem(found: Any) -> CodeProblem | None:
    return _PROBLEM.validate_python(found) if found else None


def _code(row: AnyRow) -> Code:
    values = row._asdict()
    values["definition"] = definition_of(values["definition"])
    serving = values["serving"]
    values["serving"] = Serving(tuple(serving["staff"]), serving["skip_verify"], serving["by"])
    values["problem"] = _problem(values["problem"])
    return Code(**values)


def people_in(conn: Connection, account_id: int, group_ids: Collection[str]) -> dict[str, int]:
    """How many people, staff and customers, are in each of these chats; one that is no more is absent."""
    found = rows(
        conn,
        """SELECT group_id, count(member_id) FILTER (WHERE left_at IS NULL) AS people
           FROM channels.chat_group LEFT JOIN channels.chat_member USING (account_id, group_id)
           WHERE account_id = :account_id AND group_id = ANY(CAST(:ids AS text[])) AND gone_at IS NULL
           GROUP BY group_id""",
        account_id=account_id,
        ids=list(group_ids),
    )
    return {row.group_id: row.people for row in found}
