"""What tests of entry codes begin with: staff, a group and tags in the mirror, and people who come."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from siyu.channels import service
from siyu.channels.types import Account, Contact, Follow, Group, Member, Staff, Tag
from siyu.engines.access import service as access
from siyu.engines.postgres import Database

SHANGHAI = ZoneInfo("Asia/Shanghai")
SOMEBODY = access.system("tests")
STAFF = ("ann", "bob", "cai")


def furnish(database: Database, account: Account, now: datetime) -> None:
    """Three members of staff who serve and one who does not, a group, a tag."""
    seen = [Staff(one, one.title()) for one in STAFF]
    seen.append(Staff("eve", "Eve", serves=False))
    with database.transaction() as conn:
        service.mirror(
            conn,
            account,
            [*seen, Tag("t1", "到店", "g1", "来源"), Group("c1", "福利群", "ann", now - timedelta(days=90))],
            now,
        )


def come(
    database: Database,
    account: Account,
    people: Sequence[tuple[str, str, str, datetime]],
    now: datetime,
    *,
    gone: Sequence[str] = (),
) -> None:
    """(contact, staff, state, since) are friends now; those who are ``gone`` know nobody."""
    with database.transaction() as conn:
        seen = [
            Contact(who, who, "wechat", follows=(Follow(staff, since, state=state, way="scan"),))
            for who, staff, state, since in people
        ]
        seen += [Contact(who, who, "wechat") for who in gone]
        service.mirror(conn, account, seen, now)


def join(database: Database, account: Account, people: Sequence[tuple[str, str, datetime]], now: datetime) -> None:
    """(contact, state, since) are in the group now, and nobody else."""
    members = tuple(Member(who, "customer", since, "scan", state=state) for who, state, since in people)
    with database.transaction() as conn:
        service.mirror(conn, account, [Group("c1", "福利群", "ann", now - timedelta(days=90), members=members)], now)
