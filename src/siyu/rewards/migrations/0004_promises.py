"""Coupons that were promised in public, and are set aside for that."""

from alembic import op

revision = "rewards_0004"
down_revision = "rewards_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE rewards.promise (
            -- Above the ids of templates: both own stock of the same unit.
            id bigint GENERATED ALWAYS AS IDENTITY (START WITH 1000000000001) PRIMARY KEY,
            template_id bigint NOT NULL REFERENCES rewards.template (id),
            key text NOT NULL UNIQUE,  -- draw_round:12:prize, trial:7
            coupons bigint NOT NULL,
            made_at timestamptz NOT NULL,
            ended_at timestamptz
        );
        CREATE INDEX promise_open ON rewards.promise (template_id) WHERE ended_at IS NULL;
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
