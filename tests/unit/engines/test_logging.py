import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from siyu.engines import logging as ours


@pytest.fixture(autouse=True)
def restore() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, before = list(root.handlers), root.level, structlog.get_config()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**before)


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


class TestConfigure:
    def test_one_json_object_a_line(self, capsys: pytest.CaptureFixture[str]) -> None:
        ours.configure("info", "json")
        structlog.get_logger("x").info("intake.flushed", items=3, note="张\n三")
        structlog.get_logger("x").debug("not.this")
        (line,) = lines(capsys.readouterr().err)
        assert (line["event"], line["items"], line["note"], line["level"]) == ("intake.flushed", 3, "张\n三", "info")
        assert str(line["timestamp"]).endswith("Z")

    def test_libraries_come_out_in_the_same_form(self, capsys: pytest.CaptureFixture[str]) -> None:
        ours.configure("info", "json")
        logging.getLogger("library").info("chatter")
        try:
            int("broken")
        except ValueError:
            logging.getLogger("library").exception("it %s", "broke")
        (line,) = lines(capsys.readouterr().err)
        assert (line["event"], line["logger"]) == ("it broke", "library")
        assert "ValueError" in str(line["exception"])

    def test_an_exception_keeps_its_trace(self, capsys: pytest.CaptureFixture[str]) -> None:
        ours.configure("info", "json")
        try:
            int("broken")
        except ValueError as problem:
            structlog.get_logger("x").error("it.broke", exc_info=problem)
        assert "test_an_exception_keeps_its_trace" in capsys.readouterr().err

    def test_what_variables_hold_stays_out_of_it(self, capsys: pytest.CaptureFixture[str]) -> None:
        phone = "13912345678"
        for form in ("console", "json"):
            ours.configure("info", form)
            try:
                int(phone[:2] + "x")
            except ValueError:
                structlog.get_logger("x").exception("it.broke")
            told = capsys.readouterr().err
            assert "test_what_variables_hold_stays_out_of_it" in told
            assert phone not in told

    def test_twice_writes_once(self, capsys: pytest.CaptureFixture[str]) -> None:
        ours.configure("info", "json")
        ours.configure("info", "console")
        logging.getLogger("library").warning("once")
        structlog.get_logger("x").info("intake.flushed")
        assert capsys.readouterr().err.count("\n") == 2
