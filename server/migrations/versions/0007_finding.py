"""Words by which staff find things, lists that are read in, and the quarterly look at access."""

import sqlalchemy as sa
from alembic import op

from server.tables.base import Moment

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "search_entries",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("ref_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=True),
        sa.Column("request_id", ID, nullable=True),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_search_entries_unit_id_units")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_search_entries_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["reception_requests.id"], name=op.f("fk_search_entries_request_id_reception_requests")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entries")),
        sa.UniqueConstraint("kind", "ref_id", name=op.f("uq_search_entries_kind_ref_id")),
    )
    op.create_index(op.f("ix_search_entries_case_id"), "search_entries", ["case_id"])
    op.create_index(op.f("ix_search_entries_request_id"), "search_entries", ["request_id"])
    op.create_table(
        "search_words",
        sa.Column("unit_id", ID, autoincrement=False, nullable=False),
        sa.Column("word", sa.String(40).with_variant(sa.String(40, collation="C"), "postgresql"), nullable=False),
        sa.Column("entry_id", ID, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_search_words_unit_id_units")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["search_entries.id"], name=op.f("fk_search_words_entry_id_search_entries")
        ),
        sa.PrimaryKeyConstraint("unit_id", "word", "entry_id", name=op.f("pk_search_words")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_search_words_entry_id"), "search_words", ["entry_id"])
    op.create_table(
        "import_runs",
        sa.Column("id", ID, nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("officer_id", ID, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("file_name", sa.String(500), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("rows_total", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", sa.String(80), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_import_runs_unit_id_units")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_import_runs_officer_id_officers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_runs")),
        sa.UniqueConstraint("code", name=op.f("uq_import_runs_code")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_import_runs_idempotency_key")),
    )
    op.create_index(op.f("ix_import_runs_unit_id"), "import_runs", ["unit_id"])
    op.create_table(
        "import_rows",
        sa.Column("id", ID, nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("became", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["import_runs.id"], name=op.f("fk_import_rows_run_id_import_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_rows")),
        sa.UniqueConstraint("run_id", "number", name=op.f("uq_import_rows_run_id_number")),
    )
    op.create_table(
        "access_reviews",
        sa.Column("id", ID, nullable=False),
        sa.Column("quarter", sa.String(7), nullable=False),
        sa.Column("officer_id", ID, nullable=False),
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("reviewed_by", ID, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_access_reviews_officer_id_officers")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_access_reviews_unit_id_units")),
        sa.ForeignKeyConstraint(["reviewed_by"], ["officers.id"], name=op.f("fk_access_reviews_reviewed_by_officers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_reviews")),
        sa.UniqueConstraint(
            "quarter", "officer_id", "unit_id", "role", name=op.f("uq_access_reviews_quarter_officer_id_unit_id_role")
        ),
    )
    op.create_index(op.f("ix_access_reviews_officer_id"), "access_reviews", ["officer_id"])
