"""What a reception that was stopped or adjourned needs to remember, and the lists ticked off beside it."""

import sqlalchemy as sa
from alembic import op

from server.tables.base import Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply the change."""
    with op.batch_alter_table("receptions") as table:
        table.add_column(sa.Column("outcome", sa.String(20), nullable=False, server_default=""))
        table.add_column(sa.Column("stopped_at", Moment(), nullable=True))
        table.add_column(sa.Column("stopped_by", sa.String(40), nullable=False, server_default=""))
        table.add_column(sa.Column("stopped_ground", sa.String(20), nullable=False, server_default=""))
    op.create_table(
        "reception_ticks",
        sa.Column("id", NUMBER, primary_key=True),
        sa.Column("reception_id", NUMBER, sa.ForeignKey("receptions.id"), nullable=False),
        sa.Column("list", sa.String(32), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("officer_id", NUMBER, sa.ForeignKey("officers.id"), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.UniqueConstraint("reception_id", "list", "code"),
    )
    op.create_index("ix_reception_ticks_reception_id", "reception_ticks", ["reception_id"])
