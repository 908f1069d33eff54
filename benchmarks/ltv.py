"""The lifetime models against known answers, against the package ``lifetimes``, and on ten million customers.

``lifetimes`` is installed into a folder of its own for the run: it is no dependency of ours. Where that is impossible,
its figure is left out. With ``--quick`` the ten million are one million, generated, ten times over.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np

from benchmarks.harness import quick_flag, report
from siyu.insight.lifetime import bgnbd, pareto, spend
from siyu.insight.lifetime.bgnbd import BgNbd
from siyu.insight.lifetime.counts import Floats, compress, spending
from siyu.insight.lifetime.predicting import look_ahead
from siyu.insight.lifetime.spend import GammaGamma

CDNOW: Final = Path(__file__).parents[2] / "shared/data/cdnow/cdnow_customers_summary_with_transactions.csv"
KNOWN: Final = {
    "bgnbd": {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426},
    "gamma_gamma": {"p": 6.25, "q": 3.74, "v": 15.44},
    "pareto_nbd": {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669},
}
LOG_LIKELIHOOD: Final = -9582.4
ALLOWED: Final = {"bgnbd": 0.01, "gamma_gamma": 0.02, "pareto_nbd": 0.02}
CUSTOMERS: Final = 10_000_000
DAYS: Final = 728
TRUE: Final = BgNbd(0.6, 60.0, 0.8, 2.4)
WORTH: Final = GammaGamma(6.25, 3.74, 15_440.0)  # fen
PEER: Final = """
import csv, json, sys, time, warnings
import numpy as np
from lifetimes import BetaGeoFitter
warnings.simplefilter("ignore")
with open(sys.argv[1]) as file:
    x, t_x, T = np.array([[float(row[name]) for name in ("x", "t_x", "T")] for row in csv.DictReader(file)]).T
seconds = []
for _ in range(int(sys.argv[2])):
    began = time.perf_counter()
    model = BetaGeoFitter().fit(x, t_x, T)
    seconds.append(time.perf_counter() - began)
print(json.dumps({"seconds": min(seconds), **{name: float(value) for name, value in model.params_.items()}}))
"""
T = TypeVar("T")


def main() -> None:
    quick = quick_flag(__doc__ or "")
    figures: dict[str, float] = {}
    notes: dict[str, Any] = {}
    if CDNOW.exists():
        _known_answers(figures, notes)
        _against_peer(figures, notes, times=3 if quick else 10)
    else:
        notes["cdnow"] = "not here: no known answers, no comparison"
    _ten_million(figures, notes, distinct=CUSTOMERS // 10 if quick else CUSTOMERS)
    report("ltv", quick=quick, figures=figures, notes=notes)


def _cdnow() -> tuple[Floats, Floats, Floats, Floats]:
    with CDNOW.open(encoding="utf-8") as file:
        columns = [[float(row[name]) for name in ("x", "t_x", "T", "zbar")] for row in csv.DictReader(file)]
    x, t_x, age, z = np.array(columns).T
    return x, t_x, age, z


def _known_answers(figures: dict[str, float], notes: dict[str, Any]) -> None:
    x, t_x, age, z = _cdnow()
    counts, _ = compress(x, t_x, age, step=0.01)
    found = bgnbd.fit(counts)
    fitted = {
        "bgnbd": found.parameters,
        "gamma_gamma": spend.fit(spending(x[x > 0], z[x > 0])).parameters,
        "pareto_nbd": pareto.fit(counts).parameters,
    }
    figures["worst_error"] = 0.0
    for name, known in KNOWN.items():
        worst = max(abs(fitted[name][key] / value - 1) for key, value in known.items())
        figures["worst_error"] = max(figures["worst_error"], worst)
        notes[f"{name}_error"] = worst
        shown = ", ".join(f"{value:.4g}" for value in fitted[name].values())
        assert worst <= ALLOWED[name], f"{name}: {shown} is not {known}"
        notes[name] = shown
    assert abs(found.log_likelihood - LOG_LIKELIHOOD) <= 0.5, found.log_likelihood
    notes["log_likelihood"] = found.log_likelihood


def _against_peer(figures: dict[str, float], notes: dict[str, Any], times: int) -> None:
    x, t_x, age, _ = _cdnow()
    ours = min(_timed(lambda: bgnbd.fit(compress(x, t_x, age, step=0.01)[0]))[1] for _ in range(times))
    notes["bgnbd_s"] = ours
    try:
        peer = _peer(times)
    except (OSError, subprocess.CalledProcessError) as problem:
        said = getattr(problem, "stderr", b"") or str(problem).encode()
        notes["lifetimes"] = f"cannot be installed here: {said.decode(errors='replace').strip()[-200:]}"
        return
    notes["lifetimes_s"] = peer.pop("seconds")
    notes["lifetimes"] = ", ".join(f"{value:.4g}" for value in peer.values())
    figures["bgnbd_vs_lifetimes"] = ours / notes["lifetimes_s"]


def _peer(times: int) -> dict[str, float]:
    """Seconds and parameters of ``lifetimes`` on the same data, in an environment that lives as long as the run."""
    with tempfile.TemporaryDirectory(prefix="siyu-bench-") as folder:
        python = str(Path(folder) / "bin" / "python")
        environment = dict(os.environ)
        if mirror := _said(sys.executable, "-m", "pip", "config", "get", "global.index-url"):
            environment.setdefault("UV_DEFAULT_INDEX", mirror)  # uv does not read pip's configuration
        for command in (
            [sys.executable, "-m", "uv", "venv", "--quiet", "--allow-existing", "--python", sys.executable, folder],
            [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", python, "lifetimes==0.11.3"],
        ):
            subprocess.run(command, check=True, capture_output=True, env=environment)
        done = subprocess.run([python, "-c", PEER, str(CDNOW), str(times)], check=True, capture_output=True)
        found: dict[str, float] = json.loads(done.stdout)
        return found


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _ten_million(figures: dict[str, float], notes: dict[str, Any], distinct: int) -> None:
    x, t_x, age, z = _generate(distinct)
    if distinct < CUSTOMERS:
        order = np.random.default_rng(5).permutation(distinct)
        x, t_x, age, z = (np.tile(values[order], CUSTOMERS // distinct) for values in (x, t_x, age, z))
    (counts, place), notes["compress_s"] = _timed(lambda: compress(x, t_x, age, step=7.0))
    model, notes["fit_s"] = _timed(lambda: bgnbd.fit(counts))
    worth, notes["fit_spend_s"] = _timed(lambda: _fit_spend(x, z))

    def predict() -> tuple[Floats, Floats, Floats]:
        ahead = look_ahead(model, counts, months=12, monthly_discount=0.01)
        value = worth.expected(x, z)
        value *= ahead.discounted[place]
        return ahead.p_alive[place], ahead.purchases[place], value

    (p_alive, purchases, value), notes["predict_s"] = _timed(predict)
    figures["ten_million_s"] = sum(notes[f"{part}_s"] for part in ("compress", "fit", "fit_spend", "predict"))
    notes["distinct"] = len(counts.x)
    notes["fitted"] = ", ".join(f"{found:.4g}" for found in (*model.parameters.values(), *worth.parameters.values()))
    notes["true"] = ", ".join(f"{true:.4g}" for true in (*TRUE.parameters.values(), *WORTH.parameters.values()))
    notes["alive"] = float(p_alive.mean())
    notes["purchases_each"] = float(purchases.mean())
    notes["value_each_fen"] = float(value.mean())


def _fit_spend(x: Any, z: Floats) -> GammaGamma:
    again = x > 0
    return spend.fit(spending(x[again], z[again], exact=False))


def _generate(customers: int) -> tuple[Any, Any, Any, Floats]:
    """(x, t_x, T) in whole days and the mean spend in fen of customers who live as the models have it."""
    rng = np.random.default_rng(1)
    age = rng.integers(1, DAYS + 1, customers, dtype=np.int32)
    rate = rng.gamma(TRUE.r, 1 / TRUE.alpha, customers)
    leaving = rng.beta(TRUE.a, TRUE.b, customers)
    x, t_x = np.zeros(customers, np.int32), np.zeros(customers, np.int32)
    left, moment = np.arange(customers), np.zeros(customers)
    while len(left):
        moment = moment + rng.exponential(1, len(left)) / rate[left]
        bought = moment < age[left]
        left, moment = left[bought], moment[bought]
        x[left] += 1
        t_x[left] = moment
        stays = rng.random(len(left)) >= leaving[left]
        left, moment = left[stays], moment[stays]
    scale = WORTH.v / rng.gamma(WORTH.q, 1, customers)
    times = np.maximum(x, 1)
    z = rng.gamma(WORTH.p * times, 1 / times) * scale
    return x, t_x, age, np.where(x > 0, z, 0.0)


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    found = work()
    return found, time.perf_counter() - began


if __name__ == "__main__":
    main()
