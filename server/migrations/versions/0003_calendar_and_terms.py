"""The calendar keeps its versions, a term keeps what it was computed from, a day nobody came to has minutes."""

import sqlalchemy as sa
from alembic import op

import server.tables.base

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply the change."""
    _calendar()
    _terms()
    _changes()
    op.create_table(
        "day_minutes",
        sa.Column("id", BIG, nullable=False),
        sa.Column("day_id", BIG, nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("written_by", sa.String(length=200), nullable=False),
        sa.Column("written_at", server.tables.base.Moment(), nullable=False),
        sa.Column("document_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["day_id"], ["reception_days.id"], name=op.f("fk_day_minutes_day_id_reception_days")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_day_minutes_document_id_documents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_minutes")),
        sa.UniqueConstraint("day_id", name=op.f("uq_day_minutes_day_id")),
    )


def _calendar() -> None:
    op.create_table(
        "calendar_changes",
        sa.Column("id", BIG, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("is_working", sa.Boolean(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("ground", sa.String(length=500), nullable=False),
        sa.Column("at", server.tables.base.Moment(), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("officer_id", BIG, nullable=True),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_calendar_changes_officer_id_officers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_changes")),
        sa.UniqueConstraint("version", "on", name=op.f("uq_calendar_changes_version_on")),
    )
    op.create_index(op.f("ix_calendar_changes_version"), "calendar_changes", ["version"])
    op.create_index(op.f("ix_calendar_changes_on"), "calendar_changes", ["on"])


def _terms() -> None:
    level = sa.Enum("normal", "complex", "special", name="complexity", native_enum=False, length=32)
    for column in (
        sa.Column("is_remote", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("complexity", level, nullable=False, server_default="normal"),
        sa.Column("given_on", sa.Date(), nullable=True),
        sa.Column("internal_days", sa.Integer(), nullable=True),
        sa.Column("internal_on", sa.Date(), nullable=True),
        sa.Column("extensions", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("extended_days", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("pauses", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("paused_on", sa.Date(), nullable=True),
        sa.Column("calendar_version", sa.Integer(), nullable=False, server_default="0"),
    ):
        op.add_column("deadlines", column)


def _changes() -> None:
    what = sa.Enum(
        "recomputed", "extended", "varied", "paused", "resumed", name="termchange", native_enum=False, length=32
    )
    op.create_table(
        "deadline_changes",
        sa.Column("id", BIG, nullable=False),
        sa.Column("deadline_id", BIG, nullable=False),
        sa.Column("what", what, nullable=False),
        sa.Column("before_on", sa.Date(), nullable=False),
        sa.Column("after_on", sa.Date(), nullable=False),
        sa.Column("ground", sa.String(length=500), nullable=False),
        sa.Column("decision", sa.String(length=200), nullable=False),
        sa.Column("calendar_version", sa.Integer(), nullable=False),
        sa.Column("at", server.tables.base.Moment(), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["deadline_id"], ["deadlines.id"], name=op.f("fk_deadline_changes_deadline_id_deadlines")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_changes")),
    )
    op.create_index(op.f("ix_deadline_changes_deadline_id"), "deadline_changes", ["deadline_id"])
