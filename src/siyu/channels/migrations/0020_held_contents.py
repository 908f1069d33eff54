"""A delivery's content is held by whoever makes the delivery, and kept by whoever would delete it: both look at whole batches,
where a foreign key looks at row after row.
"""

from alembic import op

revision = "channels_0020"
down_revision = "channels_0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- Accounts are never deleted, only marked so.
        ALTER TABLE channels.quota_use DROP CONSTRAINT quota_use_account_id_fkey;

        -- Whoever makes a delivery holds its content until their transaction ends (store/deliveries.py, put_contents), so that
        -- a deletion waits for it, and finds the delivery here.
        ALTER TABLE channels.delivery DROP CONSTRAINT delivery_account_id_content_hash_fkey;
        CREATE FUNCTION channels.keep_contents() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT FROM gone JOIN channels.delivery
                       ON delivery.account_id = gone.account_id AND delivery.content_hash = gone.hash) THEN
                RAISE foreign_key_violation USING MESSAGE = 'a content is deleted that a delivery still has';
            END IF;
            RETURN NULL;
        END
        $$;
        CREATE TRIGGER content_gone AFTER DELETE ON channels.content
            REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION channels.keep_contents();

        -- Nobody looks for these: that the planner knows of them takes most of the time of an ANALYZE.
        ALTER TABLE channels.delivery ALTER COLUMN details SET STATISTICS 0, ALTER COLUMN taken SET STATISTICS 0,
            ALTER COLUMN input_hash SET STATISTICS 0;
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
