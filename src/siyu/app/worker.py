"""The worker process: the pipeline, the exporter, the jobs."""

import gc
import threading
from collections.abc import Callable
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from siyu.app import cashing
from siyu.app.acting import Acting
from siyu.app.context import Context
from siyu.app.greeting import greeter
from siyu.app.jobs import Reviving, given_up, register, run
from siyu.app.journeying import Calling, Journeying
from siyu.app.learning import SPACING, Learning
from siyu.app.ledger import Sealing, Tiering
from siyu.app.loops import Loop
from siyu.app.outward import outward
from siyu.app.pipeline import Pipeline
from siyu.app.reacting import Reacting
from siyu.app.relief import until_signalled, work
from siyu.app.rewards import SealingAndTelling
from siyu.app.standing import Standings, adopt
from siyu.app.syncing import Syncing, opener
from siyu.app.touching import Touching
from siyu.channels import service as channels
from siyu.customers import service as customers
from siyu.engines.jobs import job_app
from siyu.intake import service as intake
from siyu.journeys import service as journeys
from siyu.loyalty import service as loyalty
from siyu.rewards import service as rewards
from siyu.segments import service as segments
from siyu.timeline import service as timeline
from siyu.touch import service as touch

# A batch makes a hundred thousand objects that all go with it, in no circles: to look through them after every 700 new
# ones is a quarter of the work.
COLLECTING: Final = (400_000, 20, 20)
_REVIVING: Final = 20.0  # seconds between two looks for jobs whose worker died
# Seconds between the beginnings of two small pieces (see Loop). What a fact leads to has to happen within a second: each stage
# takes a part of it, and leaves the processors to the others for the rest.
_SPACING: Final = {
    "pipeline": 0.03,
    "exporter": 0.06,
    "reacting": 0.06,
    "journeys": 0.06,
    "acting": 0.2,
    "standings": 1.0,  # in a stream of events somebody is marked all the time: they are counted together
    "learning": SPACING,
}


def serve(context: Context) -> None:
    """Be the worker until told to stop."""
    gc.set_threshold(*COLLECTING)
    Worker(context).run()


class Worker:
    """Runs everything that happens behind the request, until it is told to stop."""

    def __init__(self, context: Context) -> None:
        self._context = context
        rewards.register_payments(cashing.Cashier())
        self._greeter = greeter(context)
        pipeline = Pipeline(
            context.database, context.clock, context.settings.pipeline_batch, greet=self._greeter.submit
        )
        exporter = timeline.Exporter(context.database, context.clickhouse)
        standings = Standings(context.database, context.clock)
        opens = opener(context.database, context.clock)
        syncing = Syncing(context.database, context.clock, opens)
        acting = Acting(channels.Desk(context.database, context.clock, opens))
        touching = Touching(context.database, context.clock)
        rotation = channels.Rotation(context.database, context.clock, ZoneInfo(context.settings.brand_zone), opens)
        reacting = Reacting(context.database, context.clickhouse, context.clock)
        learning = Learning(context.database)
        journeying = Journeying.of(context)
        calling = Calling(context.database, context.clock, outward())
        sealing = SealingAndTelling(context.database, Sealing(context.database, context.clock))
        tiering = Tiering(context.database, context.clock)
        self._loops = [
            self._loop("pipeline", intake.CHANNEL, pipeline.run_once, context.has_room),
            self._loop("exporter", timeline.CHANNEL, exporter.export_once, context.has_room),
            self._loop("reacting", f"{timeline.SHIPPED} {segments.CHANNEL}", reacting.run_once),
            self._loop("learning", timeline.SHIPPED, learning.run_once),
            self._loop("standings", customers.CHANNEL, standings.run_once),
            self._loop("syncing", channels.CHANNEL, syncing.run_once),
            self._loop("acting", channels.ACTS_CHANNEL, acting.run_once),
            self._loop("touching", touch.CHANNEL, touching.decide_once),
            self._loop("outcomes", channels.TURNED_CHANNEL, touching.hear_once),
            self._loop("journeys", journeys.CHANNEL, journeying.run_once),
            self._loop("calling", journeys.CALLS_CHANNEL, calling.run_once),
            # Without a channel: to notify would have all who post or redeem wait for each other at their commit.
            self._loop("ledger", "", sealing.run_once),
            self._loop("tiers", loyalty.TIERS_CHANNEL, tiering.run_once),
            self._loop("codes", channels.CODES_CHANNEL, rotation.run_once),
            Loop(
                "jobs",
                context.database,
                "",
                Reviving(context.database, partial(given_up, context)).run_once,
                seldom=_REVIVING,
            ),
        ]

    def _loop(self, name: str, channel: str, work: Callable[[], int], may: Callable[[], bool] = lambda: True) -> Loop:
        return Loop(name, self._context.database, channel, work, spacing=_SPACING.get(name, 0.0), may=may)

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; what is begun is finished."""
        adopt(self._context.database, self._context.settings)
        self._greeter.start()
        try:
            work(self._context, self._loops, self._run_jobs())
        finally:
            self._greeter.stop()

    async def _run_jobs(self) -> None:
        jobs = job_app(self._context.database)
        ending = threading.Event()
        register(jobs, self._context, ending=ending.is_set)
        async with jobs.open_async():
            await run(jobs, self._context.settings.worker_jobs, until_signalled(), ending)
