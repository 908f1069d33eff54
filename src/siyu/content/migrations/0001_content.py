"""Materials, scripts, personas, calendars."""

from alembic import op

revision = "content_0001"
down_revision = None
branch_labels = ("content",)
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE SCHEMA content;

        -- Bytes by what they are: the same picture twice is one row, and never changes.
        CREATE TABLE content.medium (
            hash text PRIMARY KEY,
            media_type text NOT NULL,
            name text NOT NULL,
            size integer NOT NULL,
            bytes bytea NOT NULL,
            at timestamptz NOT NULL
        );
        ALTER TABLE content.medium ALTER COLUMN bytes SET STORAGE EXTERNAL;  -- pictures do not shrink

        CREATE TABLE content.material (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            kind text NOT NULL,
            name text NOT NULL,
            text text NOT NULL,
            fields jsonb NOT NULL,
            medium text NOT NULL,
            archived boolean NOT NULL DEFAULT false,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL
        );

        CREATE TABLE content.script (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text NOT NULL UNIQUE,
            archived boolean NOT NULL DEFAULT false,
            created_at timestamptz NOT NULL
        );
        -- Never changed: what a journey sends today is what it was tried with.
        CREATE TABLE content.script_version (
            script_id bigint NOT NULL,
            version integer NOT NULL,
            body jsonb NOT NULL,
            at timestamptz NOT NULL,
            actor text NOT NULL,
            note text NOT NULL,
            PRIMARY KEY (script_id, version)
        );

        -- One row: sets of kinds of which one script offers a person only one.
        CREATE TABLE content.exclusions (
            only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
            sets jsonb NOT NULL
        );
        INSERT INTO content.exclusions (sets) VALUES ('[["red_packet", "coupon"]]');

        CREATE TABLE content.persona (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text NOT NULL UNIQUE,
            body jsonb NOT NULL,
            archived boolean NOT NULL DEFAULT false,
            updated_at timestamptz NOT NULL
        );

        CREATE TABLE content.calendar (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text NOT NULL UNIQUE,
            body jsonb NOT NULL,
            updated_at timestamptz NOT NULL
        );
        CREATE TABLE content.calendar_entry (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            calendar_id bigint NOT NULL,
            at timestamptz NOT NULL,
            body jsonb NOT NULL
        );
        CREATE INDEX calendar_entry_at ON content.calendar_entry (calendar_id, at, id);
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
