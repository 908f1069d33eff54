"""``siyu demo``: the demo brand comes in through the public doors, as a real one would.

Everything in it can be repeated: imports go on from their checkpoints, tracking events carry the same ids. So an
interrupted fill is simply begun again, with the parameters of the first time.
"""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Final

import httpx
import orjson
import structlog
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from siyu.app import lifetime, people
from siyu.app.context import Context, open_context
from siyu.app.imports import import_file
from siyu.app.place import Running
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.settings import Settings
from siyu.identity import service as identity
from siyu.insight import service as insight
from siyu.insight.types import LtvPlan
from siyu.intake.types import ImportRun
from siyu.kernel.errors import EngineProblem, original
from siyu.rehearsal import service as rehearsal
from siyu.rehearsal.types import MINI_PROGRAM, NAME, WEBSITE, Brand, ExportFile, TrackingBatch

log = structlog.get_logger(__name__)

_ACTOR: Final[Principal] = access.system("demo")
_SENDERS: Final = 4
_TRIES: Final = 20  # of a request that nobody answers; the web process starts again within seconds
_LONGEST_PAUSE: Final = 10.0
_GIVES_UP_AFTER: Final = 120.0  # seconds in which nothing of the queue moves
console = Console(stderr=True, highlight=False)


@dataclass(frozen=True, slots=True)
class _Marker:
    """What ``demo.json`` says: which brand this is, and how far it is filled."""

    people: int
    days: int
    seed: int
    end: str
    done: bool = False
    imported: tuple[str, ...] = ()
    tracked: bool = False

    def write(self, path: Path) -> None:
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps(asdict(self)), "utf-8")
        draft.replace(path)


def fill(settings: Settings, running: Running, *, people: int, days: int, seed: int) -> None:
    """Fill a running Siyu with the demo brand and print what there is to look at.

    Safe to repeat: a filled brand is left as it is, an unfinished one goes on. Ctrl-C returns at once, after the handler
    that was there before has been told. The brand ends at the moment of the first fill.

    Raises:
        EngineProblem: Siyu does not answer, or refuses the events.
    """
    try:
        with _interruptible() as told:
            _fill(settings, running, people, days, seed, told)
    except KeyboardInterrupt:
        console.print("Interrupted. `siyu demo` goes on from here.")


@contextmanager
def _interruptible() -> Iterator[threading.Event]:
    """Within the block SIGINT and SIGTERM reach whoever handled them before, and end the block.

    Also tells whether one came: an exception that is raised while some C code looks for an attribute goes unheard.
    """
    told = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield told
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def stop(number: int, frame: FrameType | None) -> None:
        told.set()
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)
        raise KeyboardInterrupt

    for number in before:
        signal.signal(number, stop)
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end_if(told: threading.Event) -> None:
    if told.is_set():
        raise KeyboardInterrupt


def _fill(settings: Settings, running: Running, count: int, days: int, seed: int, told: threading.Event) -> None:
    folder = settings.data_folder
    context = open_context(settings, running.postgres_url, running.clickhouse_url)
    try:
        path = folder / "demo.json"
        marker, begun = _marker(path), _has_source(context)
        if begun and marker is None:
            console.print(
                f"{folder} has the source '{WEBSITE}', but no readable demo.json that says which brand it belongs to. "
                "Nothing was filled; for a demo brand give another folder with --data."
            )
            return
        if marker is None or not begun:  # nothing here, or a file that outlived its database
            end = context.clock.now().replace(second=0, microsecond=0)
            marker = _Marker(count, days, seed, end.isoformat())
        elif (marker.people, marker.days, marker.seed) != (count, days, seed):
            console.print(
                f"{folder} holds the demo brand of {marker.people:,} people, {marker.days} days and seed {marker.seed}. "
                "For another one give another folder with --data."
            )
        if marker.done:
            console.print(f"The demo brand {NAME} is here already.")
            return
        _fill_from(context, running, path, marker, told)
    finally:
        context.close()


def _marker(path: Path) -> _Marker | None:
    """How far the brand of this folder is; None when the file does not say."""
    try:
        said = json.loads(path.read_text("utf-8"))
        return _Marker(**{**said, "imported": tuple(said["imported"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _has_source(context: Context) -> bool:
    with context.database.transaction() as conn:
        return any(source.name == WEBSITE for source in access.sources(conn))


def _fill_from(context: Context, running: Running, path: Path, marker: _Marker, told: threading.Event) -> None:
    begun = time.monotonic()
    marker.write(path)  # before the sources: without it nobody would know to which brand they belong
    keys = _write_keys(context)
    with console.status(f"{NAME}: {marker.people:,} people live through {marker.days} days …"):
        brand = rehearsal.build(marker.seed, marker.people, marker.days, datetime.fromisoformat(marker.end))
        files = rehearsal.write_exports(brand, path.with_name("demo-exports"))
    with _bars() as bars:
        for file in files:
            if file.path.name not in marker.imported:
                _import(context, file, bars, told)
                marker = replace(marker, imported=(*marker.imported, file.path.name))
                marker.write(path)
        if not marker.tracked:
            _track(running.http_url, keys, brand, bars, told)
            marker = replace(marker, tracked=True)
            marker.write(path)
        if not _drain(running.http_url, bars, told):
            bars.stop()
            console.print("The queue has not moved for two minutes; the log says why. `siyu demo` goes on from here.")
            return
    with console.status("What will they bring? …"):
        lifetime.refit(context)
    marker = replace(marker, done=True)
    marker.write(path)
    log.info("demo.filled", people=marker.people, seconds=round(time.monotonic() - begun, 1))
    _summarise(context, running, brand)


def _write_keys(context: Context) -> dict[str, str]:
    """The write keys of the two tracking sources, which are made when they are not there."""
    keys = {}
    with context.database.transaction() as conn:
        known = {source.name: source for source in access.sources(conn)}
        now = context.clock.now()
        for name, kind in ((WEBSITE, "web"), (MINI_PROGRAM, "app")):
            source = known.get(name) or access.create_source(conn, _ACTOR, name=name, kind=kind, now=now)
            good = [key.key for key in source.keys if key.revoked_at is None]
            keys[name] = good[0] if good else access.create_write_key(conn, _ACTOR, source.id, now).key
    return keys


def _bars() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=console,
    )


def _rate(bars: Progress, task: TaskID, unit: str) -> str:
    elapsed = bars.tasks[task].elapsed or 0.0
    return f"{bars.tasks[task].completed / elapsed:,.0f} {unit}/s" if elapsed > 0.5 else ""


def _import(context: Context, file: ExportFile, bars: Progress, told: threading.Event) -> None:
    task = bars.add_task(file.path.stem, total=file.rows, rate="")

    def heard(run: ImportRun) -> None:
        _end_if(told)
        bars.update(task, completed=run.rows, rate=_rate(bars, task, "rows"))

    import_file(context, file.path, file.kind, actor=_ACTOR, platform=file.platform, shop=file.shop, progress=heard)
    bars.update(task, completed=file.rows)


def _track(url: str, keys: dict[str, str], brand: Brand, bars: Progress, told: threading.Event) -> None:
    """Send all events, a few requests at a time, until told to end."""
    task = bars.add_task("网站与小程序", total=rehearsal.count_events(brand), rate="")
    with (
        httpx.Client(base_url=url, timeout=60, trust_env=False) as client,
        ThreadPoolExecutor(_SENDERS, "demo-sender") as pool,
    ):
        sender = _Sender(client, keys, told)
        sending: set[Future[int]] = set()
        try:
            for batch in rehearsal.tracking_batches(brand):
                _end_if(told)
                sending.add(pool.submit(sender.send, batch))
                if len(sending) >= 2 * _SENDERS:
                    done, sending = wait(sending, return_when=FIRST_COMPLETED)
                    bars.advance(task, sum(future.result() for future in done))
                    bars.update(task, rate=_rate(bars, task, "events"))
            for future in sending:
                bars.advance(task, future.result())
            _end_if(told)
        except BaseException:
            told.set()  # the senders too
            raise
        finally:
            pool.shutdown(cancel_futures=True)


class _Sender:
    """Sends batches as an SDK does: waits when told to, tries again when nobody answers."""

    def __init__(self, client: httpx.Client, keys: dict[str, str], stop: threading.Event) -> None:
        self._client, self._keys, self._stop = client, keys, stop

    def send(self, batch: TrackingBatch) -> int:
        """Send one batch and return how many events it has.

        Raises:
            EngineProblem: nobody answers for a long time, or the answer is no.
        """
        body = orjson.dumps({"batch": batch.events})
        failures = 0
        while not self._stop.is_set():
            try:
                answer = self._client.post(
                    batch.path,
                    content=body,
                    auth=(self._keys[batch.source], ""),
                    headers={"Content-Type": "application/json"},
                )
            except httpx.TransportError as error:
                failures += 1
                if failures == _TRIES:
                    raise EngineProblem(
                        engine="siyu web",
                        reason=f"the demo's events cannot be sent ({error}).",
                        reason_zh=f"无法发送演示事件{original(error)}。",
                        advice="See the log above.",
                        advice_zh="请查看上方日志。",
                    ) from None
                self._stop.wait(min(0.2 * 2**failures, _LONGEST_PAUSE))
                continue
            if answer.status_code == httpx.codes.OK:
                if refused := answer.json().get("rejected"):
                    log.warning("demo.events_refused", count=len(refused), first=refused[0])
                return len(batch.events)
            if answer.status_code in {429, 503}:
                self._stop.wait(float(answer.headers.get("Retry-After", 1)))
                continue
            said = answer.text[:500]
            raise EngineProblem(
                engine="siyu web",
                reason=f"the demo's events were refused ({said}).",
                reason_zh=f"演示事件被拒绝{original(said)}。",
                advice="See the log above.",
                advice_zh="请查看上方日志。",
            )
        return 0


def _drain(url: str, bars: Progress, told: threading.Event) -> bool:
    """Wait until everything is on the timelines; False when nothing moves any more."""
    task = bars.add_task("客户动态", total=None, rate="")
    most, last, moved = 0, -1, time.monotonic()
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as client:
        while True:
            _end_if(told)
            left = _left(client)
            if left == 0:
                bars.update(task, total=max(most, 1), completed=max(most, 1))
                return True
            if left is not None and left != last:
                most, last, moved = max(most, left), left, time.monotonic()
                bars.update(task, total=most, completed=most - left, rate=_rate(bars, task, "items"))
            elif time.monotonic() - moved > _GIVES_UP_AFTER:
                return False
            time.sleep(0.25)


def _left(client: httpx.Client) -> int | None:
    """Messages and facts that are not where they belong yet; None when nobody says."""
    try:
        answer = client.get("/health/ready")
    except httpx.TransportError:
        return None
    if answer.status_code != httpx.codes.OK:
        return None
    state = answer.json()
    return int(state["queue"]["live"]) + int(state["queue"]["bulk"]) + int(state["export"]["facts"])


def _summarise(context: Context, running: Running, brand: Brand) -> None:
    """Print what there is, what Siyu found of it, and where to look."""
    end, orders = brand.end, brand.orders
    with context.database.transaction() as conn:
        counts = identity.asset_counts(conn)
        examples = [(one, people.find(conn, one.phone, "phone")) for one in rehearsal.examples(brand)]
    value = insight.ltv(context.clickhouse, LtvPlan(until=context.clock.now(), zone=context.settings.brand_zone))
    paid = orders.paid_at <= end
    left = orders.paid_by(end) - orders.refunded_by(end)
    net = int(left.sum())
    table = Table("", f"{NAME}", "found by Siyu", title="The demo brand", title_justify="left")
    table.add_row(
        "people", f"{len(brand.people):,}", f"{counts.known:,} known, {counts.anonymous:,} devices without a name"
    )
    table.add_row("buyers", f"{len(set(orders.buyer[paid & (left > 0)].tolist())):,}", f"{value.customers:,}")
    table.add_row("paid orders", f"{int(paid.sum()):,}", "")
    table.add_row("revenue less refunds", f"¥{net / 100:,.2f}", f"¥{value.net_fen / 100:,.2f} of people it knows")
    console.print(table)
    program, data = _program(), _shown(context.settings.data_folder)
    for one, found in examples:
        console.print(f"Somebody who {one.title}:", markup=False, soft_wrap=True)
        console.print(f"  {program} find {one.phone} --data {data}", markup=False, soft_wrap=True)
        if found:
            console.print(f"  {program} timeline {found[0]} --data {data}", markup=False, soft_wrap=True)
    console.print(f"API: {running.http_url}/docs", markup=False, soft_wrap=True)


def _program() -> str:
    """How the user called us."""
    called = Path(sys.argv[0])
    return os.path.relpath(called) if called.name == "siyu" and called.exists() else "siyu"


def _shown(folder: Path) -> str:
    """The folder, as short as it can be typed from here."""
    short = os.path.relpath(folder)
    return short if not short.startswith("..") else str(folder)
