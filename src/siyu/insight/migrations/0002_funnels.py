"""Saved funnels."""

from alembic import op

revision = "insight_0002"
down_revision = "insight_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- A funnel that somebody built and wants to see again; definition is a FunnelDefinition as JSON, owner is an
        -- actor as the audit names it (operator:7).
        CREATE TABLE insight.funnel (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text NOT NULL,
            definition jsonb NOT NULL,
            owner text NOT NULL,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            UNIQUE (owner, name)
        );
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
