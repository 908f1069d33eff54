"""What arrived when by source; what an import remarked; the uploaded file of an import that is not done."""

from alembic import op

revision = "intake_0002"
down_revision = "intake_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- Only ever added to, so that batches side by side do not wait for each other; folded together every hour.
        CREATE TABLE intake.arrival (
            source_id integer NOT NULL,
            at timestamptz NOT NULL,  -- the minute, later the quarter of an hour, later the day
            messages bigint NOT NULL,
            last_at timestamptz NOT NULL
        );
        CREATE INDEX arrival_source ON intake.arrival (source_id, at);

        ALTER TABLE intake.import_run
            ADD COLUMN notes jsonb NOT NULL DEFAULT '[]',
            ADD COLUMN kept jsonb;  -- name of the uploaded file, and how it is read; NULL when there is none
        CREATE INDEX import_run_kept ON intake.import_run (updated_at) WHERE kept IS NOT NULL;
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only")
