"""Structured logs: the event name first (``intake.flushed``), then its fields. To stderr, as JSON or for a reader."""

import logging
import sys
from typing import Literal

import structlog

Level = Literal["debug", "info", "warning", "error"]
Format = Literal["auto", "json", "console"]


def configure(level: Level = "info", form: Format = "auto") -> None:
    """Set up logging for this process; called once by the app, and safe to call again.

    Args:
        level: what is written.
        form: ``json`` (one object a line), ``console``, or ``auto``: console when stderr is a terminal.
    """
    readable = form == "console" or (form == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    last: list[structlog.typing.Processor] = (
        [readable_lines(colors=sys.stderr.isatty())]
        if readable
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False, default=str)]
    )
    number = getattr(logging, level.upper())
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    _capture_libraries(number, shared, last)


def readable_lines(*, colors: bool) -> structlog.dev.ConsoleRenderer:
    """For a reader. A trace is Python's own: structlog's would take seconds, and show what the variables hold."""
    return structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)


def _capture_libraries(
    level: int, shared: list[structlog.typing.Processor], last: list[structlog.typing.Processor]
) -> None:
    """Let what libraries log through the standard library come out in the same form; theirs only from WARNING on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.WARNING))
    # It tells of every repeat that it makes, in its own words; where none helps, whoever asked says so in ours.
    logging.getLogger("urllib3.connectionpool").setLevel(max(level, logging.ERROR))
