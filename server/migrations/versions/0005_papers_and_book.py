"""Papers and the reception book: an issued paper and a line of the book are never taken away.

What the rules refuse first, the database refuses too: an issued paper keeps its number, day and
words, a line of the book its number and day, and a correction is never changed or removed.
"""

import sqlalchemy as sa
from alembic import op

import server.tables.base

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


ISSUED = (
    "code", "unit_id", "case_id", "request_id", "form", "words", "register", "year", "number", "number_text",
    "issued_on", "sealed",
)  # fmt: skip
"""What issuing a paper fixes; its file, its scan and its withdrawal come after."""
PLACED = ("unit_id", "year", "number", "received_on", "reception_id")
"""What entering a line into the book fixes; the cells change by corrections that keep both texts."""


def _differs(columns: tuple[str, ...], operator: str) -> str:
    # PostgreSQL has no equality for its json type.
    return " or ".join(f"cast(old.{each} as text) {operator} cast(new.{each} as text)" for each in columns)


def _guards(operator: str) -> dict[str, tuple[str, str, str]]:
    """Name of the guard: (what it watches, table, when it refuses)."""
    return {
        "issued_papers_stay": (
            "update",
            "official_papers",
            f"old.issued_on is not null and ({_differs(ISSUED, operator)})",
        ),
        "papers_leave_traces": ("delete", "official_papers", "1 = 1"),
        "book_lines_stay": ("update", "book_lines", _differs(PLACED, operator)),
        "book_lines_are_kept": ("delete", "book_lines", "1 = 1"),
        "corrections_stay": ("update", "book_corrections", "1 = 1"),
        "corrections_are_kept": ("delete", "book_corrections", "1 = 1"),
    }


def _guard() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name, (doing, table, refused) in _guards("is not").items():
            op.execute(
                f"create trigger {name} before {doing} on {table} for each row when {refused} "
                f"begin select raise(abort, 'sealed: {name}'); end"
            )
        return
    for name, (doing, table, refused) in _guards("is distinct from").items():
        answer = "old" if doing == "delete" else "new"
        op.execute(
            f"create function {name}() returns trigger language plpgsql as $$ begin "
            f"if {refused} then raise exception 'sealed: {name}' using errcode = 'integrity_constraint_violation'; "
            f"end if; return {answer}; end $$"
        )
        op.execute(f"create trigger {name} before {doing} on {table} for each row execute function {name}()")


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "book_lines",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("reception_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_restricted", sa.Boolean(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("identity", sa.String(length=500), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "complaint", "denunciation", "recommendation", "feedback", name="kind", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("resolved_by", sa.String(length=500), nullable=False),
        sa.Column("accepted", sa.String(length=500), nullable=False),
        sa.Column("guided", sa.String(length=500), nullable=False),
        sa.Column("transferred", sa.String(length=500), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.String(length=200), nullable=False),
        sa.Column("entered_at", server.tables.base.Moment(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_book_lines_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["reception_id"], ["receptions.id"], name=op.f("fk_book_lines_reception_id_receptions")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_book_lines_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_book_lines")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_book_lines_idempotency_key")),
        sa.UniqueConstraint("reception_id", name=op.f("uq_book_lines_reception_id")),
        sa.UniqueConstraint("unit_id", "year", "number", name=op.f("uq_book_lines_unit_id_year_number")),
    )
    with op.batch_alter_table("book_lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_book_lines_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_book_lines_unit_day", ["unit_id", "received_on"], unique=False)

    op.create_table(
        "book_corrections",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "cell",
            sa.Enum(
                "person",
                "identity",
                "matter",
                "kind",
                "people",
                "resolved_by",
                "accepted",
                "guided",
                "transferred",
                "result",
                "remark",
                name="bookcell",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("old_text", sa.Text(), nullable=False),
        sa.Column("new_text", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("officer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("officer_name", sa.String(length=200), nullable=False),
        sa.Column("at", server.tables.base.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["book_lines.id"], name=op.f("fk_book_corrections_line_id_book_lines")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_book_corrections_officer_id_officers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_book_corrections")),
    )
    with op.batch_alter_table("book_corrections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_book_corrections_line_id"), ["line_id"], unique=False)

    op.create_table(
        "official_papers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("request_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reception_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("follow_up_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("replaces_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "form",
            sa.Enum(
                "refusal",
                "receipt",
                "invitation",
                "complaint_guide",
                "denunciation_guide",
                "split_guide",
                "return_guide",
                "return_misdirected",
                "feedback_transfer",
                "denunciation_transfer",
                "petition_transfer",
                "urging",
                "complaint_proposal",
                "denunciation_proposal",
                "complaint_acceptance",
                "complaint_refusal",
                "complaint_ineligible",
                "complaint_verification",
                "denunciation_minutes",
                "denunciation_acceptance",
                "denunciation_verification",
                "denunciation_notice",
                "denunciation_refusal",
                "denunciation_refusal_again",
                "protection_request",
                "conclusion_notice",
                "handling_notice",
                name="paperform",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "issued",
                "withdrawn",
                "discarded",
                name="paperstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("signer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("register", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("number_text", sa.String(length=60), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("sealed", sa.JSON(), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("scan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("return_ground", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", server.tables.base.Moment(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=200), nullable=False),
        sa.Column("withdrawn_ground", sa.Text(), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", server.tables.base.Moment(), nullable=False),
        sa.Column("changed_at", server.tables.base.Moment(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_official_papers_case_id_cases")),
        sa.ForeignKeyConstraint(["created_by"], ["officers.id"], name=op.f("fk_official_papers_created_by_officers")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_official_papers_document_id_documents")
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["follow_ups.id"], name=op.f("fk_official_papers_follow_up_id_follow_ups")
        ),
        sa.ForeignKeyConstraint(
            ["reception_id"], ["receptions.id"], name=op.f("fk_official_papers_reception_id_receptions")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["official_papers.id"], name=op.f("fk_official_papers_replaces_id_official_papers")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["reception_requests.id"], name=op.f("fk_official_papers_request_id_reception_requests")
        ),
        sa.ForeignKeyConstraint(["scan_id"], ["documents.id"], name=op.f("fk_official_papers_scan_id_documents")),
        sa.ForeignKeyConstraint(["signer_id"], ["officers.id"], name=op.f("fk_official_papers_signer_id_officers")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_official_papers_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_official_papers")),
        sa.UniqueConstraint("code", name=op.f("uq_official_papers_code")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_official_papers_idempotency_key")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_official_papers_replaces_id")),
        sa.UniqueConstraint(
            "unit_id", "register", "year", "number", name=op.f("uq_official_papers_unit_id_register_year_number")
        ),
    )
    with op.batch_alter_table("official_papers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_official_papers_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_official_papers_follow_up_id"), ["follow_up_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_official_papers_request_id"), ["request_id"], unique=False)
        batch_op.create_index("ix_official_papers_unit_state", ["unit_id", "state", "id"], unique=False)

    _guard()
