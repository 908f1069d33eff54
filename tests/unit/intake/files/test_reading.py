"""Bytes → rows: encodings, delimiters, containers, damage. One bad spot never spoils the rest."""

import csv
import gzip
import io
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.intake.files import service
from siyu.intake.files.cells import clean_cell
from siyu.intake.files.errors import FileTooExpansive, UnknownFile, UnreadableFile, WrongFile
from siyu.intake.files.reading.encoding import detect_encoding
from siyu.intake.files.reading.rows import BlockReader, CsvLines
from siyu.intake.files.types import ImportOptions, Limits

TAOBAO = "taobao_orders"


class Bits:
    """A stream that gives few bytes at a time."""

    def __init__(self, data: bytes, size: int) -> None:
        self._file, self._size = io.BytesIO(data), size

    def read(self, size: int) -> bytes:
        return self._file.read(min(size, self._size))

    def skip(self, offset: int) -> None:
        self._file.seek(offset)

    def consumed(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        self._file.close()


@pytest.fixture
def good(make) -> list[list[str]]:
    """The good rows of Taobao with their header."""
    return make.table(TAOBAO, make.ROWS[TAOBAO][:5])


@pytest.fixture
def ids(exports: dict[str, Path], read) -> list[str]:
    """The ids of the good rows as they come from the plain file."""
    return [m.message_id for m in read(exports[TAOBAO]).messages][:5]


class TestEncodings:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
    @pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
    def test_same_messages_in_every_encoding(
        self, encoding: str, end: str, good, make, tmp_path: Path, read, ids
    ) -> None:
        path = tmp_path / "orders.csv"
        text = make.as_csv(good, end)
        mark = {"utf-16-le": "\ufeff", "utf-16-be": "\ufeff"}.get(encoding, "")
        path.write_bytes((mark + text).encode(encoding))
        result = read(path)
        assert result.rejects == []
        assert [m.message_id for m in result.messages] == ids

    @pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
    def test_delimiters(self, delimiter: str, good, tmp_path: Path, read, ids) -> None:
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter).writerows(good)
        path = tmp_path / "orders.txt"
        path.write_text(text.getvalue(), "utf-8", newline="")
        assert [m.message_id for m in read(path).messages] == ids

    @pytest.mark.parametrize(("encoding", "bad"), [("utf-8", b"\xff\xfe"), ("gb18030", b"\xff\x20")])
    def test_bad_bytes_reject_their_row_only(
        self, encoding: str, bad: bytes, good, make, tmp_path: Path, read, ids
    ) -> None:
        data = make.as_csv(good).encode(encoding)
        name = "李雷".encode(encoding)
        assert name in data
        path = tmp_path / "orders.csv"
        path.write_bytes(data.replace(name, bad))
        result = read(path)
        assert [(r.line, r.column, r.problem.code) for r in result.rejects] == [(4, "收货人姓名", "undecodable")]
        assert [m.message_id for m in result.messages] == [ids[0], *ids[2:]]

    def test_one_bad_byte_does_not_make_utf8_into_gb18030(self) -> None:
        assert detect_encoding("你好，世界".encode() * 100 + b"\xff,", complete=True) == ("utf-8", 0)
        assert detect_encoding("你好，世界".encode("gb18030") * 100, complete=True) == ("gb18030", 0)

    def test_chinese_that_begins_after_a_megabyte_of_ascii(self, tmp_path: Path, read, ready_mapping) -> None:
        mapping = service.parse_mapping("{kind: orders, fields: {order_no: no, line.title: title}}", "late")
        rows = [f"{n},{'soap' * 30}" for n in range(10_000)] + ["10000,肥皂"]
        path = tmp_path / "late.csv"
        path.write_bytes(("no,title\n" + "\n".join(rows) + "\n").encode("gb18030"))
        result = read(path, mapping=mapping)
        assert result.messages[-1].payload["lines"][0]["title"] == "肥皂"
        assert result.rejects == []


class TestRows:
    def test_stray_quote_spoils_its_own_line_only(self, good, make, tmp_path: Path, read, ids) -> None:
        lines = make.as_csv(good).split("\r\n")
        lines.insert(4, '"' + ",".join(f"x{n}" for n in range(45)))
        path = tmp_path / "orders.csv"
        path.write_text("\r\n".join(lines), "utf-8", newline="")
        result = read(path)
        assert [m.message_id for m in result.messages] == ids
        assert [(r.line, r.problem.code) for r in result.rejects] == [(6, "open_quote")]

    def test_nul_bytes_are_taken_out(self, good, make, tmp_path: Path, read, ids) -> None:
        path = tmp_path / "orders.csv"
        path.write_bytes(make.as_csv(good).encode().replace("样例旗舰店".encode(), "样例\x00旗舰店\x00".encode()))
        result = read(path)
        assert [m.message_id for m in result.messages] == ids

    def test_overlong_cell_and_overlong_line(self, good, make, tmp_path: Path, read, ids) -> None:
        long_cell = [*good[2]]
        long_cell[13] = "x" * 200_000
        medium = [*good[2]]
        medium[13] = "y" * 40_000
        rows = [good[0], good[1], long_cell, medium, ["z" * 5_000_000], *good[2:]]
        path = tmp_path / "orders.csv"
        path.write_text(make.as_csv(rows), "utf-8", newline="")
        result = read(path)
        assert [(r.line, r.problem.code) for r in result.rejects] == [
            (4, "unreadable"),
            (5, "too_long"),
            (6, "too_long"),
        ]
        assert [m.message_id for m in result.messages] == ids

    def test_trailing_empty_columns_and_blank_lines(self, good, make, tmp_path: Path, read, ids) -> None:
        rows = [good[0], *([*row, "", ""] for row in good[1:3]), [], [""] * 45, *good[3:]]
        path = tmp_path / "orders.csv"
        path.write_text(make.as_csv(rows), "utf-8", newline="")
        result = read(path)
        assert result.rejects == []
        assert [m.message_id for m in result.messages] == ids

    def test_header_below_a_title(self, good, make, tmp_path: Path, read, ids) -> None:
        path = tmp_path / "orders.csv"
        path.write_text("样例旗舰店 订单报表\r\n导出时间：2024-09-01\r\n\r\n" + make.as_csv(good), "utf-8", newline="")
        assert [m.message_id for m in read(path).messages] == ids

    @given(
        rows=st.lists(
            st.lists(st.text(alphabet='a"\n,é ', max_size=6), min_size=2, max_size=2).filter(any), max_size=30
        ),
        block=st.integers(min_value=1, max_value=64),
    )
    def test_blocks_of_any_size_give_the_rows_that_were_written(self, rows: list[list[str]], block: int) -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        data = text.getvalue().encode()
        stream = Bits(data, block)
        batches = list(BlockReader(stream, "utf-8", CsvLines(",", 2), 0, 0).batches())
        assert [row for batch in batches for row in batch.rows] == rows
        for batch in batches:
            for index, row in enumerate(batch.rows):
                rest = io.StringIO(data[batch.offsets(index) :].decode(), newline="")
                assert next(csv.reader(rest)) == row
                assert data[: batch.offsets(index)].count(b"\n") == batch.lines[index] - 1


class TestContainers:
    def test_gzip_zip_and_workbook(self, good, make, tmp_path: Path, read, ids) -> None:
        data = make.as_csv(good).encode("gb18030")
        packed = tmp_path / "orders.csv.gz"
        packed.write_bytes(gzip.compress(data))
        zipped = tmp_path / "orders.zip"
        with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("__MACOSX/._orders.csv", b"x")
            archive.writestr("orders.csv", data)
        book = openpyxl.Workbook()
        for row in good:
            book.active.append([clean_cell(cell) for cell in row])  # a workbook holds text as text
        workbook = tmp_path / "orders.xlsx"
        book.save(workbook)
        both = tmp_path / "both.zip"
        with zipfile.ZipFile(both, "w") as archive:
            archive.write(workbook, "orders.xlsx")
        for path in (packed, zipped, workbook, both):
            result = read(path)
            assert [m.message_id for m in result.messages] == ids, path.name
            assert result.chunks[-1].read_bytes == path.stat().st_size

    def test_workbook_cells_with_types(self, make, tmp_path: Path, read) -> None:
        row = dict(make.ROWS["pinduoduo_orders"][0])
        names = make.header("pinduoduo_orders")
        typed = {
            "用户实付金额(元)": 35.9,
            "商品数量(件)": 1,
            "订单成交时间": datetime(2024, 9, 1, 21),  # noqa: DTZ001 - sheets know no zone
            "商品id": 880001,
            "样式ID": 990001,
        }
        book = openpyxl.Workbook()
        book.active.append(names)
        book.active.append([typed.get(name, row.get(name)) for name in names])
        book.active.append(
            [6920000000000000123 if name == "订单号" else typed.get(name, row.get(name)) for name in names]
        )
        path = tmp_path / "typed.xlsx"
        book.save(path)
        result = read(path)
        plain = tmp_path / "plain.csv"
        plain.write_text(make.as_csv(make.table("pinduoduo_orders", [row])), "utf-8")
        assert [m.message_id for m in result.messages] == [m.message_id for m in read(plain).messages]
        assert [(r.line, r.problem.code) for r in result.rejects] == [(3, "rounded")]

    def test_zip_bombs_are_refused(self, tmp_path: Path, options: ImportOptions) -> None:
        header = "订单号,订单状态,用户实付金额(元),商品,商品id,售后状态\n".encode()
        bomb = header + b"0" * (80 << 20)
        packed = tmp_path / "bomb.csv.gz"
        packed.write_bytes(gzip.compress(bomb))
        zipped = tmp_path / "bomb.zip"
        with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("bomb.csv", bomb)
        workbook = tmp_path / "bomb.xlsx"
        with zipfile.ZipFile(workbook, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", b"<x/>")
            archive.writestr("xl/sharedStrings.xml", b" " * (80 << 20))
        for path in (packed, zipped, workbook):
            with pytest.raises(FileTooExpansive):
                list(service.read_messages(path, options))

    def test_total_limit(self, exports: dict[str, Path], tmp_path: Path, options: ImportOptions) -> None:
        packed = tmp_path / "orders.csv.gz"
        packed.write_bytes(gzip.compress(exports[TAOBAO].read_bytes()))
        tight = ImportOptions(7, options.now, limits=Limits(total_bytes=1000))
        with pytest.raises(FileTooExpansive):
            list(service.read_messages(packed, tight))

    def test_damaged_gzip_says_so(self, exports: dict[str, Path], tmp_path: Path, options: ImportOptions) -> None:
        packed = tmp_path / "cut.csv.gz"
        packed.write_bytes(gzip.compress(exports[TAOBAO].read_bytes())[:-20])
        with pytest.raises(UnreadableFile, match="damaged"):
            list(service.read_messages(packed, options))

    @pytest.mark.parametrize(
        ("content", "word"),
        [
            (b"", "empty"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old .xls"),
            (b"<html><table></table></html>", "web page"),
            (b"PK\x03\x04 nonsense", "damaged"),
        ],
    )
    def test_what_is_no_table(self, content: bytes, word: str, tmp_path: Path, options: ImportOptions) -> None:
        path = tmp_path / "file.xls"
        path.write_bytes(content)
        with pytest.raises(UnreadableFile, match=word) as error:
            service.recognise(path, options)
        assert error.value.message_zh != error.value.message

    def test_zip_of_several_files(self, tmp_path: Path, options: ImportOptions) -> None:
        path = tmp_path / "two.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.csv", "1")
            archive.writestr("b.csv", "2")
        with pytest.raises(UnreadableFile, match=r"holds 2 files \(a\.csv, b\.csv\)"):
            service.recognise(path, options)

    def test_missing_file(self, tmp_path: Path, options: ImportOptions) -> None:
        with pytest.raises(UnreadableFile):
            service.recognise(tmp_path / "none.csv", options)


class TestRecognition:
    def test_unknown_file_names_the_nearest_and_what_it_lacks(
        self, make, tmp_path: Path, options: ImportOptions
    ) -> None:
        names = [name for name in make.header(TAOBAO) if name not in {"订单编号", "买家实际支付金额"}]
        path = tmp_path / "part.csv"
        path.write_text(",".join(names) + "\n", "utf-8")
        with pytest.raises(UnknownFile) as error:
            service.recognise(path, options)
        assert "Taobao/Tmall orders" in error.value.details["nearest"]
        assert "订单编号" in error.value.details["missing"]
        assert "买家实际支付金额" in error.value.message_zh

    def test_wrong_kind_and_wrong_platform(self, exports: dict[str, Path], options: ImportOptions) -> None:
        with pytest.raises(WrongFile):
            service.recognise(exports["youzan_customers"], ImportOptions(7, options.now, kind="orders"))
        with pytest.raises(WrongFile):
            service.recognise(exports[TAOBAO], ImportOptions(7, options.now, platform="amazon"))
        with pytest.raises(UnknownFile):
            service.recognise(exports[TAOBAO], ImportOptions(7, options.now, platform="jd"))

    def test_unknown_columns_are_named(self, make, tmp_path: Path, options: ImportOptions) -> None:
        rows = make.table("jd_orders", make.ROWS["jd_orders"][:1])
        rows = [[*rows[0], "新列"], [*rows[1], "x"]]
        path = tmp_path / "more.csv"
        path.write_text(make.as_csv(rows), "utf-8")
        found = service.recognise(path, options)
        assert found.unknown == ("新列",)
        assert "商家备注" in found.ignored
        assert "下单帐号" in found.understood
