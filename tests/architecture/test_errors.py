"""Every sentence of an error can be said in both languages, wherever it is raised."""

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

import pytest
from scripts import contents

from siyu.kernel.errors import SiyuError

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "siyu"
ERRORS: dict[str, type[SiyuError]] = {error.__name__: error for error in contents.errors()}
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_LETTERS = re.compile(r"[^\W\d_]")
# Fields that are made of words: in a Chinese sentence only their Chinese twin may stand.
_WORDS = frozenset({"reason", "what", "advice"})


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def needed(error: type[SiyuError]) -> set[str]:
    """The keyword arguments without which the error cannot be said."""
    if error.__init__ is SiyuError.__init__:
        return fields(error.en) | fields(error.zh)
    parameters = list(inspect.signature(error.__init__).parameters.values())[1:]
    return {one.name for one in parameters if one.default is one.empty and one.kind is not one.VAR_KEYWORD}


@dataclass(frozen=True)
class Use:
    """One place where an error is made: its class, and the arguments; ``None`` for those of a ``**mapping``."""

    where: str
    error: type[SiyuError]
    given: dict[str | None, ast.expr]


def uses(source: str, name: str) -> Iterator[Use]:
    """``Error(…)`` anywhere, and ``raise Error``."""
    for node in ast.walk(ast.parse(source)):
        made = node.func if isinstance(node, ast.Call) else node.exc if isinstance(node, ast.Raise) else None
        called = made.attr if isinstance(made, ast.Attribute) else made.id if isinstance(made, ast.Name) else ""
        if called in ERRORS:
            keywords = node.keywords if isinstance(node, ast.Call) else []
            given = {keyword.arg: keyword.value for keyword in keywords}
            yield Use(f"{name}:{getattr(node, 'lineno', 0)} {called}", ERRORS[called], given)


def lacking(use: Use) -> set[str]:
    return set() if None in use.given else needed(use.error) - {name for name in use.given if name}


def written(value: ast.expr) -> str | None:
    """The words of a string or f-string that stand in the code; ``None`` for anything else."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return value.value
    if isinstance(value, ast.JoinedStr):
        return "".join(str(part.value) for part in value.values if isinstance(part, ast.Constant))
    return None


def in_the_wrong_language(use: Use) -> list[str]:
    wrong = []
    for name, value in use.given.items():
        text = written(value)
        if name and text and bool(_CHINESE.search(text)) != name.endswith("_zh") and _LETTERS.search(text):
            wrong.append(f"{use.where} {name}: {text}")
    return wrong


@pytest.fixture(scope="module")
def all_uses() -> list[Use]:
    return [
        use
        for path in sorted(SOURCE.rglob("*.py"))
        for use in uses(path.read_text("utf-8"), str(path.relative_to(ROOT)))
    ]


class TestSentences:
    @pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)
    def test_the_chinese_one_is_chinese(self, error: type[SiyuError]) -> None:
        said = "".join(text for text, _, _, _ in Formatter().parse(error.zh))
        assert _CHINESE.search(said) or not _LETTERS.search(said)  # EngineProblem has but fields and a colon
        assert not _CHINESE.search(error.en)
        twins = {name.removesuffix("_zh") for name in fields(error.zh) if name.endswith("_zh")}
        english = fields(error.zh) & (_WORDS | twins)
        assert not english, f"{error.__name__}.zh says {english} in English; use its twin in _zh"

    @pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)
    def test_the_english_one_has_no_chinese_field(self, error: type[SiyuError]) -> None:
        assert not [name for name in fields(error.en) if name.endswith("_zh")]


class TestUses:
    def test_every_field_is_given(self, all_uses: list[Use]) -> None:
        assert len(all_uses) > 50
        assert [f"{use.where} lacks {sorted(lack)}" for use in all_uses if (lack := lacking(use))] == []

    def test_each_in_its_language(self, all_uses: list[Use]) -> None:
        assert [wrong for use in all_uses for wrong in in_the_wrong_language(use)] == []

    @pytest.mark.parametrize(
        ("source", "lack"),
        [
            ("raise BadInput(reason='a')", {"reason_zh"}),
            ("raise errors.BadInput(reason='a')", {"reason_zh"}),
            ("problem = NotFound(what='page', key=1)", {"what_zh"}),
            ("raise Conflict", {"reason", "reason_zh"}),
            ("raise ClickHouseError(reason='a')", {"number"}),
            ("raise BadInput(reason='a', reason_zh='甲')", set()),
            ("raise BadInput(**both)", set()),
            ("raise SignInFailed", set()),
        ],
    )
    def test_a_breach_is_noticed(self, source: str, lack: set[str]) -> None:
        (use,) = {use.where: use for use in uses(source, "x.py")}.values()
        assert lacking(use) == lack

    @pytest.mark.parametrize(
        "given", ["reason='甲', reason_zh='甲'", "reason='a', reason_zh='a'", "reason_zh=f'{a} b'"]
    )
    def test_the_wrong_language_is_noticed(self, given: str) -> None:
        (use,) = uses(f"BadInput({given})", "x.py")
        assert in_the_wrong_language(use)
