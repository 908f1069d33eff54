"""Entry codes of official accounts; scans by those who follow already."""

from alembic import op

revision = "channels_0011"
down_revision = "channels_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE channels.entry_code DROP CONSTRAINT entry_code_kind_check,
            ADD CONSTRAINT entry_code_kind_check CHECK (kind IN ('staff', 'group', 'link', 'follow'));
        CREATE TABLE channels.entry_scan (
            account_id bigint NOT NULL,
            state text NOT NULL,
            contact_id text NOT NULL,
            at timestamptz NOT NULL,
            PRIMARY KEY (account_id, state, at, contact_id)
        );
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
