"""What each refit of the lifetime models found."""

from alembic import op

revision = "insight_0001"
down_revision = None
branch_labels = ("insight",)
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE SCHEMA insight;

        -- body is a LifetimeModel, NULL when there is no prediction: then reason says why. The fingerprint is that of
        -- the data, so a refit of the same data leaves no second row.
        CREATE TABLE insight.lifetime_model (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            as_of date NOT NULL,
            fitted_at timestamptz NOT NULL,
            fingerprint text NOT NULL UNIQUE,
            customers bigint NOT NULL,
            actual_fen bigint NOT NULL,
            predicted_fen bigint,
            reason text NOT NULL DEFAULT '',
            reason_zh text NOT NULL DEFAULT '',
            body json,  -- not jsonb: that would put the parameters into another order
            CHECK ((body IS NULL) = (reason <> ''))
        );
        CREATE INDEX lifetime_model_latest ON insight.lifetime_model (fitted_at DESC, id DESC);
        CREATE INDEX lifetime_model_days ON insight.lifetime_model (as_of DESC, fitted_at DESC, id DESC);
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
