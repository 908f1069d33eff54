"""What an idle Siyu costs, and how soon it is ready on a folder that it knows."""

import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.harness import free_port, quick_flag, report, start, wait_until_running


def main() -> None:
    quick = quick_flag(__doc__ or "")
    rest, starts = (20, 3) if quick else (60, 10)
    with tempfile.TemporaryDirectory(prefix="siyu-bench-") as name:
        folder, port = Path(name), free_port()
        process = start(folder, port)
        wait_until_running(folder, process)
        process.terminate()
        process.wait(60)
        ready = []
        for _ in range(starts):
            began = time.perf_counter()
            process = start(folder, port)
            wait_until_running(folder, process)
            ready.append(time.perf_counter() - began)
            if len(ready) < starts:
                process.terminate()
                process.wait(60)
        time.sleep(rest / 2)
        worked = cpu_seconds(process.pid)
        time.sleep(rest / 2)
        worked = cpu_seconds(process.pid) - worked
        parts = footprint(process.pid)
        process.terminate()
        process.wait(60)
    report(
        "footprint",
        quick=quick,
        figures={"idle_mb": sum(parts.values()), "ready_s": sorted(ready)[len(ready) // 2]},
        notes={
            "idle_percent_of_a_processor": 100 * worked / (rest / 2),
            **{f"{part}_mb": size for part, size in sorted(parts.items())},
        },
    )


def tree(pid: int) -> list[psutil.Process]:
    """A process and all below it."""
    top = psutil.Process(pid)
    return [top, *top.children(recursive=True)]


def cpu_seconds(pid: int) -> float:
    """What a process and all below it have taken of the processors, those that have ended among them."""
    return sum(sum(process.cpu_times()[:4]) for process in tree(pid))


def footprint(pid: int) -> dict[str, float]:
    """Proportional set size, in MB, of a process and all below it, by what they are."""
    sizes: dict[str, float] = {}
    for process in tree(pid):
        command = " ".join(process.cmdline())
        part = next(
            (p for p in ("adapter", "process web", "process worker", "process relief", "postgres") if p in command),
            "supervisor",
        )
        sizes[part.split()[-1]] = sizes.get(part.split()[-1], 0.0) + process.memory_full_info().pss / 1e6
    return sizes


if __name__ == "__main__":
    main()
