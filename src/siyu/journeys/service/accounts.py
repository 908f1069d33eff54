"""The accounts that a journey may name, as its checks see them."""

from sqlalchemy import Connection

from siyu.channels import service as channels
from siyu.journeys.rules.world import Account


def accounts_of(conn: Connection) -> list[Account]:
    """Of all channels whose plugins are there."""
    known = {about.name for about in channels.abouts()}
    return [
        Account(one.id, one.name, channels.about(one.channel), paused=one.state == "paused")
        for one in channels.accounts(conn)
        if one.channel in known
    ]
