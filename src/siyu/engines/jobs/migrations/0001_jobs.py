"""Procrastinate's own schema, as the locked version of it writes it, under the name ``jobs``."""

from alembic import op
from procrastinate.schema import SchemaManager

from siyu.engines.postgres.statements import driver_connection

revision = "jobs_0001"
down_revision = None
branch_labels = ("jobs",)
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    driver = driver_connection(connection)
    connection.exec_driver_sql("CREATE SCHEMA jobs")
    connection.exec_driver_sql("SET LOCAL search_path TO jobs")
    # Without parameters psycopg sends the text as it is: several statements, and no placeholder in a %.
    driver.execute(SchemaManager.get_schema())
    connection.exec_driver_sql("SET LOCAL search_path TO DEFAULT")


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only")
