"""Segments: rules with their versions, who is in them, when that may change by itself; lists from files."""

from alembic import op

revision = "segments_0001"
down_revision = None
branch_labels = ("segments",)
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE SCHEMA segments;

        -- Whose calendar counts days: that of the settings as the answers that are kept were found by it.
        CREATE TABLE segments.basis (
            only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
            zone text NOT NULL
        );
        INSERT INTO segments.basis (zone) VALUES ('Asia/Shanghai');

        -- people is NULL until it was evaluated first. outdated: what the rule means is another since the last full
        -- evaluation, so that nothing but the next one changes who is in it. depends_on: kinds of facts and other causes after which the rule,
        -- with those of the segments it refers to, may answer otherwise.
        CREATE TABLE segments.segment (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text NOT NULL,
            note text NOT NULL DEFAULT '',
            rule jsonb NOT NULL,
            version integer NOT NULL DEFAULT 1,
            live boolean NOT NULL DEFAULT true,
            outdated boolean NOT NULL DEFAULT true,
            depends_on text[] NOT NULL DEFAULT '{}',
            people bigint,
            evaluated_version integer NOT NULL DEFAULT 0,
            evaluated_at timestamptz,
            took_ms bigint,
            made_by text NOT NULL,
            made_at timestamptz NOT NULL,
            changed_by text NOT NULL,
            changed_at timestamptz NOT NULL,
            deleted_at timestamptz
        ) WITH (fillfactor = 70);
        CREATE UNIQUE INDEX segment_name ON segments.segment (name) WHERE deleted_at IS NULL;

        CREATE TABLE segments.version (
            segment_id bigint NOT NULL,
            version integer NOT NULL,
            rule jsonb NOT NULL,
            made_by text NOT NULL,
            made_at timestamptz NOT NULL,
            PRIMARY KEY (segment_id, version)
        );

        -- What the rule of a segment refers to; and what other rooms build on a segment ('journey:7').
        CREATE TABLE segments.reference (
            segment_id bigint NOT NULL,
            to_segment_id bigint,
            to_list_id bigint
        );
        CREATE INDEX reference_of ON segments.reference (segment_id);
        CREATE TABLE segments.use (
            segment_id bigint NOT NULL,
            user_key text NOT NULL,
            name text NOT NULL,
            PRIMARY KEY (user_key, segment_id)
        );

        -- Who is in a segment: a Roaring bitmap of the low 16 bits for each 65,536 ids that hold anybody. One person who
        -- comes or goes rewrites one row of 8 kB at most.
        CREATE TABLE segments.member (
            segment_id bigint NOT NULL,
            chunk bigint NOT NULL,
            people bytea NOT NULL,
            count integer NOT NULL,
            PRIMARY KEY (segment_id, chunk)
        ) WITH (fillfactor = 50);
        ALTER TABLE segments.member ALTER COLUMN people SET STORAGE EXTERNAL;

        -- When an answer may change although nothing happens: at that moment (ms) these people (a bitmap) are looked at
        -- again. What is far away is kept by the hour, and becomes exact when the hour comes.
        CREATE TABLE segments.due (
            segment_id bigint NOT NULL,
            due_at bigint NOT NULL,
            people bytea NOT NULL,
            PRIMARY KEY (due_at, segment_id)
        );
        CREATE INDEX due_of_segment ON segments.due (segment_id);

        -- Who is to be looked at again after something that no fact tells of; written in the transaction that changes it.
        CREATE TABLE segments.touched (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            cause text NOT NULL,
            customer_ids bigint[] NOT NULL
        ) WITH (autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0);

        CREATE TABLE segments.evaluation (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            segment_id bigint NOT NULL,
            version integer NOT NULL,
            cause text NOT NULL,
            at timestamptz NOT NULL,
            people bigint NOT NULL,
            entered bigint NOT NULL,
            left_ bigint NOT NULL,
            took_ms bigint NOT NULL
        );
        CREATE INDEX evaluation_of ON segments.evaluation (segment_id, id);

        CREATE TABLE segments.list (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text NOT NULL,
            type text NOT NULL,
            lines bigint NOT NULL,
            unknown bigint NOT NULL,
            people bigint NOT NULL,
            unknown_lines text[] NOT NULL,
            made_by text NOT NULL,
            made_at timestamptz NOT NULL
        );
        -- As they were when the file was read; merges are followed when it is asked.
        CREATE TABLE segments.listed (
            list_id bigint NOT NULL,
            chunk bigint NOT NULL,
            people bytea NOT NULL,
            count integer NOT NULL,
            PRIMARY KEY (list_id, chunk)
        );
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
