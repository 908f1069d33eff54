"""Who of the visitors is which contact, as the platform said when it was asked."""

from alembic import op

revision = "channels_0005"
down_revision = "channels_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- One row a visitor who was asked for. No contact and no pending id: there was none, and it is not asked again.
        CREATE TABLE channels.id_mapping (
            account_id bigint NOT NULL,
            union_id text NOT NULL,
            contact_id text NOT NULL DEFAULT '',
            pending_id text NOT NULL DEFAULT '',  -- under which the platform knows them should they come later
            pending_until timestamptz,
            asked_at timestamptz NOT NULL,
            PRIMARY KEY (account_id, union_id)
        );
        CREATE INDEX id_mapping_pending ON channels.id_mapping (account_id, pending_id) WHERE pending_id <> '';

        -- Contacts of whom the platform was asked whether they were visitors before.
        CREATE TABLE channels.contact_asked (
            account_id bigint NOT NULL,
            contact_id text NOT NULL,
            asked_at timestamptz NOT NULL,
            PRIMARY KEY (account_id, contact_id)
        );
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
