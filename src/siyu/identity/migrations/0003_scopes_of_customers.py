"""Counting people by channel reads the scope of buyer accounts as well: still from the index alone."""

from alembic import op

revision = "identity_0003"
down_revision = "identity_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- Finds a customer's identifiers as the index before it did, so it takes that one's place.
        CREATE INDEX identifier_customer_kind ON identity.identifier (customer_id, type, scope);
        DROP INDEX identity.identifier_customer_type;
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations run forward only")
