"""An import may be killed anywhere: from each checkpoint the rest follows, and the same file always gives the same ids."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from siyu.intake.files import service
from siyu.intake.files.errors import CheckpointMismatch
from siyu.intake.files.types import Checkpoint, ImportOptions

CHUNK = 2


def variants(name: str, exports: dict[str, Path], folder: Path) -> dict[str, Path]:
    """The same export plain, packed, as UTF-16 and as a workbook."""
    plain = exports[name]
    text = plain.read_bytes().decode("gb18030" if name.startswith(("taobao", "jd")) else "utf-8-sig")
    packed = folder / "x.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    wide = folder / "wide.csv"
    wide.write_bytes(text.encode("utf-16"))
    return {"plain": plain, "gzip": packed, "utf-16": wide}


class TestResume:
    @pytest.mark.parametrize(
        "name", ["taobao_orders", "taobao_details", "doudian_orders", "jd_orders", "youzan_items", "youzan_customers"]
    )
    @pytest.mark.parametrize("kind", ["plain", "gzip", "utf-16"])
    def test_from_each_checkpoint_it_is_one_pass(self, name: str, kind: str, exports, tmp_path: Path, read) -> None:
        path = variants(name, exports, tmp_path)[kind]
        whole = read(path, chunk=CHUNK)
        done_messages, done_rejects = 0, 0
        assert len(whole.chunks) > 1
        for chunk in whole.chunks:
            done_messages += len(chunk.messages)
            done_rejects += len(chunk.rejects)
            stored = Checkpoint.from_json(json.loads(json.dumps(chunk.checkpoint.as_json())))
            assert (stored.messages, stored.rejects) == (done_messages, done_rejects)
            rest = read(path, start_at=stored, chunk=CHUNK)
            assert [m.message_id for m in rest.messages] == [m.message_id for m in whole.messages[done_messages:]]
            assert [(r.line, r.row) for r in rest.rejects] == [(r.line, r.row) for r in whole.rejects[done_rejects:]]
            if rest.chunks:
                assert rest.chunks[-1].checkpoint == whole.chunks[-1].checkpoint

    def test_workbook(self, make, tmp_path: Path, read) -> None:
        book = openpyxl.Workbook()
        for row in make.table("jd_orders", make.ROWS["jd_orders"]):
            book.active.append(row)
        path = tmp_path / "jd.xlsx"
        book.save(path)
        whole = read(path, chunk=CHUNK)
        for at, chunk in enumerate(whole.chunks):
            rest = read(path, start_at=chunk.checkpoint, chunk=CHUNK)
            assert [m.message_id for m in rest.messages] == [
                m.message_id for c in whole.chunks[at + 1 :] for m in c.messages
            ]

    def test_long_order_is_cut_at_the_same_rows(self, make, tmp_path: Path, read) -> None:
        rows = [{**make.ROWS["jd_orders"][0], "商品ID": str(n)} for n in range(25)]
        path = tmp_path / "long.csv"
        path.write_text(make.as_csv(make.table("jd_orders", rows)), "utf-8")
        whole = read(path, chunk=10)
        assert [len(m.payload["lines"]) for m in whole.messages] == [10, 10, 5]
        for at, chunk in enumerate(whole.chunks):
            rest = read(path, start_at=chunk.checkpoint, chunk=10)
            assert [m.message_id for m in rest.messages] == [
                m.message_id for c in whole.chunks[at + 1 :] for m in c.messages
            ]

    def test_chunk_size_changes_no_id(self, exports, read) -> None:
        few, many = read(exports["jd_orders"], chunk=3), read(exports["jd_orders"])
        assert [m.message_id for m in few.messages] == [m.message_id for m in many.messages]

    def test_counted_orders_go_on_counting(self, tmp_path: Path, read) -> None:
        mapping = service.parse_mapping(
            "{kind: orders, derive_order_no: [who, day], fields: {placed_at: day, line.paid_fen: sum},"
            " identifiers: [{type: member_no, column: who}]}",
            "till",
        )
        path = tmp_path / "till.csv"
        path.write_text("who,day,sum\n" + "7,2024-01-01,1\n" * 5 + "8,2024-01-01,1\n")
        whole = read(path, mapping=mapping, chunk=CHUNK)
        numbers = [m.payload["order_no"] for m in whole.messages]
        assert len(set(numbers)) == 6
        for at, chunk in enumerate(whole.chunks):
            rest = read(path, mapping=mapping, chunk=CHUNK, start_at=chunk.checkpoint)
            assert [m.payload["order_no"] for m in rest.messages] == numbers[
                sum(len(c.messages) for c in whole.chunks[: at + 1]) :
            ]

    def test_checkpoint_of_another_file_is_refused(self, exports, read, options: ImportOptions) -> None:
        place = read(exports["jd_orders"]).chunks[0].checkpoint
        with pytest.raises(CheckpointMismatch):
            list(service.read_messages(exports["taobao_orders"], options, place))
        with pytest.raises(CheckpointMismatch):
            list(service.read_messages(exports["jd_orders"], replace(options, shop="其他店"), place))

    @pytest.mark.parametrize("packed", [False, True])
    def test_a_newer_export_of_the_same_length_is_another_file(
        self, make, tmp_path: Path, options: ImportOptions, packed: bool
    ) -> None:
        """A state of as many letters, far behind the beginning."""

        def export(last: str) -> Path:
            rows = [{**make.ROWS["jd_orders"][0], "订单号": str(n), "订单状态": "等待出库"} for n in range(2_000)]
            text = make.as_csv(make.table("jd_orders", [*rows, {**rows[0], "订单号": "2000", "订单状态": last}]))
            path = tmp_path / f"{last}.csv"
            with gzip.open(path, "wt", 0, encoding="utf-8") if packed else path.open("w", encoding="utf-8") as out:
                out.write(text)
            return path

        older, newer = export("等待出库"), export("等待收货")
        assert packed or older.stat().st_size == newer.stat().st_size
        place = next(iter(service.read_messages(older, options))).checkpoint
        with pytest.raises(CheckpointMismatch):
            list(service.read_messages(newer, options, place))
        assert service.file_key(older, options) != service.file_key(newer, options)


class TestMessageIds:
    def test_two_reads_agree_and_a_changed_row_differs(self, make, exports, tmp_path: Path, read) -> None:
        first, second = read(exports["jd_orders"]), read(exports["jd_orders"])
        assert [m.message_id for m in first.messages] == [m.message_id for m in second.messages]
        rows = [dict(row) for row in make.ROWS["jd_orders"]]
        rows[2]["订单状态"] = "等待出库"
        path = tmp_path / "newer.csv"
        path.write_text(make.as_csv(make.table("jd_orders", rows)), "utf-8")
        newer = read(path)
        changed = [
            a.payload["order_no"]
            for a, b in zip(first.messages, newer.messages, strict=True)
            if a.message_id != b.message_id
        ]
        assert changed == ["290000000002"]

    def test_source_and_shop_are_part_of_it(self, exports, read, options: ImportOptions) -> None:
        base = {m.message_id for m in read(exports["jd_orders"]).messages}
        shop = {m.message_id for m in read(exports["jd_orders"], shop="二店").messages}
        other = {
            m.message_id
            for c in service.read_messages(exports["jd_orders"], replace(options, source_id=8))
            for m in c.messages
        }
        assert not base & shop
        assert not base & other

    def test_progress_grows_to_the_whole(self, exports, read) -> None:
        result = read(exports["taobao_orders"], chunk=CHUNK)
        sizes = [chunk.read_bytes for chunk in result.chunks]
        assert sizes == sorted(sizes)
        assert sizes[-1] == exports["taobao_orders"].stat().st_size
