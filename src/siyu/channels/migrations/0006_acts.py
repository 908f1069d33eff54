"""What is done on platforms: tags put on contacts, handovers, deliveries with what became of them."""

from alembic import op

revision = "channels_0006"
down_revision = "channels_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- Tags to be put on contacts and taken off, one row a relation; rows of one order came together.
        CREATE TABLE channels.mark_order (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            account_id bigint NOT NULL,
            actor text NOT NULL,
            asked_at timestamptz NOT NULL
        );
        CREATE INDEX mark_order_account ON channels.mark_order (account_id, id DESC);
        CREATE TABLE channels.mark (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            order_id bigint NOT NULL REFERENCES channels.mark_order,
            account_id bigint NOT NULL,
            staff_id text NOT NULL,
            contact_id text NOT NULL,
            adds text[] NOT NULL,
            removes text[] NOT NULL,
            state text NOT NULL CHECK (state IN ('waiting', 'done', 'failed')),
            code integer NOT NULL DEFAULT 0,
            reason text NOT NULL DEFAULT '',
            reason_zh text NOT NULL DEFAULT '',
            tries integer NOT NULL DEFAULT 0,
            due_at timestamptz NOT NULL,
            done_at timestamptz
        );
        CREATE INDEX mark_due ON channels.mark (due_at) WHERE state = 'waiting';
        CREATE INDEX mark_of_order ON channels.mark (order_id, id);

        -- A customer (or a group) that is to go from one member of staff to another.
        CREATE TABLE channels.handover (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            account_id bigint NOT NULL,
            kind text NOT NULL CHECK (kind IN ('contact', 'group')),
            subject_id text NOT NULL,
            giver text NOT NULL,
            taker text NOT NULL,
            giver_left boolean NOT NULL,
            said text NOT NULL DEFAULT '',
            actor text NOT NULL,
            state text NOT NULL CHECK (state IN ('asked', 'sending', 'waiting', 'done', 'refused', 'limit', 'failed')),
            code integer NOT NULL DEFAULT 0,
            reason text NOT NULL DEFAULT '',
            reason_zh text NOT NULL DEFAULT '',
            taken jsonb NOT NULL DEFAULT '[]',  -- from quotas
            asked_at timestamptz NOT NULL,
            sent_at timestamptz,
            due_at timestamptz NOT NULL,  -- when it is sent, or asked about again
            tries integer NOT NULL DEFAULT 0,
            ended_at timestamptz
        );
        CREATE INDEX handover_due ON channels.handover (due_at) WHERE state IN ('asked', 'sending', 'waiting');
        CREATE INDEX handover_account ON channels.handover (account_id, id DESC);
        CREATE INDEX handover_done ON channels.handover (account_id, subject_id, ended_at) WHERE state = 'done';
        CREATE UNIQUE INDEX handover_open ON channels.handover (account_id, kind, subject_id, giver)
            WHERE state IN ('asked', 'sending', 'waiting');

        -- What is sent: sealed, because it may name the person; many deliveries of one send share it.
        CREATE TABLE channels.content (
            account_id bigint NOT NULL,
            hash text NOT NULL,
            sealed bytea NOT NULL,
            PRIMARY KEY (account_id, hash)
        );
        -- One intended sending; the key is the caller's, and is sent once.
        CREATE TABLE channels.delivery (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            account_id bigint NOT NULL,
            key text NOT NULL,
            input_hash text NOT NULL,
            way text NOT NULL,
            subject_id text NOT NULL,
            staff_id text NOT NULL,
            details jsonb NOT NULL,
            content_hash text NOT NULL,
            state text NOT NULL CHECK (state IN ('ready', 'sending', 'waits_for_staff', 'sent', 'refused')),
            handle text NOT NULL DEFAULT '',
            code integer NOT NULL DEFAULT 0,
            reason text NOT NULL DEFAULT '',
            reason_zh text NOT NULL DEFAULT '',
            result text NOT NULL DEFAULT '',
            taken jsonb NOT NULL DEFAULT '[]',  -- from quotas
            asked_at timestamptz NOT NULL,
            sending_at timestamptz,
            due_at timestamptz NOT NULL,
            tries integer NOT NULL DEFAULT 0,
            ended_at timestamptz,
            UNIQUE (account_id, key),
            FOREIGN KEY (account_id, content_hash) REFERENCES channels.content
        );
        CREATE INDEX delivery_due ON channels.delivery (due_at) WHERE state IN ('ready', 'sending');
        CREATE INDEX delivery_handle ON channels.delivery (account_id, handle, subject_id) WHERE handle <> '';

        -- What pushes said of sendings: it may come before the answer of the call is written.
        CREATE TABLE channels.report (
            account_id bigint NOT NULL,
            handle text NOT NULL,
            subject_id text NOT NULL,
            ok boolean NOT NULL,
            said text NOT NULL,
            at timestamptz NOT NULL,
            PRIMARY KEY (account_id, handle, subject_id)
        );

        -- What members of staff have to confirm, and who of them has.
        CREATE TABLE channels.staff_task (
            account_id bigint NOT NULL,
            handle text NOT NULL,
            way text NOT NULL,
            state text NOT NULL CHECK (state IN ('open', 'done', 'cancelled', 'expired')),
            object_id text NOT NULL DEFAULT '',
            asked_at timestamptz NOT NULL,
            due_at timestamptz NOT NULL,
            tries integer NOT NULL DEFAULT 0,
            reminded timestamptz[] NOT NULL DEFAULT '{}',
            problem jsonb,
            ended_at timestamptz,
            react_at timestamptz,  -- when it is read again what people did with it; null: not any more
            looks integer NOT NULL DEFAULT 0,
            PRIMARY KEY (account_id, handle)
        );
        CREATE INDEX staff_task_react ON channels.staff_task (react_at) WHERE react_at IS NOT NULL;
        CREATE INDEX staff_task_due ON channels.staff_task (due_at) WHERE state = 'open';
        -- What people did with what staff published, as it was told.
        CREATE TABLE channels.reaction (
            account_id bigint NOT NULL,
            object_id text NOT NULL,
            staff_id text NOT NULL,
            contact_id text NOT NULL,
            kind text NOT NULL CHECK (kind IN ('liked', 'commented')),
            at timestamptz NOT NULL,
            PRIMARY KEY (account_id, object_id, staff_id, contact_id, kind, at)
        );
        CREATE TABLE channels.staff_task_member (
            account_id bigint NOT NULL,
            handle text NOT NULL,
            staff_id text NOT NULL,
            confirmed_at timestamptz,
            PRIMARY KEY (account_id, handle, staff_id),
            FOREIGN KEY (account_id, handle) REFERENCES channels.staff_task
        );

        -- Accounts of customer service in which somebody wrote: how far they are read. `asks` counts pushes, so that one
        -- that comes during a reading is not taken for answered. What was written is not kept.
        CREATE TABLE channels.conversation (
            account_id bigint NOT NULL,
            service_id text NOT NULL,
            cursor text NOT NULL DEFAULT '',
            token text NOT NULL,
            token_until timestamptz NOT NULL,
            asks bigint NOT NULL DEFAULT 1,
            due_at timestamptz NOT NULL,
            tries integer NOT NULL DEFAULT 0,
            PRIMARY KEY (account_id, service_id)
        );
        CREATE INDEX conversation_due ON channels.conversation (due_at);
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
