"""Run every benchmark in full: ``python -m benchmarks [--quick]``."""

import subprocess
import sys

NAMES = (
    "ingest",
    "pipeline",
    "oneid",
    "import_files",
    "links_first",
    "footprint",
    "ltv",
    "console",
    "wecom",
    "segments",
    "gate",
    "journeys",
    "ledger",
    "seckill",
)

for name in NAMES:
    subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *sys.argv[1:]], check=True)
