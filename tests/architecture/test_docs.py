"""Pages that people read: linked, complete, and about things that exist."""

import json
import re
from pathlib import Path

import pytest
from pydantic import TypeAdapter

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / name for name in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES += sorted((ROOT / "docs").rglob("*.md"))
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))


class TestLinks:
    @pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
    def test_every_link_inside_leads_somewhere(self, page: Path) -> None:
        targets = re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))
        missing = [t for t in targets if "://" not in t and not (page.parent / t).exists()]
        assert missing == []


class TestDecisions:
    @pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
    def test_one_page_in_one_form(self, page: Path) -> None:
        text = page.read_text("utf-8")
        assert text.startswith(f"# {page.name[:4]} ")
        assert [h for h in ("Context", "Decision", "Consequences", "Alternatives") if f"\n## {h}\n" not in text] == []

    def test_numbers_are_unique_and_all_are_listed(self) -> None:
        numbers = [page.name[:4] for page in DECISIONS]
        assert len(numbers) == len(set(numbers))
        index = (ROOT / "docs" / "decisions" / "README.md").read_text("utf-8")
        assert [page.name for page in DECISIONS if f"]({page.name})" not in index] == []


class TestReadme:
    def test_both_languages_show_the_same_commands(self) -> None:
        def blocks(page: Path) -> list[str]:
            found = re.findall(r"```(?:sh|python)\n(.*?)```", page.read_text("utf-8"), flags=re.DOTALL)
            return [re.sub(r"#.*|analytics\.write_key = .*", "", block) for block in found]

        assert blocks(PAGES[0]) == blocks(PAGES[1])

    def test_commands_exist(self) -> None:
        from typer.main import get_command

        from siyu.app.cli.everything import app

        used = re.findall(r"^siyu ((?:[a-z-]+ ?)+)", PAGES[0].read_text("utf-8"), flags=re.MULTILINE)
        assert used
        for line in used:
            command = get_command(app)
            for word in line.split():
                children = getattr(command, "commands", None)
                if children is None:
                    break
                assert word in children, f"siyu {line}"
                command = children[word]

    def test_make_targets_exist(self) -> None:
        targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE))
        for page in PAGES[:3]:
            used = set(re.findall(r"\bmake ([a-z]+)\b(?=`| {2,}#)", page.read_text("utf-8")))
            assert used <= targets, page.name


class TestLicence:
    def test_is_apache_2_unmodified(self) -> None:
        import hashlib

        digest = hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest()
        assert digest == "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"


class TestLanguages:
    """What operators write by hand is told of whole: each condition of a rule, each trigger and step of a journey."""

    def test_every_word_that_chooses_something_is_there(self) -> None:
        from siyu.journeys.types import Definition
        from siyu.segments.types import RuleDocument

        for page, language, word in (
            ("segment-rules.md", RuleDocument, "condition"),
            ("journey-yaml.md", Definition, "kind"),
        ):
            text = (ROOT / "docs" / "reference" / page).read_text("utf-8")
            schema = TypeAdapter(language).json_schema()
            chosen = re.findall(rf'"{word}": \{{"const": "(\w+)"', json.dumps(schema))
            assert len(chosen) > 15
            assert [one for one in chosen if f"`{word}: {one}`" not in text] == []
