"""How fast events become durable, against a raw COPY and against the same server's empty route."""

import random

import orjson

from benchmarks.harness import copy_rate, event, http_request, load, quick_flag, report, siyu_up

BATCH = 100
CONNECTIONS = 16


def main() -> None:
    quick = quick_flag(__doc__ or "")
    events_sent, singles = (60_000, 6_000) if quick else (400_000, 40_000)
    rng = random.Random(7)
    events = [event(rng, 20_000) for _ in range(events_sent)]
    # The pipeline sleeps: here only the door is measured; the benchmark `pipeline` measures them together.
    with siyu_up("--role", "web") as siyu:
        batches = [
            http_request("/v1/batch", siyu.write_key, orjson.dumps({"batch": events[at : at + BATCH]}))
            for at in range(0, events_sent, BATCH)
        ]
        single = [
            http_request("/v1/track", siyu.write_key, orjson.dumps(event(rng, 20_000) | {"timestamp": None}))
            for _ in range(singles)
        ]
        empty = [http_request("/health/live", "", b"").replace(b"POST", b"GET", 1)] * singles
        load(siyu.port, empty[:500], CONNECTIONS)
        load(siyu.port, single[:500], CONNECTIONS)
        copy = copy_rate(siyu.running.postgres_url, events)
        batch_rate = events_sent / load(siyu.port, batches, CONNECTIONS)
        copy = (copy + copy_rate(siyu.running.postgres_url, events)) / 2
        empty_rate = singles / load(siyu.port, empty, 64)
        single_rate = singles / load(siyu.port, single[500:], 64) * (singles - 500) / singles
    report(
        "ingest",
        quick=quick,
        figures={"batch_vs_copy": batch_rate / copy, "single_vs_empty": single_rate / empty_rate},
        notes={
            "copy_rows_s": copy,
            "batch_events_s": batch_rate,
            "empty_req_s": empty_rate,
            "single_req_s": single_rate,
        },
    )


if __name__ == "__main__":
    main()
