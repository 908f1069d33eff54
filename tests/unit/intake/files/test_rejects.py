"""The rejects file can be mended and imported again."""

from pathlib import Path

from siyu.intake.files import service
from siyu.intake.files.rejects import protect


def write(path: Path, result, header) -> int:
    return service.write_rejects(path, header, result.rejects)


class TestRejectsFile:
    def test_mended_rows_come_in(self, exports: dict[str, Path], options, tmp_path: Path, read) -> None:
        found = service.recognise(exports["taobao_orders"], options)
        path = tmp_path / "rejects.csv"
        write(path, read(exports["taobao_orders"]), found.header)
        text = path.read_bytes().decode("utf-8-sig")
        assert "not an amount of money" in text
        assert "不是金额" in text
        path.write_text(text.replace("十块钱", "10.00"), "utf-8-sig")
        again = read(path)
        assert [m.payload["order_no"] for m in again.messages] == ["3800000000000000008"]
        assert again.messages[0].payload["paid_fen"] == 1000
        assert len(again.rejects) == 5
        assert service.recognise(path, options).unknown == ()

    def test_nothing_rejected_makes_no_file(self, exports: dict[str, Path], options, tmp_path: Path, read) -> None:
        path = tmp_path / "rejects.csv"
        path.write_text("of an earlier import", "utf-8")
        assert write(path, read(exports["youzan_orders"]), ()) == 0
        assert not path.exists()

    def test_spreadsheets_neither_round_nor_run_a_cell(self) -> None:
        assert protect("3800000000000000001") == '="3800000000000000001"'
        assert protect('="3800000000000000001"') == '="3800000000000000001"'
        assert protect("=cmd|' /C calc'!A0") == "'=cmd|' /C calc'!A0"
        assert protect("-5.00") == "-5.00"
        assert protect("\udcff") == "?"
