"""The shop: what points are worth in versions, offers, redemptions, how much each person has had."""

from alembic import op

revision = "rewards_0001"
down_revision = None
branch_labels = ("rewards",)
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE SCHEMA rewards;

        -- The newest version is in force.
        CREATE TABLE rewards.economy (
            version bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            rules jsonb NOT NULL,
            at timestamptz NOT NULL,
            actor text NOT NULL,
            reason text NOT NULL
        );

        CREATE TABLE rewards.offer (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            terms jsonb NOT NULL,
            state text NOT NULL CHECK (state IN ('draft', 'live', 'paused', 'ended')),
            version integer NOT NULL,
            created_at timestamptz NOT NULL,
            changed_at timestamptz NOT NULL
        );

        -- The ledger has the transaction under the key `redemption:<id>`.
        CREATE TABLE rewards.redemption (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            key text COLLATE "C" NOT NULL UNIQUE,
            asked_by bigint NOT NULL,  -- the customer as the request named them
            offer_id bigint NOT NULL REFERENCES rewards.offer,
            customer_id bigint NOT NULL,
            day date NOT NULL,  -- on the brand's clock
            pieces integer NOT NULL CHECK (pieces > 0),
            points bigint NOT NULL CHECK (points >= 0),
            cash_fen bigint NOT NULL CHECK (cash_fen >= 0),
            state text NOT NULL CHECK (state IN ('awaiting_payment', 'placed', 'fulfilled', 'cancelled')),
            until timestamptz CHECK ((until IS NOT NULL) = (state = 'awaiting_payment')),
            placed_at timestamptz NOT NULL,
            changed_at timestamptz NOT NULL
        ) WITH (fillfactor = 90);
        CREATE INDEX redemption_offer ON rewards.redemption (offer_id, id);
        CREATE INDEX redemption_customer ON rewards.redemption (customer_id, id);
        CREATE INDEX redemption_until ON rewards.redemption (until) WHERE state = 'awaiting_payment';

        -- How much a person has had of an offer on a day, and in all (day 0001-01-01): the row that limits are kept by.
        CREATE TABLE rewards.taken (
            offer_id bigint NOT NULL,
            customer_id bigint NOT NULL,
            day date NOT NULL,
            pieces integer NOT NULL CHECK (pieces >= 0),
            PRIMARY KEY (offer_id, customer_id, day)
        ) WITH (fillfactor = 90);

        -- What became of redemptions and was not told yet: to tell it at once would have all who redeem wait for each other.
        CREATE TABLE rewards.untold (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            redemption_id bigint NOT NULL,
            state text NOT NULL,
            at timestamptz NOT NULL
        );
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
