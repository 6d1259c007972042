"""What was recorded of a consultation under seal is known as such; who opens it leaves a ground."""

import sqlalchemy as sa
from alembic import op

from server.tables.base import Moment

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply the change."""
    op.add_column("segments", sa.Column("under_seal", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("playbacks") as table:
        table.add_column(sa.Column("under_seal", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.drop_constraint("uq_playbacks_reception_id_member", type_="unique")
        table.create_unique_constraint(
            "uq_playbacks_reception_id_member_under_seal", ["reception_id", "member", "under_seal"]
        )
    op.create_table(
        "seal_openings",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("reception_id", NUMBER, nullable=False),
        sa.Column("officer_id", NUMBER, nullable=False),
        sa.Column("officer_name", sa.String(length=200), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["reception_id"], ["receptions.id"], name=op.f("fk_seal_openings_reception_id_receptions")
        ),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_seal_openings_officer_id_officers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_openings")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_seal_openings_idempotency_key")),
    )
    op.create_index(op.f("ix_seal_openings_reception_id"), "seal_openings", ["reception_id"])
