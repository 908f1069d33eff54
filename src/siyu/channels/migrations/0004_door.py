"""What the door last heard and last refused, by account."""

from alembic import op

revision = "channels_0004"
down_revision = "channels_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- good_at: the last call that was the platform's, a push or a try of the address. refusals: since then.
        CREATE TABLE channels.door (
            account_id bigint PRIMARY KEY REFERENCES channels.account,
            good_at timestamptz,
            refused_at timestamptz,
            refusals bigint NOT NULL CHECK (refusals >= 0),
            reason text NOT NULL,
            reason_zh text NOT NULL
        );
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
