"""Copies for checking a denunciation, written appointments of representatives, who wants no weekly letter."""

import sqlalchemy as sa
from alembic import op

from server.tables.base import Moment

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "verification_copies",
        sa.Column("id", _number(), primary_key=True),
        sa.Column("code", sa.String(40), nullable=False, unique=True),
        sa.Column("case_id", _number(), sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("unit_id", _number(), sa.ForeignKey("units.id"), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("given_to", _number(), sa.ForeignKey("officers.id"), nullable=False),
        sa.Column("given_by", _number(), sa.ForeignKey("officers.id"), nullable=False),
        sa.Column("given_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("idempotency_key", sa.String(80), nullable=False, unique=True),
    )
    op.create_index("ix_verification_copies_case_id", "verification_copies", ["case_id"])
    op.create_index("ix_verification_copies_given", "verification_copies", ["given_to", "ended_at"])
    op.create_table(
        "appointment_papers",
        sa.Column("id", _number(), primary_key=True),
        sa.Column("attachment_id", _number(), sa.ForeignKey("attachments.id"), nullable=False, unique=True),
        sa.Column("request_id", _number(), sa.ForeignKey("reception_requests.id"), nullable=True),
        sa.Column("petition_id", _number(), sa.ForeignKey("petitions.id"), nullable=True),
        sa.Column("added_at", Moment(), nullable=False),
    )
    op.create_index("ix_appointment_papers_request_id", "appointment_papers", ["request_id"])
    op.create_index("ix_appointment_papers_petition_id", "appointment_papers", ["petition_id"])
    op.create_table(
        "digest_refusals",
        sa.Column("officer_id", _number(), sa.ForeignKey("officers.id"), primary_key=True),
        sa.Column("at", Moment(), nullable=False),
    )


def downgrade() -> None:
    """Take the change back."""
    for name in ("digest_refusals", "appointment_papers", "verification_copies"):
        op.drop_table(name)
