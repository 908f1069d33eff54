"""Who reads what was shipped, and how far they are."""

from alembic import op

revision = "timeline_0002"
down_revision = "timeline_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- With which shipment an entry went out first. It stays when the log is shipped anew, so that readers find their
        -- place and read nothing twice.
        ALTER TABLE timeline.entry ADD COLUMN first_manifest bigint;
        UPDATE timeline.entry SET first_manifest = manifest_id WHERE manifest_id IS NOT NULL;
        CREATE INDEX entry_first_manifest ON timeline.entry (first_manifest) WHERE first_manifest IS NOT NULL;

        CREATE TABLE timeline.reader (
            name text PRIMARY KEY,
            position bigint NOT NULL DEFAULT 0
        );
        -- What was shipped before there were reactions is not reacted to.
        INSERT INTO timeline.reader (name, position)
        SELECT 'reactions', coalesce(max(first_manifest), 0) FROM timeline.entry;
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only")
