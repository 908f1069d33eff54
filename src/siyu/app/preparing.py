"""What is done once at a start, in a process of its own: the supervisor stays for as long as Siyu runs, and should not
keep in memory what it needs for a second.
"""

import json
from dataclasses import asdict, dataclass
from typing import IO

from siyu.app.context import open_context
from siyu.app.migrations import migrate
from siyu.engines.access import service as access
from siyu.engines.settings import Settings
from siyu.kernel.errors import EngineProblem


@dataclass(frozen=True, slots=True)
class Prepared:
    """What came of it.

    Attributes:
        owner_token: with which the first owner is made, good for 24 hours; empty where there is an owner.
        problem: the details of the :class:`~siyu.kernel.errors.EngineProblem` that ended it.
    """

    owner_token: str = ""
    problem: dict[str, str] | None = None


def serve(settings: Settings, out: IO[str]) -> None:
    """Prepare, and write what came of it to ``out`` as one line of JSON."""
    try:
        found = prepare(settings)
    except EngineProblem as error:
        found = Prepared(problem=error.details)
    print(json.dumps(asdict(found)), file=out, flush=True)


def prepare(settings: Settings) -> Prepared:
    """Bring both engines up to date; where there is no owner yet, make the link for the first one. May be repeated.

    Raises:
        EngineProblem: an engine does not answer.
        VaultKeyMissing, VaultKeyWrong: the key does not belong to this database.
    """
    migrate(settings.postgres_url, settings.clickhouse_url)
    context = open_context(settings, settings.postgres_url, settings.clickhouse_url)
    try:
        with context.database.transaction() as conn:
            return Prepared(owner_token=access.create_first_owner_link(conn, context.clock.now()) or "")
    finally:
        context.close()
