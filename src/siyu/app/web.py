"""The web process: the intake's door, the API and its OpenAPI page."""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from types import FrameType
from typing import Final
from zoneinfo import ZoneInfo

import uvicorn
from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool

import siyu
from siyu.app import api, cashing, health
from siyu.app.api import uploads
from siyu.app.console import ConsoleRoute, FirstOwnerRoute
from siyu.app.context import Context
from siyu.app.greeting import greeter
from siyu.app.live import Hub
from siyu.app.member_pages import MemberPages, logo, start
from siyu.app.outward import outward
from siyu.channels import http as channels
from siyu.channels.http import LoginDoor, PushDoor
from siyu.channels.service import Greeter
from siyu.channels.types import Account, Arrival
from siyu.content import http as content
from siyu.draws import http as draws
from siyu.engines.access import service as access
from siyu.engines.http import Bodies, join, known, prepare
from siyu.engines.http.pages import show_api
from siyu.engines.settings import BadSetting, Settings
from siyu.intake import http as intake
from siyu.intake.http.coalescer import Coalescer
from siyu.intake.http.door import DoorLimits
from siyu.intake.http.pressure import Limits, Pressure
from siyu.intake.service import serialised
from siyu.intake.types import Lane, Message
from siyu.members.http import MemberDoor
from siyu.members.sms.aliyun import Aliyun, Terms
from siyu.members.types import Sms
from siyu.payments import http as payments
from siyu.rewards import service as rewards

_DESCRIPTION = """
Siyu (私域) looks after the customers a brand can reach itself.

* **intake**: the Segment contract; point an SDK of Segment or RudderStack at this host with a source's write key.
* **callbacks**: where platforms push; each account says its own address.
* **logins**: where people sign in on the brand's pages and in its mini programs.
* **members**: what people see and do on their own pages, with a session of their own.
* everything under **/api/v1** needs a session or an API key (`Authorization: Bearer …`).
"""


_INTAKE: Final = ("/v1/", "/beacon/", "/pixel/")
_FILES: Final = ("/api/v1/imports", "/api/v1/segments/lists")
_FORM: Final = 1 << 20  # what a form has beside its file


def create_app(context: Context | None = None) -> FastAPI:
    """The whole web application.

    Args:
        context: open engines; without them only the description of the API can be asked for.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        assert context is not None
        door = open_door(context)
        app.state.door = door
        welcomes = greeter(context)
        app.state.push_door = pushes = open_push_door(context, door, welcomes)
        app.state.login_door = open_login_door(context, door)
        app.state.member_door = open_member_door(context, door)
        door.start()
        welcomes.start()
        try:
            yield
        finally:
            await pushes.stop()
            await door.stop()
            await asyncio.to_thread(welcomes.stop)
            context.close()

    app = FastAPI(
        title="Siyu",
        version=siyu.__version__,
        description=_DESCRIPTION,
        lifespan=lifespan if context else None,
        openapi_url=None,
    )
    if context is not None:
        settings = context.settings
        app.state.context = context
        app.state.strict = settings.intake_strict
        app.state.outward = outward
        app.state.payment_turned = cashing.turned
        rewards.register_payments(cashing.Cashier())
        app.state.brand_name = settings.brand_name
        app.state.brand_zone = ZoneInfo(settings.brand_zone)
        app.state.brand_colour, app.state.brand_logo = settings.brand_colour, settings.brand_logo
        prepare(
            app,
            database=context.database,
            clock=context.clock,
            base_url=settings.base_url,
            bodies=_bodies(context),
            session_idle=timedelta(hours=settings.session_hours),
        )
    show_api(app)
    routes = app.router
    join(routes, channels.callback)  # first: routes are tried one after the other, and platforms may push a lot
    routes.routes += [FirstOwnerRoute(), logo, start, MemberPages()]
    join(
        routes,
        intake.router,
        channels.logins,
        channels.entry,
        content.public,
        draws.public,
        payments.notify,
        health.router,
        api.router,
    )
    routes.routes.append(ConsoleRoute())
    return app


def _bodies(context: Context) -> Bodies:
    """Who brings a file has to be known, and there has to be room for it, before the first byte of it is read."""
    settings = context.settings

    def look(request: Request, size: int) -> None:
        with context.database.transaction() as conn:
            known(request, conn, context.clock.now())
        uploads.check_room(context, size)

    async def admit(request: Request, size: int) -> None:
        await run_in_threadpool(look, request, size)

    return Bodies(settings.request_bytes, _INTAKE, _FILES, settings.upload_bytes + _FORM, admit)


def open_door(context: Context) -> intake.Door:
    """The intake's door over the context's engines."""
    settings, database = context.settings, context.database

    keys = access.WriteKeys(database)

    def find_source(key: str) -> int | None:
        source = keys.find(key)
        return source.id if source else None

    limits = Limits(
        messages=settings.intake_queue_messages,
        queue_bytes=settings.intake_queue_bytes,
        free_bytes=settings.minimum_free_bytes,
        folder=context.disk,
    )
    sizes = DoorLimits(
        body=settings.intake_request_bytes, expanded=settings.intake_expanded_bytes, event=settings.intake_event_bytes
    )
    return intake.Door(Coalescer(database), Pressure(database, limits), find_source, context.clock, sizes)


def open_push_door(context: Context, door: intake.Door, welcomes: Greeter) -> PushDoor:
    """The door of platforms, behind which their pushes come into the same queue."""

    async def put(message: Message) -> None:
        await door.put(Lane.LIVE, [serialised(message)])

    def greet(account: Account, arrival: Arrival) -> None:
        welcomes.submit(account.id, arrival)  # and where too many wait, the pipeline meets it

    return PushDoor(
        context.database,
        context.clock,
        outward(),
        check=lambda: door.check(Lane.LIVE),
        put=put,
        on_arrival=greet,
    )


def open_login_door(context: Context, door: intake.Door) -> LoginDoor:
    """The door at which people sign in."""
    keys = access.WriteKeys(context.database)
    return LoginDoor(context.database, context.clock, outward(), check=lambda: door.check(Lane.LIVE), keys=keys)


def open_member_door(context: Context, door: intake.Door) -> MemberDoor:
    """The door of members: how they sign in, and for how long."""
    settings = context.settings
    return MemberDoor(
        lambda: door.check(Lane.LIVE),
        open_sms(context),
        most_codes=settings.sms_daily,
        idle=timedelta(days=settings.member_session_days),
        deletion_after=timedelta(days=settings.member_deletion_days),
    )


def open_sms(context: Context) -> Sms | None:
    """What brings codes to phones; ``None`` where no provider is set up.

    Raises:
        BadSetting: it is set up by half.
    """
    settings = context.settings
    given = {
        "SIYU_SMS_KEY": settings.sms_key,
        "SIYU_SMS_SECRET": settings.sms_secret.get_secret_value(),
        "SIYU_SMS_SIGN_NAME": settings.sms_sign_name,
        "SIYU_SMS_TEMPLATE": settings.sms_template,
    }
    if not any(given.values()):
        return None
    for name, value in given.items():
        if not value:
            raise BadSetting(
                variable=name,
                reason="signing in by SMS needs all of SIYU_SMS_KEY, _SECRET, _SIGN_NAME and _TEMPLATE",
                reason_zh="短信登录需同时设置 SIYU_SMS_KEY、_SECRET、_SIGN_NAME 与 _TEMPLATE",
            )
    key, secret, sign_name, template = given.values()
    return Aliyun(Terms(key, secret, sign_name, template, settings.sms_url), outward(), context.clock)


def serve(context: Context) -> None:
    """Serve until told to stop."""
    serve_app(context.settings, create_app(context))


def serve_app(settings: Settings, app: FastAPI) -> None:
    """The same for an application of :func:`create_app` that somebody has added to."""
    config = uvicorn.Config(
        app,
        host=settings.http_host,
        port=settings.http_port,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=20,
        backlog=2048,
    )
    server = _Server(config)
    server.run()
    if not server.started:
        sys.exit(3)


class _Server(uvicorn.Server):
    """Ends the live views when it is told to stop: they would hold the others up until the patience is over."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        hub: Hub | None = getattr(getattr(self.config.app, "state", None), "live", None)
        if hub is not None:  # not here: a signal may come while this very thread holds the hub's lock
            threading.Thread(target=hub.close, daemon=True).start()
        super().handle_exit(sig, frame)
