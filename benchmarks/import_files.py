"""A large export of a shop: order lines a second from the file onto the timelines, and the memory it takes."""

import csv
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from benchmarks.harness import quick_flag, report, siyu_up, wait_until_drained

HEADER = [
    "主订单编号",
    "子订单编号",
    "选购商品",
    "商品规格",
    "商品数量",
    "商品ID",
    "商家编码",
    "商品单价",
    "订单应付金额",
    "运费",
    "优惠总金额",
    "支付方式",
    "收件人",
    "收件人手机号",
    "省",
    "市",
    "区",
    "街道",
    "详细地址",
    "买家留言",
    "订单提交时间",
    "订单完成时间",
    "支付完成时间",
    "APP渠道",
    "流量来源",
    "订单状态",
    "订单类型",
    "达人ID",
    "达人昵称",
    "售后状态",
    "取消原因",
    "发货时间",
]


def main() -> None:
    quick = quick_flag(__doc__ or "")
    lines = 200_000 if quick else 5_000_000
    with tempfile.TemporaryDirectory(prefix="siyu-bench-") as folder, siyu_up() as siyu:
        path = Path(folder) / "doudian.csv"
        read_alone = write_export(path, lines)
        peak: dict[str, float] = {}
        ending = threading.Event()
        watcher = threading.Thread(target=watch, args=(peak, ending))
        watcher.start()
        began = time.perf_counter()
        command = [sys.executable, "-m", "siyu.app.cli", "import", "orders", str(path), "--shop", "bench"]
        subprocess.run(command, env=os.environ | {"SIYU_DATA_FOLDER": str(siyu.folder)}, check=True)
        wait_until_drained(siyu, timeout=3600)
        seconds = time.perf_counter() - began
        ending.set()
        watcher.join()
    report(
        "import_files",
        quick=quick,
        figures={"lines_per_s": lines / seconds, "peak_mb": peak["all"]},
        notes={"csv_module_alone_lines_s": read_alone} | {f"{name}_peak_mb": size for name, size in peak.items()},
    )


def write_export(path: Path, lines: int) -> float:
    """Write a Doudian export; return the lines a second at which Python's csv module alone reads it: the limit."""
    rng = random.Random(5)
    written = order = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        while written < lines:
            order += 1
            person = rng.randrange(max(1, lines // 4))
            day = f"2026-{rng.randrange(1, 11):02d}-{rng.randrange(1, 29):02d} {rng.randrange(24):02d}:{rng.randrange(60):02d}:00"
            for part in range(min(rng.choice((1, 1, 1, 2, 3)), lines - written)):
                goods, price = rng.randrange(5000), rng.randrange(990, 99900)
                cells = {
                    "主订单编号": f"\t69{order:017d}",
                    "子订单编号": f"\t69{order:015d}{part:02d}",
                    "选购商品": f"商品{goods}",
                    "商品规格": "默认",
                    "商品数量": "1",
                    "商品ID": f"\t35{goods:010d}",
                    "商品单价": f"{price / 100:.2f}",
                    "订单应付金额": f"{price / 100:.2f}",
                    "收件人手机号": f"\t13{person:09d}",
                    "收件人": f"客{person}",
                    "省": "浙江省",
                    "市": "杭州市",
                    "详细地址": f"某路{person % 977}号",
                    "订单提交时间": f"\t{day}",
                    "支付完成时间": f"\t{day}",
                    "订单状态": "已完成",
                    "售后状态": "-",
                }
                out.writerow([cells.get(name, "") for name in HEADER])
                written += 1
    began = time.perf_counter()
    with path.open(encoding="utf-8-sig", newline="") as file:
        for _ in csv.reader(file):
            pass
    return lines / (time.perf_counter() - began)


def watch(peak: dict[str, float], ending: threading.Event) -> None:
    """Note the largest memory, in MB, of Siyu's own Python processes (not of its engines), together and each."""
    ours = psutil.Process()  # who began the Siyu, and the import
    while not ending.wait(0.25):
        sizes: dict[str, float] = {}
        for process in ours.children(recursive=True):
            for part in ("app.process", "app.cli"):
                if part in (line := _line(process)):
                    name = line.partition(part)[2].split()[0]  # of the forkserver: all its roles
                    try:
                        sizes[name] = process.memory_full_info().pss / 1e6
                    except psutil.Error:
                        continue
        for name, size in (sizes | {"all": sum(sizes.values())}).items():
            peak[name] = max(peak.get(name, 0.0), size)


def _line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


if __name__ == "__main__":
    main()
