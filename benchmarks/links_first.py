"""A first import of customers, as its rows come and with ``--links-first``: the seconds of each pass, to the end.

The first pass compiles the rules, which takes some seconds whatever the size: with ``--quick`` that is most of it.
"""

import random
import tempfile
import time
from pathlib import Path

from benchmarks.harness import quick_flag, report, siyu_up, wait_until_drained
from siyu.app import imports
from siyu.app.context import open_context
from siyu.engines.access import service as access
from siyu.engines.settings import Settings
from siyu.intake.files.service import load_mapping

ACTOR = access.system("bench")
MAPPING = """
name: bench
kind: customers
platform: bench
shop: bench
fields:
  traits.name: name
  became_customer_at: since
identifiers:
  - {type: member_no, scope: bench, column: member}
  - {type: open_id, scope: bench, column: openid}
  - {type: phone, column: phone}
"""


def main() -> None:
    quick = quick_flag(__doc__ or "")
    count = 20_000 if quick else 1_000_000
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="siyu-bench-") as folder:
        path = write_customers(Path(folder) / "customers.csv", count)
        mapping = Path(folder) / "bench.yaml"
        mapping.write_text(MAPPING, "utf-8")
        figures["plain_s"] = bring_in(path, mapping, links_first=False)[1]
        figures["first_pass_s"], figures["second_pass_s"] = bring_in(path, mapping, links_first=True)
    figures["links_first_vs_plain"] = (figures["first_pass_s"] + figures["second_pass_s"]) / figures["plain_s"]
    report("links_first", quick=quick, figures=figures, notes={"rows": count})


def bring_in(path: Path, mapping: Path, *, links_first: bool) -> tuple[float, float]:
    """Import the file into a Siyu of its own; return the seconds of the first pass, and of the rest to the end."""
    with siyu_up() as siyu:
        settings = Settings(data_folder=siyu.folder)
        context = open_context(settings, siyu.running.postgres_url, siyu.running.clickhouse_url)
        began = time.perf_counter()
        begun = imports.begin(context, path, "customers", actor=ACTOR, mapping=load_mapping(mapping))
        if links_first:
            imports.link_first(context, [begun], actor=ACTOR)
        linked = time.perf_counter()
        imports.finish(context, begun)
        wait_until_drained(siyu, timeout=3600)
        ended = time.perf_counter()
        context.close()
    return linked - began, ended - linked


def write_customers(path: Path, count: int) -> Path:
    """Members with a phone each; one in ten shares it with a relative, one in three is known on WeChat too."""
    rng = random.Random(11)
    with path.open("w", encoding="utf-8") as file:
        file.write("member,openid,phone,name,since\n")
        for number in range(count):
            owner = rng.randrange(number) if number and rng.random() < 0.1 else number
            openid = f"o{rng.getrandbits(64):016x}" if rng.random() < 1 / 3 else ""
            file.write(f"m{number},{openid},13{owner:09d},客{number},2025-{number % 12 + 1:02d}-01\n")
    return path


if __name__ == "__main__":
    main()
