"""Procrastinate's tables lie in a schema of their own, which its connections name as their search path."""

import procrastinate

SCHEMA = "jobs"


def job_app(url: str, *, pool_size: int = 4) -> procrastinate.App:
    """A Procrastinate app over the database at ``url``; tasks are registered on it by the app's wiring."""
    connector = procrastinate.PsycopgConnector(
        conninfo=url,
        min_size=1,
        max_size=pool_size,
        kwargs={"options": f"-c search_path={SCHEMA} -c timezone=UTC", "application_name": "siyu-jobs"},
    )
    return procrastinate.App(connector=connector)
