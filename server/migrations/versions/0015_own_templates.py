"""An office's own DOCX templates of official papers, every version of them."""

import sqlalchemy as sa
from alembic import op

from server.tables.base import Moment

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "paper_templates",
        sa.Column("id", _number(), primary_key=True),
        sa.Column("unit_id", _number(), sa.ForeignKey("units.id"), nullable=False),
        sa.Column("form", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(500), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("stored_as", sa.String(80), nullable=False),
        sa.Column("used", sa.JSON(), nullable=False),
        sa.Column("officer_id", _number(), sa.ForeignKey("officers.id"), nullable=False),
        sa.Column("officer_name", sa.String(200), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("since", Moment(), nullable=True),
        sa.Column("until", Moment(), nullable=True),
        sa.Column("idempotency_key", sa.String(80), nullable=False, unique=True),
        sa.UniqueConstraint("unit_id", "form", "number"),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("paper_templates")
