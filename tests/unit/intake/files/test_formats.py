"""Real headers, encodings and quirks of each platform → the payloads that commerce and customers understand."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from siyu.intake.files import service
from siyu.intake.files.formats import FORMATS
from siyu.intake.files.formats.spec import CUSTOMER_TARGETS, OPEN_TARGETS, ORDER_TARGETS
from siyu.intake.files.types import ImportOptions

EXPECTED = {
    "taobao_orders": ("taobao_orders", "gb18030"),
    "taobao_details": ("taobao_details", "gb18030"),
    "doudian_orders": ("doudian_orders", "utf-8"),
    "jd_orders": ("jd_orders", "gb18030"),
    "youzan_orders": ("youzan_orders", "utf-8"),
    "youzan_items": ("youzan_items", "utf-8"),
    "youzan_customers": ("youzan_customers", "utf-8"),
    "wechat_shop_orders": ("wechat_shop_orders", "utf-8"),
    "pinduoduo_orders": ("pinduoduo_orders", "utf-8"),
    "pinduoduo_extended": ("pinduoduo_orders", "utf-8"),
}


def millis(text: str) -> int:
    """A time in Shanghai."""
    return round(datetime.fromisoformat(text + "+08:00").timestamp() * 1000)


class TestFormats:
    @pytest.mark.parametrize("name", EXPECTED)
    def test_each_export_is_recognised_by_its_header(
        self, name: str, exports: dict[str, Path], options: ImportOptions
    ) -> None:
        found = service.recognise(exports[name], options)
        assert (found.format, found.encoding) == EXPECTED[name]
        assert found.unknown == ()
        assert found.score == 1.0

    def test_every_target_is_one_that_payloads_have(self) -> None:
        for form in FORMATS:
            known = ORDER_TARGETS if form.kind == "orders" else CUSTOMER_TARGETS
            for field in form.fields:
                assert field.target in known or field.target.startswith(OPEN_TARGETS[form.kind]), (
                    form.name,
                    field.target,
                )
            assert set(form.line_key) <= {field.target for field in form.fields}

    @pytest.mark.parametrize("name", EXPECTED)
    def test_order_of_columns_does_not_matter(
        self, name: str, exports: dict[str, Path], make, tmp_path: Path, read
    ) -> None:
        rows = make.table(name, [row for row in make.ROWS[name] if not isinstance(row, list)])
        turned = tmp_path / "turned.csv"
        turned.write_text(make.as_csv([list(reversed(row)) for row in rows]), "utf-8")
        straight = tmp_path / "straight.csv"
        straight.write_text(make.as_csv(rows), "utf-8")
        ids = [m.message_id for m in read(straight).messages]
        assert ids
        if (
            name != "youzan_orders"
        ):  # of its two columns 分销员 the first counts, and turned round that is the other one
            assert [m.message_id for m in read(turned).messages] == ids


class TestTaobao:
    def test_order_with_all_its_parts(self, exports: dict[str, Path], read) -> None:
        result = read(exports["taobao_orders"])
        order = result.order("3800000000000000001")
        assert order["status"] == "paid"
        assert order["raw_status"] == "买家已付款，等待卖家发货"
        assert order["placed_at"] == millis("2024-03-01T09:00:00")
        assert order["paid_at"] == millis("2024-03-01T09:05:09")
        assert (order["total_fen"], order["paid_fen"], order["postage_fen"], order["refunded_fen"]) == (
            11800,
            11800,
            800,
            0,
        )
        assert order["shop"] == "样例旗舰店"
        assert order["note"] == '请在 5" 纸箱里,\n分两层包'
        assert order["receiver"] == {
            "name": "王小明",
            "phone": "13800138000",
            "address": "浙江省 杭州市 西湖区 文一路 1 号",
        }
        assert order["lines"] == []
        assert result.claims("3800000000000000001") == {
            ("platform_buyer", "taobao", "小王爱买", "self"),
            ("alipay", "", "wang@example.com", "self"),
            ("phone", "", "13800138000", "contact"),
        }
        assert result.message("3800000000000000001").occurred_at == datetime(2024, 3, 1, 1, 5, 9, tzinfo=UTC)

    def test_what_was_not_paid_counts_as_nothing(self, exports: dict[str, Path], read) -> None:
        result = read(exports["taobao_orders"])
        assert (result.order("3800000000000000003")["status"], result.order("3800000000000000003")["paid_fen"]) == (
            "placed",
            0,
        )
        assert (result.order("3800000000000000004")["status"], result.order("3800000000000000004")["paid_fen"]) == (
            "closed",
            0,
        )
        returned = result.order("3800000000000000005")
        assert (returned["status"], returned["paid_fen"], returned["refunded_fen"]) == ("closed", 11800, 11800)

    def test_amount_with_unit_and_thousands(self, exports: dict[str, Path], read) -> None:
        order = read(exports["taobao_orders"]).order("3800000000000000002")
        assert order["paid_fen"] == 111850
        assert order["extra"]["seller_received_fen"] == 111850
        assert order["receiver"]["name"] == "李雷"

    def test_masked_buyer_and_unknown_status_pass_with_a_warning(self, exports: dict[str, Path], read) -> None:
        result = read(exports["taobao_orders"])
        order = result.order("3800000000000000006")
        assert (order["status"], order["raw_status"]) == (None, "神秘状态")
        assert result.claims("3800000000000000006") == {("alipay", "", "wang@example.com", "self")}
        assert "name" not in order["receiver"]
        assert "phone" not in order["receiver"]
        assert {("unknown_status", "神秘状态"), ("masked_identifier", "联系手机")} <= result.codes()

    def test_broken_rows_are_rejected_with_line_and_column(self, exports: dict[str, Path], read) -> None:
        rejects = [(r.line, r.column, r.problem.code) for r in read(exports["taobao_orders"]).rejects]
        assert rejects == [
            (9, "订单编号", "missing"),
            (10, "买家实际支付金额", "money"),
            (11, "订单创建时间", "time"),
            (12, "", "columns"),
            (13, "订单创建时间", "future"),
            (15, "订单编号", "rounded"),
        ]

    def test_ten_year_old_order_passes(self, exports: dict[str, Path], read) -> None:
        assert read(exports["taobao_orders"]).order("3800000000000000012")["paid_at"] == millis("2014-03-01T09:05:00")

    def test_details_are_lines_and_later_rows_are_a_later_message(self, exports: dict[str, Path], read) -> None:
        result = read(exports["taobao_details"])
        assert [m.payload["order_no"] for m in result.messages] == ["900", "910", "900"]
        first = result.messages[0].payload
        assert first["status"] == "received"
        lines = [(x["line_no"], x["paid_fen"], x["refunded_fen"], x["refund_status"]) for x in first["lines"]]
        assert lines == [("901", 6000, None, None), ("902", 5000, 5000, "refunded")]
        assert first["extra"]["refund_assumed"] is True
        assert result.messages[1].payload["lines"][0]["paid_fen"] == 0
        assert result.messages[2].payload["lines"][0]["refund_status"] == "requested"


class TestDoudian:
    def test_ciphers_are_no_identifiers(self, exports: dict[str, Path], read) -> None:
        result = read(exports["doudian_orders"])
        order = result.order("6920000000000000001")
        assert result.message("6920000000000000001").claims == ()
        assert order["receiver"] == {"province": "广东省", "city": "深圳市"}
        assert result.claims("6920000000000000005") == {("phone", "", "13900139000", "contact")}

    def test_order_is_as_far_as_its_open_lines(self, exports: dict[str, Path], read) -> None:
        order = read(exports["doudian_orders"]).order("6920000000000000002")
        assert order["status"] == "shipped"
        assert [x["line_no"] for x in order["lines"]] == ["6920000000000000002", "6920000000000000003"]
        assert sum(x["paid_fen"] for x in order["lines"]) == 14970
        assert order["lines"][1]["refunded_fen"] == 4990

    def test_closed_without_payment_paid_nothing(self, exports: dict[str, Path], read) -> None:
        order = read(exports["doudian_orders"]).order("6920000000000000004")
        assert order["lines"][0]["paid_fen"] == 0


class TestJd:
    def test_amounts_of_the_order_count_once(self, exports: dict[str, Path], read) -> None:
        result = read(exports["jd_orders"])
        order = result.order("290000000001")
        assert order["paid_fen"] == 180600 + 10000  # what was due and the balance that was used
        assert order["total_fen"] == 200600
        assert [x["line_no"] for x in order["lines"]] == ["100001", "100002"]
        assert [x["paid_fen"] for x in order["lines"]] == [None, None]
        assert ("platform_buyer", "jd", "jd_abc123", "self") in result.claims("290000000001")
        assert [(r.line, r.column, r.problem.code) for r in result.rejects] == [(6, "订购数量", "count")]
        assert result.order("290000000003")["paid_fen"] == 0


class TestYouzan:
    def test_buyer_and_receiver(self, exports: dict[str, Path], read) -> None:
        result = read(exports["youzan_orders"])
        assert result.claims("E20240701080000000000001") == {
            ("phone", "", "13500135000", "self"),
            ("phone", "", "13600136000", "contact"),
        }
        assert result.claims("E20240701080000000000005") == {("phone", "", "13500135000", "self")}
        order = result.order("E20240701080000000000001")
        assert order["total_fen"] == 21000
        assert order["extra"]["distributor"] == "分销甲"

    def test_duplicate_header_is_reported_and_the_first_counts(
        self, exports: dict[str, Path], options: ImportOptions
    ) -> None:
        assert service.recognise(exports["youzan_orders"], options).duplicates == ("分销员",)

    def test_refunds(self, exports: dict[str, Path], read) -> None:
        result = read(exports["youzan_orders"])
        part, full = result.order("E20240701080000000000002"), result.order("E20240701080000000000003")
        assert (part["refund_status"], part["refunded_fen"]) == ("partial", 5000)
        assert (full["status"], full["refund_status"], full["refunded_fen"], full["paid_fen"]) == (
            "closed",
            "refunded",
            19000,
            19000,
        )

    def test_same_goods_twice_are_two_lines(self, exports: dict[str, Path], read) -> None:
        result = read(exports["youzan_items"])
        numbers = [x["line_no"] for x in result.order("E1")["lines"]]
        assert numbers == ["SOAP/手工皂/薰衣草", "SOAP/手工皂/玫瑰", "SOAP/手工皂/玫瑰#2"]
        assert result.order("E1")["lines"][2]["refunded_fen"] == 1800
        assert result.order("E2")["lines"][0]["quantity"] == 2
        assert ("fractional_quantity", "") in result.codes()

    def test_customers(self, exports: dict[str, Path], read) -> None:
        result = read(exports["youzan_customers"])
        assert [m.type for m in result.messages] == ["customer"]
        payload = result.messages[0].payload
        assert payload["tags"] == ["高价值", "母婴", "回头客"]
        assert payload["member"] is True
        assert payload["became_member_at"] == millis("2023-02-01T00:00:00")
        traits = payload["traits"]
        assert (traits["name"], traits["points"], traits["growth"], traits["spent_fen"]) == (
            "张三",
            "350.5",
            120,
            120000,
        )
        assert [(r.line, r.column, r.problem.code) for r in result.rejects] == [
            (3, "客户手机号", "nobody"),
            (4, "消费次数", "number"),
        ]


class TestWechatShop:
    def test_wecom_columns_name_the_buyer_and_the_staff(self, exports: dict[str, Path], read) -> None:
        result = read(exports["wechat_shop_orders"])
        order = result.order("3720000000000000001")
        assert order["staff"] == {"corp": "ww1234567890abcdef", "userid": "zhangsan"}
        assert result.claims("3720000000000000001") == {
            ("external_userid", "ww1234567890abcdef", "wmAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "self"),
            ("phone", "", "13300133000", "contact"),
        }
        assert [(x["line_no"], x["refunded_fen"]) for x in order["lines"]] == [
            ("10000001/原味", 0),
            ("10000001/可可", 7500),
        ]
        assert (order["paid_fen"], order["total_fen"]) == (15500, 15500)
        assert result.message("3720000000000000002").claims == ()


class TestPinduoduo:
    def test_missing_time_is_the_date_in_the_number(self, exports: dict[str, Path], read) -> None:
        result = read(exports["pinduoduo_orders"])
        order = result.order("240903-100000000000004")
        assert order["placed_at"] == millis("2024-09-03T00:00:00")
        assert order["extra"]["placed_at_from"] == "order_no"
        assert result.order("240901-100000000000001")["placed_at"] == millis("2024-09-01T21:00:00")
        assert all(m.claims == () for m in result.messages)

    def test_refund_and_cancellation(self, exports: dict[str, Path], read) -> None:
        result = read(exports["pinduoduo_orders"])
        refunded = result.order("240901-100000000000002")
        assert (refunded["status"], refunded["paid_fen"], refunded["lines"][0]["refunded_fen"]) == (
            "closed",
            3590,
            3590,
        )
        assert result.order("240902-100000000000003")["paid_fen"] == 0

    def test_extended(self, exports: dict[str, Path], read) -> None:
        order = read(exports["pinduoduo_extended"]).messages[0].payload
        assert order["lines"][0]["category"] == "抽纸"
        assert order["receiver"] == {"province": "江苏省"}
