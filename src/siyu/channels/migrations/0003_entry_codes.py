"""Entry codes, what the platforms were told of them, arrivals to be marked, and welcomes."""

from alembic import op

revision = "channels_0003"
down_revision = "channels_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- What an operator made. `serving` is who serves now, `wanted` what the platform is to know of it, `wanted_key` a
        -- digest of that; `look_at` is when who serves may be another.
        CREATE TABLE channels.entry_code (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            account_id bigint NOT NULL REFERENCES channels.account,
            kind text NOT NULL CHECK (kind IN ('staff', 'group', 'link')),
            name text NOT NULL,
            public_id text NOT NULL UNIQUE,
            definition jsonb NOT NULL,
            serving jsonb NOT NULL,
            wanted jsonb NOT NULL,
            wanted_key text NOT NULL,
            marks boolean NOT NULL,  -- whoever comes gets tags or a remark on the platform
            look_at timestamptz,
            created_by text NOT NULL,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            archived_at timestamptz
        );
        CREATE INDEX entry_code_account ON channels.entry_code (account_id, id DESC);
        CREATE INDEX entry_code_look ON channels.entry_code (look_at) WHERE archived_at IS NULL;

        -- Each way in that the platform knows: number 0 is the code itself, from 1 on its package cards. `told_key` is the
        -- digest of what the platform was told last, empty while it knows nothing.
        CREATE TABLE channels.entry_way (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            account_id bigint NOT NULL REFERENCES channels.account,
            code_id bigint NOT NULL REFERENCES channels.entry_code,
            number integer NOT NULL CHECK (number >= 0),
            state text NOT NULL CHECK (length(state) BETWEEN 1 AND 30),
            handle text NOT NULL DEFAULT '',
            url text NOT NULL DEFAULT '',
            picture_url text NOT NULL DEFAULT '',
            picture bytea,
            told_key text NOT NULL DEFAULT '',
            settled boolean NOT NULL DEFAULT false,
            due_at timestamptz NOT NULL,
            leased_until timestamptz,  -- somebody is telling the platform: nobody else may
            attempts integer NOT NULL DEFAULT 0,
            problem jsonb,
            UNIQUE (account_id, state),
            UNIQUE (code_id, number)
        );
        CREATE INDEX entry_way_due ON channels.entry_way (due_at) WHERE NOT settled;

        -- Somebody who came through a code and gets tags or a remark on the platform.
        CREATE TABLE channels.entry_mark (
            account_id bigint NOT NULL,
            contact_id text NOT NULL,
            staff_id text NOT NULL,
            code_id bigint NOT NULL,
            came_at timestamptz NOT NULL,
            marked_at timestamptz,
            due_at timestamptz NOT NULL,
            attempts integer NOT NULL DEFAULT 0,
            problem jsonb,
            PRIMARY KEY (account_id, contact_id, staff_id, code_id)
        );
        CREATE INDEX entry_mark_due ON channels.entry_mark (due_at) WHERE marked_at IS NULL;

        CREATE TABLE channels.entry_day (
            code_id bigint NOT NULL REFERENCES channels.entry_code,
            day date NOT NULL,  -- in the brand's zone
            shown bigint NOT NULL,
            PRIMARY KEY (code_id, day)
        );

        -- One welcome: who makes the row may send it. The platform's code is kept as a digest only.
        CREATE TABLE channels.welcome (
            account_id bigint NOT NULL,
            code_hash text NOT NULL,
            state text NOT NULL,
            staff_id text NOT NULL,
            contact_id text NOT NULL,
            until timestamptz NOT NULL,
            claimed_at timestamptz NOT NULL,
            claims integer NOT NULL DEFAULT 1,
            outcome text CHECK (outcome IN ('sent', 'already', 'expired', 'refused')),
            finished_at timestamptz,
            took_ms integer,
            error integer NOT NULL DEFAULT 0,
            reason text NOT NULL DEFAULT '',
            reason_zh text NOT NULL DEFAULT '',
            PRIMARY KEY (account_id, code_hash)
        );
        CREATE INDEX welcome_claimed ON channels.welcome (claimed_at);
        CREATE INDEX welcome_state ON channels.welcome (account_id, state, claimed_at DESC);

        -- Who came through a code.
        CREATE INDEX follow_state ON channels.follow (account_id, state, since) WHERE state <> '';
        CREATE INDEX follow_past_state ON channels.follow_past (account_id, state, since) WHERE state <> '';
        CREATE INDEX chat_member_state ON channels.chat_member (account_id, state, joined_at) WHERE state <> '';
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
