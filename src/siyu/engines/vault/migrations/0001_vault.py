"""The vault."""

from alembic import op

revision = "vault_0001"
down_revision = None
branch_labels = ("vault",)
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE SCHEMA vault;

        -- Which keys this database was filled with; exactly one of them is the root of the fingerprints.
        CREATE TABLE vault.master (
            key_id text PRIMARY KEY,
            root boolean NOT NULL,
            first_used_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE UNIQUE INDEX master_one_root ON vault.master (root) WHERE root;

        CREATE TABLE vault.item (
            fingerprint uuid NOT NULL,  -- 128 bit of an HMAC
            kind text NOT NULL,
            key_id text NOT NULL,
            sealed bytea NOT NULL,      -- nonce, ciphertext, tag; kind and fingerprint are the associated data
            masked text NOT NULL,
            PRIMARY KEY (fingerprint, kind)
        );
        -- The values are random: compressing them only costs.
        ALTER TABLE vault.item ALTER COLUMN sealed SET STORAGE EXTERNAL;
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
