"""Counting the OneID assets reads the types of everybody's identifiers: from the index alone, not from all rows."""

from alembic import op

revision = "identity_0002"
down_revision = "identity_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- Finds a customer's identifiers as the index before it did, so it takes that one's place.
        CREATE INDEX identifier_customer_type ON identity.identifier (customer_id, type);
        DROP INDEX identity.identifier_customer;
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations run forward only")
