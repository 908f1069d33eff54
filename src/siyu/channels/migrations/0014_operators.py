"""Which members of staff an operator of the console is."""

from alembic import op

revision = "channels_0014"
down_revision = "channels_0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE channels.operator_staff (
            operator_id bigint NOT NULL,
            account_id bigint NOT NULL,
            staff_id text NOT NULL,
            PRIMARY KEY (operator_id, account_id, staff_id)
        );
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
