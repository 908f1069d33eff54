"""The fact log and the manifests of its export."""

from alembic import op

revision = "timeline_0001"
down_revision = None
branch_labels = ("timeline",)
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE SCHEMA timeline;

        -- One row is one insert into ClickHouse: written first, then sent. After a crash the unfinished one is sent
        -- again, row for row the same, under the same deduplication token.
        CREATE TABLE timeline.manifest (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            first_entry bigint NOT NULL,
            last_entry bigint NOT NULL,
            entries integer NOT NULL,
            facts integer NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            shipped_at timestamptz
        );
        CREATE INDEX manifest_unshipped ON timeline.manifest (id) WHERE shipped_at IS NULL;

        CREATE SEQUENCE timeline.entry_id_seq;
        CREATE TABLE timeline.entry (
            id bigint PRIMARY KEY,
            kind text NOT NULL CHECK (kind IN ('facts', 'aliases')),
            rows integer NOT NULL,
            written_at timestamptz NOT NULL DEFAULT now(),
            manifest_id bigint,
            body bytea NOT NULL
        );
        -- The body is compressed already.
        ALTER TABLE timeline.entry ALTER COLUMN body SET STORAGE EXTERNAL;
        CREATE INDEX entry_unclaimed ON timeline.entry (id) WHERE manifest_id IS NULL;
        CREATE INDEX entry_manifest ON timeline.entry (manifest_id) WHERE manifest_id IS NOT NULL;
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations go forward only")
