"""Sealed stays sealed: the database itself refuses to change minutes once they are closed.

The rules of the minutes refuse it first; this holds whatever a later program, or a hand in
the database, tries (Decree 30/2020, Articles 25 and 26: a paper that was issued is not altered).
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CLOSED = (
    "code", "reception_id", "unit_id", "number", "method", "confirmed_at", "refused_ground", "witness", "sealed_at",
    "sealed_head",
)  # fmt: skip
"""Columns fixed by closing; the state goes on once, when the paper is filed."""
PAPER = ("code", "unit_id", "case_id", "reception_id", "number", "bytes", "sha256", "stored_as", "created_at")

IS_CLOSED = "exists (select 1 from minutes m where m.id = {row}.minutes_id and m.sealed_at is not null)"


def _differs(columns: tuple[str, ...], operator: str) -> str:
    return " or ".join(f"{_text('old', each)} {operator} {_text('new', each)}" for each in columns)


def _text(row: str, column: str) -> str:
    # PostgreSQL has no equality for its json type.
    return f"cast({row}.{column} as text)"


def _guards(operator: str) -> dict[str, tuple[str, str, str]]:
    """Name of the guard: (what it watches, table, when it refuses)."""
    closed = _differs(CLOSED, operator)
    return {
        "minutes_stay": ("update", "minutes", f"old.sealed_at is not null and ({closed})"),
        "minutes_filed_stay": ("update", "minutes", "old.document_id is not null"),
        "minutes_are_kept": ("delete", "minutes", "old.sealed_at is not null"),
        "texts_are_not_added": ("insert", "minutes_texts", IS_CLOSED.format(row="new")),
        "texts_stay": ("update", "minutes_texts", IS_CLOSED.format(row="old")),
        "texts_are_kept": ("delete", "minutes_texts", IS_CLOSED.format(row="old")),
        "answers_are_not_added": ("insert", "minutes_answers", IS_CLOSED.format(row="new")),
        "answers_stay": ("update", "minutes_answers", "1 = 1"),
        "answers_are_kept": ("delete", "minutes_answers", "1 = 1"),
        "revisions_stay": ("update", "revisions", "1 = 1"),
        "revisions_are_kept": ("delete", "revisions", "1 = 1"),
        "papers_stay": ("update", "documents", _differs(PAPER, operator)),
        "papers_are_kept": ("delete", "documents", "1 = 1"),
    }


def upgrade() -> None:
    """Apply the change."""
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
