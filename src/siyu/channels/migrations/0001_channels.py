"""Accounts with their secrets, tokens, rates, quotas and health."""

from alembic import op

revision = "channels_0001"
down_revision = None
branch_labels = ("channels",)
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE SCHEMA channels;

        CREATE TABLE channels.account (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            channel text NOT NULL,
            external_id text NOT NULL,
            name text NOT NULL,
            source_id bigint NOT NULL UNIQUE,
            state text NOT NULL CHECK (state IN ('active', 'paused')),
            settings jsonb NOT NULL,
            secrets jsonb NOT NULL,  -- name: base64 of what the vault sealed
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            UNIQUE (channel, external_id)
        );

        CREATE TABLE channels.token (
            account_id bigint NOT NULL REFERENCES channels.account,
            name text NOT NULL,
            sealed bytea NOT NULL,
            expires_at timestamptz NOT NULL,
            PRIMARY KEY (account_id, name)
        );

        -- seconds is 0 in the row that only says until when the API is blocked; api is empty for all together.
        CREATE TABLE channels.rate (
            account_id bigint NOT NULL REFERENCES channels.account,
            api text NOT NULL,
            seconds integer NOT NULL,
            start timestamptz NOT NULL,
            used integer NOT NULL,
            blocked_until timestamptz,
            PRIMARY KEY (account_id, api, seconds)
        );

        -- One row an allowance, of its newest window: the table grows with the subjects and not with the days.
        -- Where grants open the window, the row only stands for the lock on them.
        CREATE TABLE channels.quota_use (
            account_id bigint NOT NULL REFERENCES channels.account,
            quota text NOT NULL,
            time_window text NOT NULL,
            subject text NOT NULL,
            subject_id text NOT NULL,
            window_start timestamptz NOT NULL,
            used integer NOT NULL CHECK (used >= 0),
            PRIMARY KEY (account_id, quota, time_window, subject, subject_id)
        ) WITH (fillfactor = 80);

        CREATE TABLE channels.grant_left (
            account_id bigint NOT NULL REFERENCES channels.account,
            quota text NOT NULL,
            subject_id text NOT NULL,
            until timestamptz NOT NULL,  -- infinity: without an end
            granted integer NOT NULL,
            remaining integer NOT NULL CHECK (remaining BETWEEN 0 AND granted),
            PRIMARY KEY (account_id, quota, subject_id, until)
        );

        CREATE TABLE channels.health (
            account_id bigint PRIMARY KEY REFERENCES channels.account,
            checked_at timestamptz NOT NULL,
            findings jsonb NOT NULL
        );
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
