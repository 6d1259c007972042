"""Kits for going on on paper, incidents, and drills of the ward's room."""

import sqlalchemy as sa
from alembic import op

from server.tables.base import Moment

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "paper_kits",
        sa.Column("id", NUMBER, primary_key=True),
        sa.Column("unit_id", NUMBER, sa.ForeignKey("units.id"), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("content_sha256", sa.String(64), nullable=False),
        sa.Column("stored_as", sa.String(120), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.UniqueConstraint("unit_id", "held_on"),
    )
    op.create_index("ix_paper_kits_held_on", "paper_kits", ["held_on"])
    op.create_table(
        "incidents",
        sa.Column("id", NUMBER, primary_key=True),
        sa.Column("code", sa.String(40), nullable=False, unique=True),
        sa.Column("unit_id", NUMBER, sa.ForeignKey("units.id"), nullable=False),
        sa.Column("reception_id", NUMBER, sa.ForeignKey("receptions.id"), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("place", sa.String(20), nullable=False),
        sa.Column("words", sa.String(500), nullable=False),
        sa.Column("quality", sa.JSON(), nullable=False),
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("told_at", Moment(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("changed_by", NUMBER, sa.ForeignKey("officers.id"), nullable=True),
        sa.Column("changed_at", Moment(), nullable=True),
        sa.Column("done", sa.String(500), nullable=False),
        sa.UniqueConstraint("reception_id", "key"),
    )
    op.create_index("ix_incidents_open", "incidents", ["unit_id", "state", "told_at"])
    op.create_table(
        "room_drills",
        sa.Column("id", NUMBER, primary_key=True),
        sa.Column("unit_id", NUMBER, sa.ForeignKey("units.id"), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("light", sa.String(32), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("device", sa.String(500), nullable=False),
        sa.Column("done_by", NUMBER, sa.ForeignKey("officers.id"), nullable=False),
        sa.Column("done_at", Moment(), nullable=False),
        sa.UniqueConstraint("unit_id", "held_on"),
    )
    op.create_index("ix_room_drills_held_on", "room_drills", ["held_on"])
