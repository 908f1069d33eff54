"""Tasks of members: their rules in versions, and who has done what."""

from alembic import op

revision = "loyalty_0006"
down_revision = "loyalty_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- The newest version is in force.
        CREATE TABLE loyalty.task_rules (
            version bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            rules jsonb NOT NULL,
            at timestamptz NOT NULL,
            actor text NOT NULL,
            reason text NOT NULL
        );

        -- The key is what makes it given once.
        CREATE TABLE loyalty.task_done (
            customer_id bigint NOT NULL,
            task text COLLATE "C" NOT NULL,
            period text COLLATE "C" NOT NULL,
            at timestamptz NOT NULL,
            PRIMARY KEY (customer_id, task, period)
        );
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
