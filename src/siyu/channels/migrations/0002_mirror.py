"""The mirror: what the platforms hold, the objects to be read again, and walks through everything."""

from alembic import op

revision = "channels_0002"
down_revision = "channels_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- What should be read again: one row an object, however many pushes name it. `asks` counts them, so that a push
        -- that comes while the object is being read is not taken for answered.
        CREATE TABLE channels.reread (
            account_id bigint NOT NULL,
            kind text NOT NULL CHECK (kind IN ('staff', 'tags', 'contact', 'group')),
            object_id text NOT NULL,
            asks bigint NOT NULL DEFAULT 1,
            asked_at timestamptz NOT NULL,
            due_at timestamptz NOT NULL,
            tries integer NOT NULL DEFAULT 0,
            claimed_until timestamptz,
            PRIMARY KEY (account_id, kind, object_id)
        );
        CREATE INDEX reread_due ON channels.reread (due_at);

        -- How asking an account goes: what the platform refused last, and when it was last in order.
        CREATE TABLE channels.sync (
            account_id bigint PRIMARY KEY,
            read_at timestamptz,
            refused_at timestamptz,
            refused jsonb
        );

        -- One reconcile: everything that an account may see, in pieces.
        CREATE TABLE channels.walk (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            account_id bigint NOT NULL,
            state text NOT NULL CHECK (state IN ('running', 'done', 'failed')),
            cursor text NOT NULL DEFAULT '',
            counts jsonb NOT NULL DEFAULT '{}',
            unseen jsonb NOT NULL DEFAULT '[]',
            problem jsonb,
            began_at timestamptz NOT NULL,
            moved_at timestamptz NOT NULL,
            ended_at timestamptz
        );
        CREATE INDEX walk_account ON channels.walk (account_id, id DESC);
        CREATE UNIQUE INDEX walk_running ON channels.walk (account_id) WHERE state = 'running';

        -- In all that follows `seen_at` is the beginning of the reading that said so: an older one changes nothing.
        CREATE TABLE channels.department (
            account_id bigint NOT NULL,
            department_id text NOT NULL,
            name text NOT NULL,
            parent_id text NOT NULL,
            PRIMARY KEY (account_id, department_id)
        );
        CREATE TABLE channels.staff (
            account_id bigint NOT NULL,
            staff_id text NOT NULL,
            name text NOT NULL,
            department_ids text[] NOT NULL,
            position text NOT NULL,
            serves boolean NOT NULL,
            active boolean NOT NULL,
            seen_at timestamptz NOT NULL,
            gone_at timestamptz,
            PRIMARY KEY (account_id, staff_id)
        );
        CREATE TABLE channels.tag (
            account_id bigint NOT NULL,
            tag_id text NOT NULL,
            name text NOT NULL,
            group_id text NOT NULL,
            group_name text NOT NULL,
            place bigint NOT NULL,
            seen_at timestamptz NOT NULL,
            gone_at timestamptz,
            PRIMARY KEY (account_id, tag_id)
        );

        -- No personal data in clear: `profile` is a keyed digest, only to see that something is new.
        CREATE TABLE channels.contact (
            account_id bigint NOT NULL,
            contact_id text NOT NULL,
            kind text NOT NULL DEFAULT 'wechat',
            union_id text NOT NULL DEFAULT '',
            profile text NOT NULL DEFAULT '',
            tags text[] NOT NULL DEFAULT '{}',  -- names, as they were told last
            version bigint NOT NULL DEFAULT 0,  -- messages that were made of it
            seen_at timestamptz NOT NULL DEFAULT '-infinity',
            complete_at timestamptz,  -- the same, of the last reading that told all follows
            gone_at timestamptz,
            PRIMARY KEY (account_id, contact_id)
        );
        CREATE INDEX contact_union ON channels.contact (union_id) WHERE union_id <> '';

        -- The newest relation of a member of staff and a contact; earlier ones lie in follow_past. The lock on the contact
        -- stands for its follows.
        CREATE TABLE channels.follow (
            account_id bigint NOT NULL,
            contact_id text NOT NULL,
            staff_id text NOT NULL,
            since timestamptz NOT NULL,
            ended_at timestamptz,
            ended_by text NOT NULL DEFAULT '',
            transferred_to text NOT NULL DEFAULT '',
            tags text[] NOT NULL DEFAULT '{}',  -- ids
            way text NOT NULL DEFAULT '',
            state text NOT NULL DEFAULT '',
            noted text NOT NULL DEFAULT '',  -- keyed digest of remark and description
            phones text NOT NULL DEFAULT '',  -- keyed digest
            seen_at timestamptz NOT NULL,
            told_at timestamptz NOT NULL,
            PRIMARY KEY (account_id, contact_id, staff_id)
        ) WITH (fillfactor = 85);
        CREATE INDEX follow_staff ON channels.follow (account_id, staff_id, contact_id) WHERE ended_at IS NULL;
        CREATE INDEX follow_since ON channels.follow (account_id, since);
        CREATE INDEX follow_ended ON channels.follow (account_id, ended_at) WHERE ended_at IS NOT NULL;
        CREATE INDEX follow_tags ON channels.follow USING gin (tags) WHERE ended_at IS NULL;

        CREATE TABLE channels.follow_past (
            account_id bigint NOT NULL,
            contact_id text NOT NULL,
            staff_id text NOT NULL,
            since timestamptz NOT NULL,
            ended_at timestamptz NOT NULL,
            ended_by text NOT NULL,
            transferred_to text NOT NULL DEFAULT '',
            way text NOT NULL DEFAULT '',
            state text NOT NULL DEFAULT '',
            PRIMARY KEY (account_id, contact_id, staff_id, since, ended_at)
        );
        CREATE INDEX follow_past_since ON channels.follow_past (account_id, since);
        CREATE INDEX follow_past_ended ON channels.follow_past (account_id, ended_at);

        -- Who ended what, as pushes said. Kept: the platform goes on showing a member whom the customer deleted.
        CREATE TABLE channels.departure (
            account_id bigint NOT NULL,
            contact_id text NOT NULL,
            staff_id text NOT NULL,
            at timestamptz NOT NULL,
            by text NOT NULL CHECK (by IN ('staff', 'customer', 'transfer')),
            PRIMARY KEY (account_id, contact_id, staff_id, at, by)
        );

        CREATE TABLE channels.chat_group (
            account_id bigint NOT NULL,
            group_id text NOT NULL,
            name text NOT NULL DEFAULT '',
            owner_id text NOT NULL DEFAULT '',
            admin_ids text[] NOT NULL DEFAULT '{}',
            notice text NOT NULL DEFAULT '',
            platform_version text NOT NULL DEFAULT '',
            created_at timestamptz,
            seen_at timestamptz NOT NULL DEFAULT '-infinity',
            gone_at timestamptz,
            PRIMARY KEY (account_id, group_id)
        );
        -- The newest stay of a person in a group; the lock on the group stands for its members.
        CREATE TABLE channels.chat_member (
            account_id bigint NOT NULL,
            group_id text NOT NULL,
            member_id text NOT NULL,
            kind text NOT NULL CHECK (kind IN ('staff', 'customer')),
            union_id text NOT NULL DEFAULT '',
            joined_at timestamptz NOT NULL,
            left_at timestamptz,
            way text NOT NULL DEFAULT '',
            invited_by text NOT NULL DEFAULT '',
            state text NOT NULL DEFAULT '',
            version bigint NOT NULL DEFAULT 0,
            seen_at timestamptz NOT NULL,
            told_at timestamptz NOT NULL,
            PRIMARY KEY (account_id, group_id, member_id)
        ) WITH (fillfactor = 85);
        CREATE INDEX chat_member_person ON channels.chat_member (account_id, member_id);
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
