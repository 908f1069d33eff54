"""Which night of the brand each nightly job was last begun in.

Those that wait, or that a worker which died was doing, were made by cron and given the moment at which they were due.
"""

from alembic import op

revision = "jobs_0002"
down_revision = "jobs_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE TABLE jobs.night (name text PRIMARY KEY, night date NOT NULL)")
    op.execute("""
        UPDATE jobs.procrastinate_jobs SET args = args - 'timestamp'
        WHERE status IN ('todo', 'doing') AND task_name IN (
            'channels.reconcile_all', 'ledger.verify', 'timeline.squash', 'channels.forget', 'insight.refit',
            'channels.recognise', 'segments.evaluate_all'
        )
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only")
