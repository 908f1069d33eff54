"""All SQL of the timeline in ClickHouse. (First form, to be replaced by the engineer of part 2.)"""

from siyu.engines.clickhouse.client import Client


def squash(client: Client) -> None:
    """To come."""
    client.ping()
