"""The engines of a running Siyu, for a command. Apart from the frame: ``siyu up`` stays, and should not keep them loaded."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from siyu.app.cli.frame import load_settings, where
from siyu.app.context import Context, open_context
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal

ACTOR: Principal = access.system("cli")  # whoever can read the data folder is the owner


@contextmanager
def engines(data: Path | None) -> Iterator[Context]:
    """The engines of a running Siyu, for as long as the block lasts.

    Raises:
        NotRunning: there is none.
    """
    settings = load_settings(data)
    running = where(settings)
    context = open_context(settings, running.postgres_url, running.clickhouse_url)
    try:
        yield context
    finally:
        context.close()
