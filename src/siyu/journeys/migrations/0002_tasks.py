"""Tasks of staff are touches; their lists lie in touch."""

from alembic import op

revision = "journeys_0002"
down_revision = "journeys_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # They had not been through the gate. Who waited for one in a journey had gone on already.
    op.execute("DROP TABLE journeys.staff_task")


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
