"""Who greets in a process of Siyu: in the web, behind the door; in the worker, where the door did not come to it."""

from zoneinfo import ZoneInfo

from siyu.app.context import Context
from siyu.app.syncing import opener
from siyu.channels import service as channels


def greeter(context: Context) -> channels.Greeter:
    """Not yet started."""
    settings, database, clock = context.settings, context.database, context.clock
    return channels.Greeter(
        database, clock, ZoneInfo(settings.brand_zone), settings.brand_name, opener(database, clock)
    )
