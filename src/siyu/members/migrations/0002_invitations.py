"""Codes by which members invite others, and who first came by them."""

from alembic import op

revision = "members_0002"
down_revision = "members_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- Each belongs to the identifier its member was signed in with; customer_id is who holds that now.
        CREATE TABLE members.invitation (
            code text PRIMARY KEY,
            identifier_id bigint NOT NULL UNIQUE,
            customer_id bigint NOT NULL,
            made_at timestamptz NOT NULL,
            ended_at timestamptz  -- the member was deleted: nobody comes by it any more
        );
        CREATE INDEX invitation_customer ON members.invitation (customer_id, made_at);

        -- When an identifier was first signed in with, and by whose invitation. Both sides are identifiers, so that a
        -- split gives each their own; the numbers of customers are who holds them now. Of somebody with several rows
        -- the first counts: whoever was a member before was brought by nobody.
        CREATE TABLE members.first_sign_in (
            identifier_id bigint PRIMARY KEY,
            customer_id bigint NOT NULL,
            at timestamptz NOT NULL,
            way text NOT NULL,
            inviter_via bigint,
            inviter_id bigint,
            CHECK ((inviter_via IS NULL) = (inviter_id IS NULL))
        );
        CREATE INDEX first_sign_in_customer ON members.first_sign_in (customer_id, at, identifier_id);
        CREATE INDEX first_sign_in_inviter ON members.first_sign_in (inviter_id, at) WHERE inviter_id IS NOT NULL;
        CREATE INDEX first_sign_in_inviter_via ON members.first_sign_in (inviter_via) WHERE inviter_via IS NOT NULL;
        CREATE INDEX first_sign_in_referred ON members.first_sign_in (at) WHERE inviter_id IS NOT NULL;
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
