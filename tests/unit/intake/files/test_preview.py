"""The dry run adds up what an import would do, and shows nobody's data."""

from dataclasses import replace
from pathlib import Path

from siyu.intake.files import service
from siyu.intake.files.preview import Distinct, mask


class TestPreview:
    def test_sums(self, exports: dict[str, Path], options) -> None:
        found = service.preview(exports["youzan_orders"], options)
        assert found.complete
        assert (found.rows, found.messages, found.orders, found.people, found.anonymous) == (5, 5, 5, 1, 0)
        assert found.identifiers == {"phone": 9}
        assert (found.paid_fen, found.refunded_fen) == (4 * 19000, 5000 + 19000)
        assert found.statuses["交易成功"] == ("received", 2)
        assert found.first_at is not None
        assert found.first_at < found.last_at  # type: ignore[operator]

    def test_masked(self, exports: dict[str, Path], options) -> None:
        for name in ("taobao_orders", "youzan_customers", "wechat_shop_orders"):
            found = service.preview(exports[name], options)
            text = repr(found.examples) + repr(found.rejects)
            for secret in (
                "13800138000",
                "13500135000",
                "王小明",
                "张三",
                "文一路",
                "陈晨",
                "wang@example.com",
                "1990-01-02",
            ):
                assert secret not in text, (name, secret)

    def test_rejects_and_notes(self, exports: dict[str, Path], options) -> None:
        found = service.preview(exports["taobao_orders"], options, examples=2)
        assert found.reject_count == 6
        assert [reject.line for reject in found.rejects] == [9, 10]
        assert len(found.examples) == 2
        assert "unknown_status" in {note.code for note in found.notes}

    def test_limit(self, make, tmp_path: Path, options) -> None:
        path = tmp_path / "bulk.csv"
        make.bulk(path, "jd_orders", 5000)
        found = service.preview(path, options, limit=1000)
        assert not found.complete
        assert 1000 <= found.rows < 5000

    def test_derived_numbers_that_come_again_are_warned_of(self, tmp_path: Path, options) -> None:
        mapping = service.parse_mapping(
            "{kind: orders, derive_order_no: [who], fields: {line.paid_fen: sum}, identifiers: [{type: member_no, column: who}]}",
            "m",
        )
        path = tmp_path / "unsorted.csv"
        path.write_text("who,sum\n1,5\n2,5\n1,6\n", "utf-8")
        found = service.preview(path, replace(options, mapping=mapping))
        assert [(note.code, note.rows) for note in found.notes] == [("repeated_orders", 1)]


class TestDistinct:
    def test_counts_each_once(self) -> None:
        counter = Distinct()
        for number in range(3000):
            counter.add(number % 1000)
        assert len(counter) == 1000

    def test_mask(self) -> None:
        assert mask("13800138000") == "138****00"
        assert mask("张三") == "张*"
