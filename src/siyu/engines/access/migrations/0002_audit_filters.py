"""The audit by its time and by what was done."""

from alembic import op

revision = "access_0002"
down_revision = "access_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE INDEX audit_at ON access.audit (at);
        CREATE INDEX audit_action ON access.audit (action, id);
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
