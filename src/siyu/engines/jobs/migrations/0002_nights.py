"""Which night of the brand each nightly job was last begun in."""

from alembic import op

revision = "jobs_0002"
down_revision = "jobs_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE TABLE jobs.night (name text PRIMARY KEY, night date NOT NULL)")


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only")
