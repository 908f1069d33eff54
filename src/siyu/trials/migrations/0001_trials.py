"""Trials, and applications with their reports."""

from alembic import op

revision = "trials_0001"
down_revision = None
branch_labels = ("trials",)
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE SCHEMA trials;

        CREATE TABLE trials.trial (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            terms jsonb NOT NULL,
            state text NOT NULL CHECK (state IN ('draft', 'live', 'chosen', 'ended')),
            version integer NOT NULL,
            round_id bigint,  -- of draws
            chosen_by timestamptz NOT NULL,  -- as in the terms
            created_at timestamptz NOT NULL,
            changed_at timestamptz NOT NULL
        );
        CREATE INDEX trial_due ON trials.trial (chosen_by) WHERE state = 'live';

        -- The ledger has the hold of the points under the key `trial_application:<id>`, the piece under `trial_chosen:<id>`.
        CREATE TABLE trials.application (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            trial_id bigint NOT NULL REFERENCES trials.trial,
            customer_id bigint NOT NULL,
            state text NOT NULL CHECK (state IN ('applied', 'withdrawn', 'not_chosen', 'chosen', 'sent', 'reported',
                                                 'sent_back', 'rewarded', 'missed')),
            counts boolean NOT NULL DEFAULT true,
            text text NOT NULL,
            answers text[] NOT NULL,
            applied_at timestamptz NOT NULL,
            changed_at timestamptz NOT NULL,
            chosen_at timestamptz,
            sent_at timestamptz,
            parcel text NOT NULL DEFAULT '',
            due_at timestamptz,
            stars smallint CHECK (stars BETWEEN 1 AND 5),
            report text NOT NULL DEFAULT '',
            reported_at timestamptz,
            note text NOT NULL DEFAULT '',
            rewarded_at timestamptz,
            barred_until timestamptz
        ) WITH (fillfactor = 85);
        -- One person applies once for one trial.
        CREATE UNIQUE INDEX application_once ON trials.application (trial_id, customer_id) WHERE counts;
        CREATE INDEX application_trial ON trials.application (trial_id, state, id);
        CREATE INDEX application_customer ON trials.application (customer_id, id);
        CREATE INDEX application_due ON trials.application (due_at) WHERE state IN ('sent', 'sent_back');
        CREATE INDEX application_barred ON trials.application (customer_id) WHERE barred_until IS NOT NULL;
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
