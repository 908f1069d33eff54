"""Exports of the platforms through the whole system: newer views, refunds, kills, rejects, uploads."""

import importlib.util
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from tests.running import Siyu
from tests.stories.speaking import eventually

from siyu.engines.postgres import rows

Find = Callable[[str], list[int]]


@pytest.fixture(scope="module")
def make() -> ModuleType:
    """The makers of fixture exports."""
    path = Path(__file__).parents[1] / "fixtures" / "exports" / "make.py"
    spec = importlib.util.spec_from_file_location("exports_make", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def youzan(make: ModuleType, path: Path, *orders: dict[str, str]) -> Path:
    """An export of Youzan with these orders; what is not given is as in the fixtures."""
    base = make.ROWS["youzan_orders"][0] | {"交易成功时间": "", "订单状态": "已发货"}
    path.write_text(make.as_csv(make.table("youzan_orders", [base | order for order in orders])), "utf-8-sig")
    return path


def upload(api: httpx.Client, path: Path, kind: str = "orders", **form: str) -> httpx.Response:
    with path.open("rb") as file:
        return api.post("/api/v1/imports", files={"file": (path.name, file)}, data={"kind": kind, **form})


def imported(siyu: Siyu, api: httpx.Client, path: Path, kind: str = "orders", **form: str) -> dict[str, Any]:
    """Upload a file and wait until its job is done and everything is on the timelines."""
    accepted = upload(api, path, kind, **form).raise_for_status().json()
    run: dict[str, Any] = eventually(
        lambda: api.get(f"/api/v1/imports/{accepted['id']}").json(), lambda run: run["state"] in {"done", "failed"}, 60
    )
    assert run["state"] == "done", run
    siyu.drain()
    return run


def order_facts(siyu: Siyu, shop: str) -> list[tuple[str, str, int]]:
    """(order, kind, fen) of a shop, in the order in which they were told."""
    siyu.drain()
    with siyu.context() as context:
        return context.clickhouse.rows(
            """SELECT JSONExtractString(properties, 'order_no') AS number, kind, amount_fen FROM facts
               WHERE JSONExtractString(properties, 'shop') = {shop:String} ORDER BY fact_id""",
            shop=shop,
        )


def orders(siyu: Siyu, shop: str) -> dict[str, tuple[int, int]]:
    """(paid, refunded) of every order of a shop."""
    with siyu.context() as context, context.database.transaction() as conn:
        found = rows(
            conn, "SELECT order_no, paid_fen, refunded_fen FROM commerce.order_header WHERE shop = :shop", shop=shop
        )
    return {number: (paid, refunded) for number, paid, refunded in found}


class TestNewerExports:
    def test_only_what_is_new_is_told(
        self, siyu: Siyu, api: httpx.Client, make: ModuleType, tmp_path: Path, phone: str
    ) -> None:
        shop = "更新店"
        common = {"归属店铺": shop, "买家手机号": phone}
        first = youzan(
            make,
            tmp_path / "monday.csv",
            {**common, "订单号": "N1", "订单状态": "待付款", "买家付款时间": ""},
            {**common, "订单号": "N2", "订单实付金额": "190.00"},
        )
        imported(siyu, api, first)
        assert orders(siyu, shop) == {"N1": (0, 0), "N2": (19000, 0)}
        before = order_facts(siyu, shop)

        newer = youzan(
            make,
            tmp_path / "tuesday.csv",
            {**common, "订单号": "N1", "订单状态": "已发货", "订单实付金额": "100.00"},
            {**common, "订单号": "N2", "订单状态": "交易成功", "交易成功时间": "2024-07-08 08:00:00",
             "订单退款状态": "部分退款", "订单已退款金额": "50.00"},
            {**common, "订单号": "N3", "订单实付金额": "1.00"},
        )  # fmt: skip
        imported(siyu, api, newer)
        assert orders(siyu, shop) == {"N1": (10000, 0), "N2": (19000, 5000), "N3": (100, 0)}
        after = order_facts(siyu, shop)
        assert after[: len(before)] == before
        new = Counter((number, kind) for number, kind, _ in after[len(before) :])
        assert set(new.values()) == {1}
        assert {
            ("N1", "order.paid"),
            ("N2", "order.received"),
            ("N2", "order.refunded"),
            ("N3", "order.placed"),
        } <= set(new)
        assert ("N2", "order.paid") not in new
        assert sum(fen for _, _, fen in after) == 10000 + 19000 - 5000 + 100

        imported(siyu, api, first)  # an older view, and the same again: nothing new
        imported(siyu, api, newer)
        assert order_facts(siyu, shop) == after
        assert orders(siyu, shop)["N2"] == (19000, 5000)

        found = api.get("/api/v1/customers/find", params={"value": phone}).json()["customers"]
        assert api.get(f"/api/v1/customers/{found[0]}").json()["value"]["net_fen"] == 24100

    @pytest.mark.parametrize(
        "name", ["taobao_orders", "doudian_orders", "jd_orders", "wechat_shop_orders", "pinduoduo_orders"]
    )
    def test_every_platform_comes_in_as_it_is_and_twice_changes_nothing(
        self, siyu: Siyu, api: httpx.Client, make: ModuleType, tmp_path: Path, name: str
    ) -> None:
        path = tmp_path / f"{name}.csv"
        path.write_bytes(make.content(name))
        # An export of Taobao names its shop.
        shop, form = ("样例旗舰店", {}) if name == "taobao_orders" else (f"{name} 店", {"shop": f"{name} 店"})
        run = imported(siyu, api, path, source=name, **form)
        told, known = order_facts(siyu, shop), orders(siyu, shop)
        assert known
        assert run["messages"] >= len(known)
        for number, (paid, refunded) in known.items():
            assert sum(fen for order, _, fen in told if order == number) == paid - refunded
        imported(siyu, api, path, source=name, **form)
        assert (order_facts(siyu, shop), orders(siyu, shop)) == (told, known)


class TestFiguresByDay:
    def test_an_export_day_by_day(
        self, siyu: Siyu, api: httpx.Client, make: ModuleType, tmp_path: Path, phone: str
    ) -> None:
        def paid(number: str, at: str, yuan: str) -> dict[str, str]:
            times = {"订单创建时间": at, "买家付款时间": at}
            return {"归属店铺": "按日店", "买家手机号": phone, "订单号": number, "订单实付金额": yuan, **times}

        file = youzan(
            make,
            tmp_path / "days.csv",
            paid("D1", "2011-07-01 23:59:59", "1.00"),
            paid("D2", "2011-07-02 00:00:00", "2.00"),
            paid("D3", "2011-07-02 12:00:00", "3.50"),
        )
        imported(siyu, api, file)
        asked = {"kind": "order.paid", "from": "2011-07-01", "to": "2011-07-31"}
        table = api.get("/api/v1/insight/facts-by-day", params=asked).raise_for_status().json()
        assert table["days"] == [
            {"day": "2011-07-01", "facts": 1, "people": 1, "amount_fen": 100},
            {"day": "2011-07-02", "facts": 2, "people": 1, "amount_fen": 550},
        ]
        assert siyu.cli_json("days", "order.paid", "--from", "2011-07-01", "--to", "2011-07-31") == table
        assert "5.50" in siyu.cli("days", "order.paid", "--from", "2011-07-02", "--to", "2011-07-02").stdout
        abroad = api.get("/api/v1/insight/facts-by-day", params=asked | {"zone": "UTC"}).json()
        assert [(day["day"], day["facts"]) for day in abroad["days"]] == [("2011-07-01", 2), ("2011-07-02", 1)]
        # A command shows and takes times as the export and the console do, on the brand's clock.
        (who,) = siyu.cli_json("find", phone)
        person = str(who["customer_id"])
        told = siyu.cli("timeline", person, "--kind", "order.paid", "--since", "2011-07-02T00:00:00").stdout
        assert re.findall(r"2011-\d\d-\d\d \d\d:\d\d:\d\d", told) == ["2011-07-02 12:00:00", "2011-07-02 00:00:00"]
        # What a program reads is one line an order, with nothing cut.
        (line,) = [line for line in siyu.cli("orders", person).stdout.splitlines() if "2011-07-01 23:59" in line]
        assert {"D1", "1.00"} <= set(line.split())

    def test_an_unknown_kind_is_said_with_the_nearest(self, siyu: Siyu, api: httpx.Client) -> None:
        answer = api.get("/api/v1/insight/facts-by-day", params={"kind": "order.payed"})
        assert (answer.status_code, answer.json()["code"]) == (400, "UnknownFactKind")
        assert "order.paid" in answer.json()["message"]
        done = siyu.cli("days", "order.payed", check=False)
        assert (done.returncode, "order.paid" in done.stderr) == (1, True)


class TestRejects:
    def test_broken_rows_come_back_with_line_column_and_reason(
        self, siyu: Siyu, make: ModuleType, tmp_path: Path
    ) -> None:
        """By the command, as a newcomer does it: dry run, import, mend the rejects, import them."""
        path = tmp_path / "ExportOrderList.csv"
        path.write_bytes(
            make.content("taobao_orders").replace("样例旗舰店".encode("gb18030"), "退件店".encode("gb18030"))
        )
        preview = siyu.cli("import", "orders", str(path), "--dry-run")
        assert "taobao_orders" in preview.stdout
        assert orders(siyu, "退件店") == {}  # it only said what it would do
        assert not list(tmp_path.glob("*.rejects.csv"))

        done = siyu.cli("import", "orders", str(path))
        rejects = tmp_path / "ExportOrderList.csv.rejects.csv"
        assert str(rejects) in done.stderr.replace("\n", "")
        text = rejects.read_text("utf-8-sig")
        assert "十块钱" in text
        assert "买家实际支付金额" in text.splitlines()[0]
        before = orders(siyu, "退件店")
        rejects.write_text(text.replace("十块钱", "10.00"), "utf-8-sig")
        siyu.cli("import", "orders", str(rejects), "--rejects", str(tmp_path / "still.csv"))
        after = orders(siyu, "退件店")
        assert after == before | {"3800000000000000008": (1000, 0)}

    def test_rejects_over_http_need_the_right_to_see_personal_data(
        self, siyu: Siyu, api: httpx.Client, make: ModuleType, tmp_path: Path
    ) -> None:
        path = tmp_path / "jd.csv"
        path.write_bytes(make.content("jd_orders"))
        run = imported(siyu, api, path, shop="退件京东店", source="jd-rejects")
        answer = api.get(f"/api/v1/imports/{run['id']}/rejects")
        assert answer.status_code == 200
        assert "一" in answer.content.decode("utf-8-sig")
        with siyu.client(siyu.api_key("imports.run")) as narrow:
            assert narrow.get(f"/api/v1/imports/{run['id']}/rejects").status_code == 403
            assert narrow.get(f"/api/v1/imports/{run['id']}").status_code == 200


class TestUnknownFiles:
    def test_the_command_says_what_to_do_and_ends_with_1(self, siyu: Siyu, tmp_path: Path) -> None:
        path = tmp_path / "notes.csv"
        path.write_text("colour,shape\nred,round\n")
        done = siyu.cli("import", "orders", str(path), check=False)
        assert done.returncode == 1
        assert "mapping" in done.stderr
        assert "Traceback" not in done.stderr

    def test_http_says_it_too_and_keeps_no_upload(self, siyu: Siyu, api: httpx.Client, tmp_path: Path) -> None:
        path = tmp_path / "notes.csv"
        path.write_text("colour,shape\nred,round\n")
        kept = set((siyu.folder / "uploads").glob("*"))
        answer = upload(api, path)
        assert (answer.status_code, answer.json()["code"]) == (422, "UnknownFile")
        assert set((siyu.folder / "uploads").glob("*")) == kept

    @pytest.mark.parametrize("content", [b"", b"\x00" * 1000, b"\xff\xfe\xff", b"PK\x03\x04broken", b"\x1f\x8bbroken"])
    def test_what_is_no_table_is_refused(self, api: httpx.Client, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "broken.csv"
        path.write_bytes(content)
        answer = upload(api, path)
        assert answer.status_code == 422, answer.text
        assert {"code", "message", "message_zh", "details"} <= answer.json().keys()


class TestLinksFirst:
    """A buyer's present goes to a friend: the friend's phone is the friend's, though the present's order came first."""

    def files(self, make: ModuleType, folder: Path, shop: str, phone: str) -> list[Path]:
        def order(number: str, buyer: str) -> dict[str, str]:
            return {"订单编号": f'="{number}"', "买家会员名": buyer, "买家支付宝账号": "", "联系手机": f"'{phone}",
                    "店铺名称": shop, "订单状态": "交易成功", "总金额": "10.00", "买家实际支付金额": "10.00",
                    "订单创建时间": "2024-06-01 10:00:00", "订单付款时间": "2024-06-01 10:01:00", "宝贝标题": "茶"}  # fmt: skip

        found = []
        for name, orders in (
            ("may", [order("9100", f"{shop}送礼人")]),
            ("june", [order(f"91{n:02d}", f"{shop}本人") for n in range(1, 5)]),
        ):
            found.append(folder / f"{name}.csv")
            found[-1].write_bytes(make.as_csv(make.table("taobao_orders", orders)).encode("gb18030"))
        return found

    def test_by_the_command(self, siyu: Siyu, make: ModuleType, tmp_path: Path, phone: str, find: Find) -> None:
        files = self.files(make, tmp_path, "两遍店", phone)
        arguments = ["import", "orders", *map(str, files), "--links-first"]
        done = siyu.cli(*arguments)
        assert "3 new identifiers, 2 new customers" in done.stderr
        assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["may.csv", "june.csv"]
        assert find(phone) == find("两遍店本人") != find("两遍店送礼人")
        told = order_facts(siyu, "两遍店")
        assert "0 new identifiers, 0 new customers" in siyu.cli(*arguments).stderr
        assert order_facts(siyu, "两遍店") == told

    def test_over_http(
        self, siyu: Siyu, api: httpx.Client, make: ModuleType, tmp_path: Path, phone: str, find: Find
    ) -> None:
        """One upload is one file: what it holds is what is decided at once."""
        may, june = self.files(make, tmp_path, "上传店", phone)
        rest = june.read_bytes().split(b"\r\n", 1)[1]
        may.write_bytes(may.read_bytes() + rest)
        imported(siyu, api, may, links_first="true")
        assert find(phone) == find("上传店本人") != find("上传店送礼人")


class TestKill:
    def test_an_import_killed_in_the_middle_ends_as_if_it_never_had_been(
        self, siyu: Siyu, make: ModuleType, tmp_path: Path
    ) -> None:
        lines = 12_000
        path = tmp_path / "jd-big.csv"
        make.bulk(path, "jd_orders", lines, per_order=2)
        command = [
            sys.executable,
            "-m",
            "siyu.app.cli",
            "import",
            "orders",
            str(path),
            "--shop",
            "大店",
            "--source",
            "killed",
        ]
        process = subprocess.Popen(command, env=os.environ | {"SIYU_DATA_FOLDER": str(siyu.folder)})

        def read() -> int:
            with siyu.context() as context, context.database.transaction() as conn:
                found = rows(conn, "SELECT rows FROM intake.import_run WHERE file_name = 'jd-big.csv'")
            return int(found[0][0]) if found else 0

        reached = eventually(read, lambda count: count > 0, 60)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
        again = siyu.cli("import", "orders", str(path), "--shop", "大店", "--source", "killed", "--json")
        assert '"state": "done"' in again.stdout
        assert reached < lines  # it was killed before its end
        told = order_facts(siyu, "大店")
        assert len(orders(siyu, "大店")) == lines // 2
        counts = Counter((number, kind) for number, kind, _ in told)
        assert set(counts.values()) == {1}
        assert sum(fen for _, _, fen in told) == sum(
            paid - refunded for paid, refunded in orders(siyu, "大店").values()
        )
