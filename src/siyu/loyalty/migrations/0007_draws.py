"""The units of draws: turns, and what prizes cost."""

from alembic import op

revision = "loyalty_0007"
down_revision = "loyalty_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        INSERT INTO loyalty.unit (code, kind, name, by_hand)
        VALUES ('turn', 'turn', '抽奖机会', 10), ('draw_fen', 'draw_fen', '抽奖成本（分）', 0)
        ON CONFLICT DO NOTHING;
    """)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward")
