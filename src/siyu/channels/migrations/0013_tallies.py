"""How many stand with whom is kept, not counted anew by each page; what changed in a period is read from indexes alone."""

from alembic import op

revision = "channels_0013"
down_revision = "channels_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- Changes of how many there are of a kind: contacts with a tag, ties that stand with a member of staff, customers
        -- and staff in a group. Their sum is the number. Whoever writes ties adds rows, so no two wait for each other.
        CREATE TABLE channels.tally (
            account_id bigint NOT NULL,
            kind text NOT NULL CHECK (kind IN ('tag', 'staff', 'chat_customer', 'chat_staff')),
            object_id text NOT NULL,
            change bigint NOT NULL
        );
        CREATE INDEX tally_account ON channels.tally (account_id, kind);
        INSERT INTO channels.tally (account_id, kind, object_id, change)
        SELECT account_id, 'tag', tag_id, count(*)
        FROM (SELECT DISTINCT account_id, tag_id, contact_id FROM channels.follow, unnest(tags) AS tag_id
              WHERE ended_at IS NULL) AS put
        GROUP BY account_id, tag_id
        UNION ALL
        SELECT account_id, 'staff', staff_id, count(*) FROM channels.follow
        WHERE ended_at IS NULL AND staff_id <> '' GROUP BY account_id, staff_id
        UNION ALL
        SELECT account_id, 'chat_' || kind, group_id, count(*) FROM channels.chat_member
        WHERE left_at IS NULL GROUP BY account_id, kind, group_id;

        -- Who came to a member of staff last, without sorting all of theirs.
        CREATE INDEX follow_served ON channels.follow (account_id, staff_id, since DESC, contact_id)
            WHERE ended_at IS NULL;
        DROP INDEX channels.follow_staff;

        CREATE INDEX follow_came ON channels.follow (account_id, since) INCLUDE (staff_id, way);
        CREATE INDEX follow_went ON channels.follow (account_id, ended_at) INCLUDE (staff_id, ended_by)
            WHERE ended_at IS NOT NULL;
        DROP INDEX channels.follow_since, channels.follow_ended;
        CREATE INDEX follow_past_came ON channels.follow_past (account_id, since) INCLUDE (staff_id, way);
        CREATE INDEX follow_past_went ON channels.follow_past (account_id, ended_at) INCLUDE (staff_id, ended_by);
        DROP INDEX channels.follow_past_since, channels.follow_past_ended;
        CREATE INDEX chat_member_came ON channels.chat_member (account_id, joined_at) INCLUDE (group_id)
            WHERE kind = 'customer';
        CREATE INDEX chat_member_went ON channels.chat_member (account_id, left_at) INCLUDE (group_id)
            WHERE kind = 'customer' AND left_at IS NOT NULL;
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
