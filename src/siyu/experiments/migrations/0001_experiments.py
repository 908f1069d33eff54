"""Programmes, who was assigned to what, and the share of people who get no marketing."""

from alembic import op

revision = "experiments_0001"
down_revision = None
branch_labels = ("experiments",)
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE SCHEMA experiments;

        CREATE TABLE experiments.programme (
            id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            key text NOT NULL UNIQUE,
            kind text NOT NULL,
            name text NOT NULL,
            control_bp smallint NOT NULL CHECK (control_bp BETWEEN 0 AND 9000),
            salt bigint NOT NULL,
            arms jsonb NOT NULL,
            input text NOT NULL,
            started_at timestamptz NOT NULL,
            stopped_at timestamptz
        );

        -- Groups: 0 treated, 1 control, 2 holdout. arm is a place among the programme's arms, -1 for none.
        -- expected_fen is what the customer was expected to bring, as of the first exposure.
        CREATE TABLE experiments.assignment (
            programme_id integer NOT NULL,
            customer_id bigint NOT NULL,
            assigned_at timestamptz NOT NULL,
            exposed_at timestamptz,
            expected_fen bigint,
            control_bp smallint NOT NULL,
            group_no smallint NOT NULL,
            arm smallint NOT NULL,
            mixed boolean NOT NULL DEFAULT false,
            PRIMARY KEY (programme_id, customer_id)
        ) WITH (fillfactor = 90);
        CREATE INDEX assignment_of_customer ON experiments.assignment (customer_id);

        -- One row: of ten thousand people so many get no marketing.
        CREATE TABLE experiments.holdout (
            only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
            bp smallint NOT NULL CHECK (bp BETWEEN 0 AND 5000)
        );
        INSERT INTO experiments.holdout (bp) VALUES (0);
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
