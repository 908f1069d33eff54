"""An uploaded file is an import from the moment in which it is accepted: it waits for its turn."""

from alembic import op

revision = "intake_0003"
down_revision = "intake_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE intake.import_run
            DROP CONSTRAINT import_run_state_check,
            ADD CONSTRAINT import_run_state_check CHECK (state IN ('waiting', 'running', 'done', 'failed'));
        -- With a file that waits, the mapping as it was when the file was accepted, and no longer its name.
        UPDATE intake.import_run SET kept = jsonb_set(kept, '{mapping}', mapping.body)
            FROM intake.mapping WHERE mapping.name = kept ->> 'mapping';
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only")
