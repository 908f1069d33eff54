"""Journeys, their versions, who is where, and what they ask of others."""

from alembic import op

revision = "journeys_0001"
down_revision = None
branch_labels = ("journeys",)
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE SCHEMA journeys;

        -- draft: a Definition as JSON that is being worked on. Who enters gets the newest version.
        CREATE TABLE journeys.journey (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            key text NOT NULL UNIQUE,
            name text NOT NULL,
            kind text NOT NULL CHECK (kind IN ('journey', 'broadcast')),
            state text NOT NULL CHECK (state IN ('draft', 'running', 'paused', 'draining', 'stopped')),
            version integer NOT NULL DEFAULT 0,
            draft json,
            programme_id bigint,
            next_run_at timestamptz,
            created_by text NOT NULL,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            started_at timestamptz,
            stopped_at timestamptz
        );
        CREATE INDEX journey_runs ON journeys.journey (next_run_at) WHERE state = 'running' AND next_run_at IS NOT NULL;

        -- Never changed but for where its people go on: into another version, steps by names where those differ.
        CREATE TABLE journeys.version (
            id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            journey_id bigint NOT NULL REFERENCES journeys.journey (id),
            number integer NOT NULL,
            definition json NOT NULL,
            digest text NOT NULL,             -- of the definition: a process that has read it need not read it again
            published_by text NOT NULL,
            published_at timestamptz NOT NULL,
            becomes integer REFERENCES journeys.version (id),
            steps jsonb NOT NULL DEFAULT '{}',
            UNIQUE (journey_id, number)
        );

        -- Who is in a journey now. A row that is being worked on is locked by its transaction: that is its lease, and
        -- ends with the process. No foreign keys: they would lock the journey for every person who enters.
        CREATE TABLE journeys.enrolment (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            journey_id bigint NOT NULL,
            customer_id bigint NOT NULL,
            due_at timestamptz NOT NULL,
            since timestamptz NOT NULL,       -- when the step began, or should have
            entered_at timestamptz NOT NULL,
            version_id integer NOT NULL,
            passed integer NOT NULL DEFAULT 0,
            begun boolean NOT NULL DEFAULT false,
            treated boolean NOT NULL,
            step text NOT NULL,
            key text NOT NULL,
            origin text NOT NULL,
            entry jsonb,                      -- what brought them
            heard jsonb                       -- step that waits for a fact -> when that happened, in milliseconds
        ) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
        CREATE UNIQUE INDEX enrolment_person ON journeys.enrolment (customer_id, journey_id, key);
        CREATE INDEX enrolment_due ON journeys.enrolment (journey_id, due_at);

        -- Who has been in one.
        CREATE TABLE journeys.past (
            id bigint NOT NULL,
            journey_id bigint NOT NULL,
            customer_id bigint NOT NULL,
            entered_at timestamptz NOT NULL,
            ended_at timestamptz NOT NULL,
            version_id integer NOT NULL,
            passed integer NOT NULL,
            treated boolean NOT NULL,
            step text NOT NULL,
            key text NOT NULL,
            origin text NOT NULL,
            how text NOT NULL CHECK (how IN ('exit', 'goal', 'stopped', 'merged', 'withdrawn'))
        );
        CREATE INDEX past_person ON journeys.past (customer_id, journey_id, key);

        -- How many passed a step by which way. Each batch writes rows of its own, so that none waits for another; an
        -- hourly job adds them up. step '' is the journey itself: entered, and how it ended.
        CREATE TABLE journeys.passage (
            version_id integer NOT NULL,
            step text NOT NULL,
            way text NOT NULL,
            at timestamptz NOT NULL,
            people bigint NOT NULL
        );
        CREATE INDEX passage_version ON journeys.passage (version_id);

        -- A crowd on its way into a journey, in chunks: people are customer ids of eight bytes each, in their order.
        CREATE TABLE journeys.crowd (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            journey_id bigint NOT NULL REFERENCES journeys.journey (id),
            origin text NOT NULL,
            key text NOT NULL,
            people bytea NOT NULL,
            total integer NOT NULL,
            position integer NOT NULL DEFAULT 0,
            per_minute integer NOT NULL,
            begins_at timestamptz NOT NULL,
            UNIQUE (journey_id, origin)
        );
        ALTER TABLE journeys.crowd ALTER COLUMN people SET STORAGE EXTERNAL;  -- a piece is read without the rest
        CREATE INDEX crowd_waiting ON journeys.crowd (id) WHERE position < total;

        CREATE TABLE journeys.call (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            key text NOT NULL UNIQUE,
            journey_id bigint NOT NULL,
            url text NOT NULL,
            body json NOT NULL,
            state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'failed')),
            tries integer NOT NULL DEFAULT 0,
            due_at timestamptz NOT NULL,
            asked_at timestamptz NOT NULL,
            ended_at timestamptz,
            answer text NOT NULL DEFAULT ''
        );
        CREATE INDEX call_due ON journeys.call (due_at) WHERE state = 'waiting';
        CREATE INDEX call_journey ON journeys.call (journey_id, id DESC);

        -- result: a Rehearsal as JSON, once it is done.
        CREATE TABLE journeys.rehearsal (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            journey_id bigint NOT NULL REFERENCES journeys.journey (id),
            definition json NOT NULL,
            since timestamptz NOT NULL,
            until timestamptz NOT NULL,
            most integer NOT NULL,
            state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'failed')),
            result json,
            problem jsonb,
            asked_by text NOT NULL,
            asked_at timestamptz NOT NULL,
            ended_at timestamptz
        );
        CREATE INDEX rehearsal_journey ON journeys.rehearsal (journey_id, id DESC);

        CREATE TABLE journeys.staff_task (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            key text NOT NULL UNIQUE,
            journey_id bigint NOT NULL,
            customer_id bigint NOT NULL,
            title text NOT NULL,
            say text NOT NULL,
            state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'dropped')),
            asked_at timestamptz NOT NULL,
            due_at timestamptz NOT NULL,
            ended_at timestamptz,
            ended_by text NOT NULL DEFAULT ''
        );
        CREATE INDEX staff_task_open ON journeys.staff_task (due_at, id) WHERE state = 'open';
        CREATE INDEX staff_task_person ON journeys.staff_task (customer_id);
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
