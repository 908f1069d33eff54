import pytest

from siyu.app.cli.frame import fail, spoken
from siyu.kernel.errors import NotFound

LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")


class TestSpoken:
    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({}, "yes"),
            ({"LANG": "zh_CN.UTF-8"}, "是"),
            ({"LANG": "C.UTF-8"}, "yes"),
            ({"LC_ALL": "", "LANG": "zh_CN.UTF-8"}, "是"),  # empty counts as unset
            ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "yes"),
            ({"LC_MESSAGES": "zh_CN", "LANG": "en_GB"}, "是"),
        ],
    )
    def test_follows_the_terminal(self, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], said: str) -> None:
        for name in LOCALE:
            monkeypatch.delenv(name, raising=False)
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        assert spoken("yes", "是") == said


class TestFail:
    def test_says_it_in_the_language_of_the_terminal(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
        with pytest.raises(SystemExit, match="1"):
            fail(NotFound(what="source", what_zh="来源", key="shop"))
        assert capsys.readouterr().err == "找不到来源“shop”。\n"
