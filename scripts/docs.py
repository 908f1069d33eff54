"""Make the generated reference (docs/reference/) from the code; ``--check`` fails when what is committed is stale.

Run: ``.venv/bin/python -m scripts.docs [--check]``
"""

import json
import sys
from collections.abc import Callable, Iterator
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from typer.main import get_command

from scripts import contents, languages
from siyu.app.cli.everything import app
from siyu.app.web import create_app
from siyu.engines.access.rules import RIGHTS
from siyu.engines.access.types import Role
from siyu.engines.settings import describe

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
MEND = "make docs"
_NOTE = "<!-- Made by `make docs` from the code; change the code, not this page. -->\n\n"


def settings() -> str:
    """Every environment variable."""
    lines = [
        "# Settings\n",
        _NOTE + "Settings come from the environment. `siyu doctor` says when one of them is wrong.\n",
    ]
    for group, found in groupby(describe(), key=lambda setting: setting.group):
        lines += [f"\n## {group}\n", "| Variable | Type | Default | Meaning |", "| --- | --- | --- | --- |"]
        for one in found:
            default = f"`{one.default}`" if one.default else "empty"
            lines.append(f"| `{one.variable}` | {_cell(one.type)} | {default} | {_cell(one.description)} |")
    return "\n".join(lines) + "\n"


def facts() -> str:
    """Every kind of fact."""
    lines = [
        "# Facts\n",
        _NOTE
        + "A fact is what happened to one customer, at a time, from a source; it is never changed. Its version is "
        "raised when its meaning or a field changes. Kinds marked *open* may carry further fields.\n",
    ]
    for room, found in groupby(contents.facts(), key=lambda pair: pair[0]):
        lines.append(f"\n## {room}\n")
        for _, kind in found:
            opened = ", open" if kind.open else ""
            lines.append(f"### `{kind.name}` (version {kind.version}{opened}) {kind.zh}\n\n{kind.en}\n")
            if kind.fields:
                lines += ["| Field | Type | Meaning |", "| --- | --- | --- |"]
                lines += [
                    f"| `{name}` | {type_} | {_cell(meaning)} |" for name, (type_, meaning) in kind.fields.items()
                ]
                lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def errors() -> str:
    """Every error."""
    lines = [
        "# Errors\n",
        _NOTE
        + "Every route answers an error as `{code, message, message_zh, details}`. The code is stable; the sentences "
        "may be improved. `details` holds the values in the sentence.\n",
        "| Code | Status | Message | 中文 |",
        "| --- | --- | --- | --- |",
    ]
    lines += [f"| `{one.__name__}` | {one.status} | {_cell(one.en)} | {_cell(one.zh)} |" for one in contents.errors()]
    return "\n".join(lines) + "\n"


def rights() -> str:
    """The table of rights."""
    lines = [
        "# Roles and rights\n",
        _NOTE + "An operator has the rights of all their roles; an API key has those it was given as scopes.\n",
        "| Right | Meaning | 含义 | " + " | ".join(Role) + " |",
        "| --- | --- | --- |" + " :-: |" * len(Role),
    ]
    for name, right in RIGHTS.items():
        marks = " | ".join("✓" if role in right.roles else "" for role in Role)
        lines.append(f"| `{name}` | {right.en} | {right.zh} | {marks} |")
    return "\n".join(lines) + "\n"


def cli() -> str:
    """Every command."""
    lines = ["# Commands\n", _NOTE + "`siyu COMMAND --help` says the same.\n"]
    for path, command in _commands(get_command(app), "siyu"):
        usage = [f"<{p.name.upper()}>" for p in command.params if p.param_type_name == "argument"]
        lines.append(f"\n## `{' '.join([path, *usage])}`\n\n{_prose(command.help)}\n")
        rows = [_parameter(p) for p in command.params if not getattr(p, "hidden", False) and p.name != "help"]
        if rows:
            lines += ["| Option | Meaning | Default |", "| --- | --- | --- |", *rows]
    return "\n".join(lines).rstrip() + "\n"


def openapi() -> str:
    """The description of the HTTP API, for generators of clients."""
    return json.dumps(_schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def http() -> str:
    """Every route."""
    found: dict[str, list[str]] = {}
    for path, methods in _schema()["paths"].items():
        for method, route in methods.items():
            tag = (route.get("tags") or ["other"])[0]
            meaning = (route.get("description") or route.get("summary") or "").split("\n\n")[0]
            found.setdefault(tag, []).append(f"| `{method.upper()} {path}` | {_cell(meaning)} |")
    lines = [
        "# HTTP\n",
        _NOTE
        + "The whole description is in [openapi.json](openapi.json); a running Siyu shows it under `/docs`. Under "
        "`/api/v1`, send an API key as `Authorization: Bearer …`, or a session's cookie with the header `X-Siyu-CSRF`. "
        "Errors: [errors.md](errors.md). Rights: [rights.md](rights.md).\n",
    ]
    for tag in sorted(found):
        lines += [f"\n## {tag}\n", "| Route | Meaning |", "| --- | --- |", *found[tag]]
    return "\n".join(lines) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings,
    "facts.md": facts,
    "errors.md": errors,
    "rights.md": rights,
    "cli.md": cli,
    "http.md": http,
    "openapi.json": openapi,
    "segment-rules.md": lambda: languages.rules(_NOTE),
    "journey-yaml.md": lambda: languages.journey_files(_NOTE),
}


def stale() -> list[str]:
    """The pages whose committed text is not what the code says."""
    return [name for name, make in PAGES.items() if not _same(REFERENCE / name, make())]


def main() -> int:
    """Write the pages, or with ``--check`` only compare."""
    if "--check" in sys.argv[1:]:
        found = stale()
        if found:
            print(f"docs/reference is stale ({', '.join(found)}). Run: {MEND}", file=sys.stderr)
        return 1 if found else 0
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, make in PAGES.items():
        (REFERENCE / name).write_text(make(), "utf-8")
    return 0


def _same(path: Path, text: str) -> bool:
    return path.exists() and path.read_text("utf-8") == text


@cache
def _schema() -> dict[str, Any]:
    return create_app().openapi()


def _commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    children = getattr(command, "commands", None)
    if children is None:
        yield path, command
        return
    for name in sorted(children):
        if not getattr(children[name], "hidden", False):
            yield from _commands(children[name], f"{path} {name}")


def _parameter(parameter: Any) -> str:
    name = parameter.name.upper() if parameter.param_type_name == "argument" else ", ".join(parameter.opts)
    default = parameter.default
    shown = (
        "" if default is None or default is False or callable(default) or default in ((), [], "") else f"`{default}`"
    )
    if parameter.required:
        shown = "required"
    return f"| `{name}` | {_cell(getattr(parameter, 'help', None) or '')} | {shown} |"


def _prose(text: str | None) -> str:
    return "\n".join(line.strip() for line in (text or "").replace("\b", "").strip().splitlines())


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main())
