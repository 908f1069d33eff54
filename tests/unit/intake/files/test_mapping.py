"""Any table by a mapping; wrong mappings say where and why."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection

from siyu.intake import service as intake
from siyu.intake.files import service
from siyu.intake.files.errors import BadMapping, MappingMissesColumns
from siyu.intake.files.types import ImportOptions
from siyu.kernel.errors import NotFound

TILL = """
kind: orders
platform: till
shop: Hauptstraße
zone: Europe/Berlin
money: decimal
times: ["%d.%m.%Y %H:%M", auto]
fields:
  order_no: [Bon, Beleg]
  status: Stand
  placed_at: Zeit
  paid_at: Zeit
  postage_fen: Porto
  line.no: Zeile
  line.title: Artikel
  line.quantity: Menge
  line.paid_fen: Summe
  line.refund_status: Retoure
  extra.store: {column: Filiale}
  extra.import: {value: till}
statuses: {bezahlt: paid, storniert: closed}
refunds: {zurück: refunded, nein: null}
identifiers:
  - {type: member_no, scope: till, column: Kunde}
  - {type: phone, column: Telefon, strength: contact}
  - {type: open_id, scope_column: App, column: OpenID}
"""
ROWS = """Beleg;Zeile;Stand;Zeit;Porto;Artikel;Menge;Summe;Retoure;Filiale;Kunde;Telefon;App;OpenID
B1;1;bezahlt;02.05.2024 13:30;3.50;Seife;2;19.99;nein;12;K7;0170 1234567;wx1;oABC
B1;2;bezahlt;02.05.2024 13:30;;Bürste;1;5;zurück;12;K7;;;
B2;1;offen;03.05.2024 09:00;;Kamm;1;1.00;;12;-;;;
"""


class TestMapping:
    def test_orders(self, tmp_path: Path, read) -> None:
        path = tmp_path / "till.csv"
        path.write_text(ROWS, "utf-8")
        result = read(path, mapping=service.parse_mapping(TILL, "till"))
        order = result.order("B1")
        assert order["platform"] == "till"
        assert order["shop"] == "Hauptstraße"
        assert order["placed_at"] == round(datetime.fromisoformat("2024-05-02T13:30:00+02:00").timestamp() * 1000)
        assert [(x["line_no"], x["paid_fen"], x["refund_status"]) for x in order["lines"]] == [
            ("1", 1999, None),
            ("2", 500, "refunded"),
        ]
        assert order["lines"][1]["refunded_fen"] is None  # a mapping assumes nothing
        assert order["postage_fen"] == 350
        assert order["extra"] == {"store": "12", "import": "till"}
        assert result.claims("B1") == {
            ("member_no", "till", "K7", "self"),
            ("phone", "", "0170 1234567", "contact"),
            ("open_id", "wx1", "oABC", "self"),
        }
        assert result.order("B2")["raw_status"] == "offen"
        assert ("unknown_status", "offen") in result.codes()
        assert result.message("B2").claims == ()

    def test_customers(self, tmp_path: Path, read) -> None:
        text = """
        {kind: customers, zone: UTC, fields: {traits.name: Name, traits.points: {column: Points, kind: integer},
         became_member_at: Since, member: {value: "yes"}, tags: Tags, consent.sms: {column: Sms, kind: flag}},
         identifiers: [{type: member_no, scope: club, column: No}]}
        """
        path = tmp_path / "club.csv"
        path.write_text("No,Name,Points,Since,Tags,Sms\n1,Ann,5,2020-01-01,a|b,yes\n,Bob,5,2020-01-01,,no\n", "utf-8")
        result = read(path, mapping=service.parse_mapping(text, "club"))
        payload = result.messages[0].payload
        assert payload["traits"] == {"name": "Ann", "points": 5}
        assert (payload["member"], payload["tags"], payload["consent"]) == (True, ["a", "b"], {"sms": True})
        assert payload["became_member_at"] == 1577836800000
        assert [(r.line, r.column, r.problem.code) for r in result.rejects] == [(3, "No", "nobody")]

    def test_fixed_widths_without_header(self, tmp_path: Path, read) -> None:
        text = """
        {kind: orders, zone: UTC, money: fen, times: ["%Y%m%d"],
         layout: {type: fixed, header: false, columns: [no, day, sum], widths: [4, 8, 6]},
         fields: {order_no: no, placed_at: day, paid_fen: sum}}
        """
        path = tmp_path / "fixed.txt"
        path.write_text(
            "A1  20240102   500\nA2  20240103   600\nA3  2024010x   600\nA4  20240103   600 and more\n", "utf-8"
        )
        result = read(path, mapping=service.parse_mapping(text, "fixed"))
        assert [(m.payload["order_no"], m.payload["paid_fen"]) for m in result.messages] == [("A1", 500), ("A2", 600)]
        assert [(r.line, r.problem.code) for r in result.rejects] == [(3, "time"), (4, "columns")]

    def test_saved_and_loaded_by_name(self, conn: Connection) -> None:
        mapping = service.parse_mapping(TILL, "till")
        for _ in range(2):
            intake.save_mapping(conn, mapping, "operator:1", datetime(2026, 1, 1, tzinfo=UTC))
        assert intake.mappings(conn) == ["till"]
        assert intake.load_mapping(conn, "till") == mapping
        with pytest.raises(NotFound):
            intake.load_mapping(conn, "none")

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(NotFound):
            service.load_mapping(tmp_path / "none.yaml")


class TestWrongMapping:
    @pytest.mark.parametrize(
        ("text", "where", "word"),
        [
            ("[1, 2", "line", "neither YAML nor JSON"),
            ("- a", "the file", "a table"),
            ("{kind: orders, fields: {order_no: a}, colour: red}", "colour", "Extra"),
            ("{kind: baskets, fields: {order_no: a}}", "kind", "orders"),
            ("{kind: orders, fields: {order_no: a, price: b}}", "the file", "'price' is no field of orders"),
            ("{kind: orders, fields: {status: a}}", "the file", "derive_order_no"),
            ("{kind: customers, fields: {tags: a}}", "the file", "identifier"),
            ("{kind: orders, zone: Mars, fields: {order_no: a}}", "zone", "no time zone"),
            ("{kind: orders, times: [yyyy], fields: {order_no: a}}", "times", "no time format"),
            ("{kind: orders, fields: {order_no: {column: a, value: b}}}", "fields.order_no", "either"),
            ("{kind: orders, layout: {type: fixed}, fields: {order_no: a}}", "layout", "widths"),
            ("{kind: orders, line_key: [line.sku], fields: {order_no: a}}", "the file", "line_key"),
            ("{kind: orders, statuses: {x: gone}, fields: {order_no: a}}", "statuses.x", "placed"),
        ],
    )
    def test_says_where_and_why(self, text: str, where: str, word: str) -> None:
        with pytest.raises(BadMapping) as error:
            service.parse_mapping(text, "mine")
        assert error.value.details["where"].startswith(where)
        assert word in error.value.message
        assert "映射“mine”" in error.value.message_zh

    def test_columns_that_the_file_lacks(self, tmp_path: Path, options: ImportOptions) -> None:
        path = tmp_path / "till.csv"
        path.write_text("Beleg;Stand\n", "utf-8")
        with pytest.raises(MappingMissesColumns) as error:
            service.recognise(path, ImportOptions(7, options.now, mapping=service.parse_mapping(TILL, "till")))
        assert "Zeit" in error.value.message
        assert "Beleg, Stand" in error.value.message_zh
