"""``siyu demo``: the demo brand comes in through the public doors, as a real one would.

Everything in it can be repeated: imports go on from their checkpoints, tracking events carry the same ids. So an
interrupted fill is simply begun again, with the parameters of the first time.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

import httpx
import orjson
import structlog
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from siyu.app import lifetime
from siyu.app.context import Context, open_context
from siyu.app.demo.beside import Attach, check_once, wait_until_mirrored, with_ports_and_keys
from siyu.app.demo.codes import stand_codes
from siyu.app.demo.content import stand_content
from siyu.app.demo.journeys import stand_journeys
from siyu.app.demo.marker import FILE, Marker, read_marker
from siyu.app.demo.membership import stand_earning, stand_membership
from siyu.app.demo.moving import stir
from siyu.app.demo.pay import PAY_FILE, connect_pay, launch_pay
from siyu.app.demo.rewards import stand_rewards
from siyu.app.demo.segments import stand_segments
from siyu.app.demo.stopping import end_if, interruptible
from siyu.app.demo.summary import summarise
from siyu.app.demo.trials import stand_trials
from siyu.app.demo.wechat import (
    ACCOUNTS_FILE,
    WeChat,
    begin_life,
    bring_friends,
    connect_wechat,
    launch_wechat,
    live_on_wechat,
    stand_follow_code,
    template_of_birthdays,
)
from siyu.app.demo.wecom import CORP_FILE, Beside, connect_wecom, launch_wecom, live_on
from siyu.app.imports import import_file
from siyu.app.place import Running
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.settings import Settings
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


def fill(settings: Settings, running: Running, attach: Attach, *, people: int, days: int, seed: int) -> None:
    """Fill a running Siyu with the demo brand, with the brand's WeCom beside it, and print what there is to look at.

    Safe to repeat: a filled brand is left as it is, an unfinished one goes on. ``attach`` runs a further process. Ctrl-C returns at once, after the handler
    that was there before has been told. The brand ends at the moment of the first fill.

    Raises:
        EngineProblem: Siyu does not answer, or refuses the events.
    """
    try:
        with interruptible() as told:
            _fill(settings, running, attach, (people, days, seed), told)
    except KeyboardInterrupt:
        console.print("Interrupted. `siyu demo` goes on from here.")


def _fill(
    settings: Settings, running: Running, attach: Attach, asked: tuple[int, int, int], told: threading.Event
) -> None:
    folder = settings.data_folder
    context = open_context(settings, running.postgres_url, running.clickhouse_url)
    try:
        path = folder / FILE
        marker, begun = read_marker(path), _has_source(context)
        if begun and marker is None:
            console.print(
                f"{folder} has the source '{WEBSITE}', but no readable demo.json that says which brand it belongs to. "
                "Nothing was filled; for a demo brand give another folder with --data."
            )
            return
        if marker is None or not begun:  # nothing here, or a file that outlived its database
            end = context.clock.now().replace(second=0, microsecond=0)
            for file in (CORP_FILE, ACCOUNTS_FILE, PAY_FILE):
                path.with_name(file).unlink(missing_ok=True)  # of the brand before it
            marker = Marker(*asked, end.isoformat())
        elif (marker.people, marker.days, marker.seed) != asked:
            console.print(
                f"{folder} holds the demo brand of {marker.people:,} people, {marker.days} days and seed {marker.seed}. "
                "For another one give another folder with --data."
            )
        marker.write(path)  # before the sources: without it nobody would know to which brand they belong
        brand = _Brand(marker)
        marker = with_ports_and_keys(marker)
        marker.write(path)
        launch_wecom(attach, marker, path, brand.get)  # all at once: each takes a second or two until it answers
        launch_wechat(attach, marker, path, brand.get)
        launch_pay(context, attach, marker, path)
        beside = connect_wecom(context, running, attach, marker, path, told)
        wechat = connect_wechat(context, running, attach, marker, path, told)
        connect_pay(context, marker, path, told)
        if marker.done:
            _stand_platforms(context, beside, wechat, told)  # filled before the brand had them
            _stand_work(context, beside, wechat, running.http_url)
            _stir(context, running.http_url, told, marker, path)
            console.print(f"The demo brand {NAME} is here already.")
        elif not _fill_from(context, running, path, marker, brand.get(), beside, wechat, told):
            return
        live_on(beside, attach)
        live_on_wechat(wechat, attach)
    finally:
        context.close()


def _stand_platforms(
    context: Context,
    beside: Beside,
    wechat: WeChat,
    told: threading.Event,
    seen: Callable[[str, int], None] = lambda _, __: None,
) -> None:
    """Wait until WeCom and the official account are mirrored, make their codes, and look whether all is well. Tells how many
    ties it has seen of each.
    """
    for name, account in (("企业微信", beside.account), ("公众号", wechat.official)):
        seen(name, wait_until_mirrored(context, account, told, partial(seen, name)))
    stand_codes(context, beside, told)
    if stand_follow_code(context, wechat, told):
        begin_life(wechat)
    for account in (beside.account, wechat.official, wechat.program):
        check_once(context, account)


def _stand_work(context: Context, beside: Beside, wechat: WeChat, http_url: str) -> None:
    """What operators make."""
    stand_segments(context)
    stand_content(context)
    stand_membership(context)
    bring_friends(context, wechat, http_url)
    stand_rewards(context)
    stand_trials(context)
    stand_journeys(context, beside, template_of_birthdays(wechat))


class _Brand:
    """The brand that a marker speaks of, made when it is needed."""

    def __init__(self, marker: Marker) -> None:
        self._marker = marker
        self._made: Brand | None = None

    def get(self) -> Brand:
        marker = self._marker
        if self._made is None:
            with console.status(f"{NAME}: {marker.people:,} people live through {marker.days} days …"):
                end = datetime.fromisoformat(marker.end)
                self._made = rehearsal.build(marker.seed, marker.people, marker.days, end)
        return self._made


def _has_source(context: Context) -> bool:
    with context.database.transaction() as conn:
        return any(source.name == WEBSITE for source in access.sources(conn))


def _fill_from(
    context: Context,
    running: Running,
    path: Path,
    marker: Marker,
    brand: Brand,
    beside: Beside,
    wechat: WeChat,
    told: threading.Event,
) -> bool:
    """Everything that is not there yet; False when the queue does not move."""
    begun = time.monotonic()
    keys = _write_keys(context)
    stand_earning(context)
    with console.status(f"{NAME}: its shops write their exports …"):
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
        mirrored = {name: bars.add_task(name, total=None, rate="") for name in ("企业微信", "公众号")}

        def seen(name: str, count: int) -> None:
            bars.update(mirrored[name], completed=count)

        _stand_platforms(context, beside, wechat, told, seen)
        if not _drain(running.http_url, bars, told):
            bars.stop()
            console.print("The queue has not moved for two minutes; the log says why. `siyu demo` goes on from here.")
            return False
    with console.status("What will they bring? …"):
        lifetime.refit(context)
        _stand_work(context, beside, wechat, running.http_url)
    marker = replace(marker, done=True)
    marker.write(path)
    log.info("demo.filled", people=marker.people, seconds=round(time.monotonic() - begun, 1))
    summarise(context, running, brand, beside, wechat)
    _stir(context, running.http_url, told, marker, path)  # afterwards: these orders are none of the brand's own
    return True


def _stir(context: Context, url: str, told: threading.Event, marker: Marker, path: Path) -> None:
    """Once in the life of a demo: people come and go by themselves as well, as days pass."""
    if marker.stirred:
        return
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
        stir(context, _Sender(client, _write_keys(context), told).send)
    end_if(told)  # who was told to end has sent nothing
    replace(marker, stirred=True).write(path)


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
        end_if(told)
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
                end_if(told)
                sending.add(pool.submit(sender.send, batch))
                if len(sending) >= 2 * _SENDERS:
                    done, sending = wait(sending, return_when=FIRST_COMPLETED)
                    bars.advance(task, sum(future.result() for future in done))
                    bars.update(task, rate=_rate(bars, task, "events"))
            for future in sending:
                bars.advance(task, future.result())
            end_if(told)
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
            end_if(told)
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
