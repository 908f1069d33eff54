"""Those who apply for something may be drawn: rounds without a version of the rules, and who took part."""

from alembic import op

revision = "draws_0002"
down_revision = "draws_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE draws.round DROP CONSTRAINT round_kind_check;
        ALTER TABLE draws.round ADD CONSTRAINT round_kind_check CHECK (kind IN ('pool', 'free_orders', 'entrants'));
        ALTER TABLE draws.round ALTER COLUMN version DROP NOT NULL;
        ALTER TABLE draws.round ADD CONSTRAINT round_version_check CHECK ((version IS NULL) = (kind = 'entrants'));
        CREATE UNIQUE INDEX round_entrants ON draws.round (code) WHERE kind = 'entrants';

        CREATE TABLE draws.entrant (
            round_id bigint NOT NULL,
            place integer NOT NULL CHECK (place > 0),
            named text COLLATE "C" NOT NULL,
            digest text COLLATE "C" NOT NULL,
            won boolean NOT NULL,
            at timestamptz NOT NULL,
            PRIMARY KEY (round_id, place),
            UNIQUE (round_id, named)
        );
        CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON draws.entrant
        FOR EACH ROW EXECUTE FUNCTION draws.refuse_change();
        CREATE TRIGGER never_emptied BEFORE TRUNCATE ON draws.entrant
        FOR EACH STATEMENT EXECUTE FUNCTION draws.refuse_change();
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
