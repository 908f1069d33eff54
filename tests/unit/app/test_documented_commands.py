"""Every command line in the guides is one that the program takes."""

import re
import shlex
from pathlib import Path

import click
import pytest
from typer.main import get_command

from siyu.app.cli.everything import app

DOCS = Path(__file__).parents[3] / "docs"
PAGES = sorted([*(DOCS / "howto").rglob("*.md"), *(DOCS / "tutorial").rglob("*.md")])


def command_lines(page: Path) -> list[str]:
    """What a reader types: lines that begin with siyu, and calls of it within others."""
    lines = []
    for block in re.findall(r"^```sh\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            lines += re.findall(r"(?:^|\$\()(siyu [^)]*?)(?:\)|\s&(?: |$)|$)", line.strip())
    return lines


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_commands_parse(page: Path) -> None:
    for line in command_lines(page):
        arguments = shlex.split(line, comments=True)[1:]
        command: click.Command = get_command(app)
        context = click.Context(command, info_name="siyu")
        while isinstance(command, click.Group):
            name, found, arguments = command.resolve_command(context, arguments)
            assert found, f"{page.name}: {line}"
            command, context = found, click.Context(found, info_name=name, parent=context)
        try:
            command.parse_args(context, list(arguments))
        except click.UsageError as error:
            pytest.fail(f"{page.name}: {line}: {error.format_message()}")


def test_the_guides_have_commands() -> None:
    assert sum(len(command_lines(page)) for page in PAGES) > 30
