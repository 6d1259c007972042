"""Papers in the room: pages shown to everybody, papers handed in during the reception."""

import sqlalchemy as sa
from alembic import op

import server.tables.base

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    moment = server.tables.base.Moment()
    op.create_table(
        "shown_pages",
        sa.Column("id", number, nullable=False),
        sa.Column("reception_id", number, nullable=False),
        sa.Column("attachment_id", number, nullable=True),
        sa.Column("document_id", number, nullable=True),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("officer_id", number, nullable=False),
        sa.Column("officer_name", sa.String(length=200), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("until", moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["reception_id"], ["receptions.id"], name=op.f("fk_shown_pages_reception_id_receptions")
        ),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachments.id"], name=op.f("fk_shown_pages_attachment_id_attachments")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_shown_pages_document_id_documents")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_shown_pages_officer_id_officers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shown_pages")),
    )
    with op.batch_alter_table("shown_pages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shown_pages_reception_id"), ["reception_id"], unique=False)
    op.create_table(
        "hand_ins",
        sa.Column("id", number, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("reception_id", number, nullable=False),
        sa.Column("member", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("decided_at", moment, nullable=True),
        sa.Column("officer_id", number, nullable=True),
        sa.Column("officer_name", sa.String(length=200), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["reception_id"], ["receptions.id"], name=op.f("fk_hand_ins_reception_id_receptions")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_hand_ins_officer_id_officers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_ins")),
        sa.UniqueConstraint("code", name=op.f("uq_hand_ins_code")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_hand_ins_idempotency_key")),
    )
    with op.batch_alter_table("hand_ins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hand_ins_reception_id"), ["reception_id"], unique=False)
    op.create_table(
        "handed_files",
        sa.Column("id", number, nullable=False),
        sa.Column("hand_in_id", number, nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_as", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["hand_in_id"], ["hand_ins.id"], name=op.f("fk_handed_files_hand_in_id_hand_ins")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handed_files")),
    )
    with op.batch_alter_table("handed_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handed_files_hand_in_id"), ["hand_in_id"], unique=False)


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("handed_files")
    op.drop_table("hand_ins")
    op.drop_table("shown_pages")
