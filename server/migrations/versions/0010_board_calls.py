"""Calls for the city's board during a reception, and links of guests that one browser alone may use."""

import sqlalchemy as sa
from alembic import op

from server.tables.base import Moment

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply the change."""
    with op.batch_alter_table("guest_links") as table:
        table.add_column(sa.Column("used_at", Moment(), nullable=True))
        table.add_column(sa.Column("used_by_browser", sa.String(64), nullable=True))
    op.create_table(
        "board_calls",
        sa.Column("id", NUMBER, primary_key=True),
        sa.Column("code", sa.String(40), nullable=False, unique=True),
        sa.Column("reception_id", NUMBER, sa.ForeignKey("receptions.id"), nullable=False),
        sa.Column("unit_id", NUMBER, sa.ForeignKey("units.id"), nullable=False),
        sa.Column("board_id", NUMBER, sa.ForeignKey("units.id"), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("urgency", sa.String(32), nullable=False),
        sa.Column("hand_over", sa.Text(), nullable=False),
        sa.Column("stay_minutes", sa.Integer(), nullable=False),
        sa.Column("asked_by", NUMBER, sa.ForeignKey("officers.id"), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=True),
        sa.Column("answered_by", NUMBER, sa.ForeignKey("officers.id"), nullable=True),
        sa.Column("answered_at", Moment(), nullable=True),
        sa.Column("ground", sa.String(500), nullable=False),
        sa.Column("offered_at", Moment(), nullable=True),
        sa.Column("member", sa.String(40), nullable=False),
        sa.Column("is_seat_made", sa.Boolean(), nullable=False),
        sa.Column("withdrawn_at", Moment(), nullable=True),
        sa.Column("key", sa.String(64), nullable=False, unique=True),
    )
    op.create_index("ix_board_calls_reception_id", "board_calls", ["reception_id"])
    op.create_index("ix_board_calls_waiting", "board_calls", ["board_id", "state", "asked_at"])


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("board_calls")
    with op.batch_alter_table("guest_links") as table:
        table.drop_column("used_by_browser")
        table.drop_column("used_at")
