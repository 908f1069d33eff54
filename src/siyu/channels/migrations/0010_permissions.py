"""Until when a delivery may be handed to its platform; which deliveries have turned."""

from alembic import op

revision = "channels_0010"
down_revision = "channels_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE channels.delivery ADD COLUMN until timestamptz;

        -- Deliveries that turned and of which nobody was told yet; whoever is told takes the row away.
        CREATE TABLE channels.turned (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            account_id bigint NOT NULL,
            key text NOT NULL
        );

        -- A trigger, because many acts turn a delivery (an answer, a push, a task, a cancellation), and none may forget.
        CREATE FUNCTION channels.note_turned() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO channels.turned (account_id, key)
            SELECT now.account_id, now.key FROM now JOIN before USING (id)
            WHERE now.state IN ('waits_for_staff', 'sent', 'refused')
              AND (now.state, now.result) IS DISTINCT FROM (before.state, before.result)
            ORDER BY now.id;
            IF FOUND THEN
                PERFORM pg_notify('siyu_channels_turned', '');
            END IF;
            RETURN NULL;
        END
        $$;
        CREATE TRIGGER delivery_turned AFTER UPDATE ON channels.delivery
            REFERENCING OLD TABLE AS before NEW TABLE AS now
            FOR EACH STATEMENT EXECUTE FUNCTION channels.note_turned();
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
