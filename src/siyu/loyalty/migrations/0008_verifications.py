"""When the ledger was checked, and what was found."""

from alembic import op

revision = "loyalty_0008"
down_revision = "loyalty_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE loyalty.verification (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            began_at timestamptz NOT NULL,
            ended_at timestamptz NOT NULL,
            actor text NOT NULL,
            transactions bigint NOT NULL,
            unsealed bigint NOT NULL,
            block bigint NOT NULL,
            hash text NOT NULL,
            anchor bigint,  -- the block whose hash was noted before, and compared
            findings integer NOT NULL,
            first jsonb NOT NULL  -- of the findings
        );
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
