"""Check-in: its rules in versions, the days, what days in a row have given; and the cards that make up for a day."""

from alembic import op

revision = "loyalty_0005"
down_revision = "loyalty_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- The newest version is in force.
        CREATE TABLE loyalty.check_in_rules (
            version bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            rules jsonb NOT NULL,
            at timestamptz NOT NULL,
            actor text NOT NULL,
            reason text NOT NULL
        );

        -- Days of the brand's clock. The lock of the customer's row in loyalty.earner stands for them.
        CREATE TABLE loyalty.check_in (
            customer_id bigint NOT NULL,
            day date NOT NULL,
            streak integer NOT NULL CHECK (streak > 0),
            made_up boolean NOT NULL,
            at timestamptz NOT NULL,
            PRIMARY KEY (customer_id, day)
        ) WITH (fillfactor = 90);

        CREATE TABLE loyalty.streak_given (
            customer_id bigint NOT NULL,
            days integer NOT NULL,
            day date NOT NULL,  -- that completed them
            PRIMARY KEY (customer_id, days, day)
        );

        INSERT INTO loyalty.unit (code, kind, name, by_hand) VALUES ('make_up', 'make_up', '补签卡', 10)
        ON CONFLICT DO NOTHING;
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
