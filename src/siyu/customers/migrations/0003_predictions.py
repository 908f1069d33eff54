"""What insight expects of each customer."""

from alembic import op

revision = "customers_0003"
down_revision = "customers_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- Beside the profile, not in it: refits rewrite many rows at night, and the profile's are the busiest of all.
        CREATE TABLE customers.prediction (
            customer_id bigint PRIMARY KEY,
            as_of date NOT NULL,  -- the day for which this was worked out first; unchanged since
            model text NOT NULL,
            months smallint NOT NULL,
            p_alive double precision NOT NULL,
            purchases double precision NOT NULL,
            spend_fen bigint NOT NULL,
            value_fen bigint NOT NULL,
            bought integer NOT NULL,
            first_day date NOT NULL,
            last_day date NOT NULL
        ) WITH (fillfactor = 80);
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
