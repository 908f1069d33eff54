"""The files are looked at twice: as text, and with the eyes of intake and commerce, which must find the truth in them."""

import csv
import io
from collections import defaultdict
from datetime import UTC, datetime

import pytest

from siyu.commerce.rules import reading, state
from siyu.intake.files import service as intake_files
from siyu.intake.files.types import ImportOptions
from siyu.intake.types import Message
from siyu.rehearsal.types import SHOPS, Brand, ExportFile, Shop, Truth

LATER = datetime(2026, 3, 15, 12, tzinfo=UTC)  # when the files are read: after the brand's end


def _options(file: ExportFile) -> ImportOptions:
    return ImportOptions(source_id=1, now=LATER, kind=file.kind, platform=file.platform, shop=file.shop)


def _messages(file: ExportFile) -> list[Message]:
    return [message for chunk in intake_files.read_messages(file.path, _options(file)) for message in chunk.messages]


def _rows(files: list[ExportFile], name: str, encoding: str) -> list[dict[str, str]]:
    path = next(file.path for file in files if file.path.name == name)
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(encoding), newline="")))


class TestRecognised:
    def test_as_what_they_are(self, files: list[ExportFile]) -> None:
        found = {file.path.name: intake_files.recognise(file.path, _options(file)) for file in files}
        assert {name: (one.format, one.encoding) for name, one in found.items()} == {
            "有赞-客户.csv": ("youzan_customers", "utf-8"),
            "有赞-门店订单.csv": ("youzan_orders", "utf-8"),
            "有赞-商城订单.csv": ("youzan_orders", "utf-8"),
            "有赞-商城订单商品.csv": ("youzan_items", "utf-8"),
            "天猫-订单报表-1.csv": ("taobao_orders", "gb18030"),
            "天猫-订单报表-2.csv": ("taobao_orders", "gb18030"),
            "天猫-宝贝报表.csv": ("taobao_details", "gb18030"),
            "京东-订单.csv": ("jd_orders", "gb18030"),
            "微信小店-订单.csv": ("wechat_shop_orders", "utf-8"),
            "抖店-订单.csv": ("doudian_orders", "utf-8"),
            "拼多多-订单.csv": ("pinduoduo_orders", "utf-8"),
        }
        assert all(one.score == 1 and not one.unknown for one in found.values())

    def test_only_masked_members_are_rejected(self, files: list[ExportFile]) -> None:
        for file in files:
            chunks = list(intake_files.read_messages(file.path, _options(file)))
            rejects = [reject for chunk in chunks for reject in chunk.rejects]
            assert chunks[-1].checkpoint.rows == file.rows
            assert all("****" in reject.row[2] for reject in rejects)
            assert bool(rejects) == (file.kind == "customers")
            notes = {note.code for chunk in chunks for note in chunk.notes}
            assert notes <= {"masked_identifier", "refund_assumed", "time_assumed"}

    def test_money_is_the_truth(self, files: list[ExportFile], truth: Truth) -> None:
        views: dict[tuple[str, str, str], list[reading.View]] = defaultdict(list)
        for file in files:
            for message in _messages(file):
                if message.type == "order":
                    view = reading.read_view(message)
                    assert view is not None
                    views[view.key].append(view)
        sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        for key, several in views.items():
            order = state.fold(None, several)
            sums[key[:2]][0] += order.paid_fen
            sums[key[:2]][1] += order.refunded_fen
        website = ("tracking", SHOPS[Shop.WEBSITE].name)
        assert {shop: tuple(found) for shop, found in sums.items()} == {
            shop: found for shop, found in truth.shops.items() if shop != website
        }
        assert views.keys() == {key for key in truth.buyers if key[:2] != website}

    def test_claims_are_true(self, files: list[ExportFile], truth: Truth) -> None:
        """What a file says of the buyer belongs to the buyer; only contacts may be somebody else's."""
        for file in files:
            for message in _messages(file):
                if message.type != "order":
                    continue
                payload = message.payload
                buyer = truth.buyers[payload["platform"], payload["shop"], payload["order_no"]]
                for claim in message.claims:
                    owners = truth.owners[claim.type, claim.scope, claim.value]
                    assert claim.strength == "contact" or buyer in owners


class TestQuirks:
    def test_taobao(self, files: list[ExportFile]) -> None:
        rows = _rows(files, "天猫-订单报表-2.csv", "gb18030")
        assert all(row["订单编号"].startswith('="') and row["订单编号"].endswith('"') for row in rows)
        assert all(row["联系手机"].startswith("'1") for row in rows)
        assert {row["订单状态"] for row in rows} >= {"交易成功", "交易关闭", "卖家已发货，等待买家确认"}
        assert any("****" in row["联系手机"] for row in rows)

    def test_taobao_exports_overlap_and_the_newer_one_knows_more(self, files: list[ExportFile]) -> None:
        older = {row["订单编号"]: row for row in _rows(files, "天猫-订单报表-1.csv", "gb18030")}
        newer = {row["订单编号"]: row for row in _rows(files, "天猫-订单报表-2.csv", "gb18030")}
        both = older.keys() & newer.keys()
        assert len(both) > 0.2 * len(newer)
        assert any(older[number] != newer[number] for number in both)
        assert any(float(newer[n]["退款金额"]) > float(older[n]["退款金额"]) for n in both)
        assert newer.keys() - older.keys()
        assert older.keys() - newer.keys()

    def test_doudian_hides_everybody(self, files: list[ExportFile]) -> None:
        raw = next(file.path for file in files if file.platform == "doudian").read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        rows = _rows(files, "抖店-订单.csv", "utf-8-sig")
        assert all(cell.startswith("\t") for cell in rows[0].values())
        assert all(row["收件人"].startswith("\t##") and row["收件人手机号"].startswith("\t$$") for row in rows)

    def test_pinduoduo_knows_nobody_and_not_always_when(self, files: list[ExportFile]) -> None:
        rows = _rows(files, "拼多多-订单.csv", "utf-8-sig")
        empty = [row for row in rows if not row["订单成交时间"]]
        assert 0 < len(empty) < 0.1 * len(rows)
        assert not any(
            claim for file in files if file.platform == "pinduoduo" for m in _messages(file) for claim in m.claims
        )

    def test_youzan_repeats_a_header(self, files: list[ExportFile]) -> None:
        path = next(file.path for file in files if file.path.name == "有赞-商城订单.csv")
        names = path.read_text("utf-8-sig").splitlines()[0].split(",")
        assert names.count("分销员") == 2

    @pytest.mark.parametrize("name", ["微信小店-订单.csv"])
    def test_wechat_names_staff_for_friends_only(self, files: list[ExportFile], name: str) -> None:
        rows = _rows(files, name, "utf-8-sig")
        assert all(bool(row["企业微信加密id"]) == bool(row["企微工号"]) == bool(row["企微企业ID"]) for row in rows)
        assert 0.1 < sum(bool(row["企微工号"]) for row in rows) / len(rows) < 0.6


def test_every_shop_is_there(files: list[ExportFile], brand: Brand) -> None:
    platforms = {file.platform for file in files}
    assert platforms == {"youzan", "taobao", "jd", "wechat_shop", "doudian", "pinduoduo"}
    assert set(brand.orders.shop.tolist()) == set(range(len(SHOPS)))
