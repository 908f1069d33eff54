"""Pictures for welcomes: kept here, and uploaded to the platform again before it forgets them."""

from alembic import op

revision = "channels_0012"
down_revision = "channels_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE channels.media_file (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            account_id bigint NOT NULL REFERENCES channels.account,
            digest bytea NOT NULL,
            name text NOT NULL,
            media_type text NOT NULL,
            content bytea NOT NULL,
            created_by text NOT NULL,
            created_at timestamptz NOT NULL,
            UNIQUE (account_id, digest)
        );
        -- What stands for a file in an attachment of this kind, and until when the platform knows it.
        CREATE TABLE channels.media_upload (
            file_id bigint NOT NULL REFERENCES channels.media_file,
            kind text NOT NULL,
            fields jsonb NOT NULL,
            until timestamptz NOT NULL,
            PRIMARY KEY (file_id, kind)
        );
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
