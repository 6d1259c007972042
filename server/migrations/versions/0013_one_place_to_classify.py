"""What was said for the reports moves to the registration or petition it was said of; there it is read."""

import sqlalchemy as sa
from alembic import op

from server.tables.base import Moment

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply the change."""
    for name in ("reception_requests", "petitions"):
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column("field", sa.String(32), nullable=True))
            table.add_column(sa.Column("standing", sa.String(32), nullable=True))
            table.add_column(sa.Column("replied_on", sa.Date(), nullable=True))
    _tie_terms_to_papers()
    with op.batch_alter_table("reception_requests") as table:
        table.add_column(sa.Column("instance", sa.String(32), nullable=False, server_default="first"))
        table.add_column(sa.Column("direction", sa.String(32), nullable=True))
    with op.batch_alter_table("petitions") as table:
        table.add_column(sa.Column("handled_at", Moment(), nullable=True))
    op.execute("alter table petitions rename column instance to instance_number")
    op.add_column("petitions", sa.Column("instance", sa.String(32), nullable=False, server_default="first"))
    op.execute("update petitions set instance = 'second' where instance_number = 2")
    op.execute("alter table petitions drop column instance_number")
    _carry_over()
    _end_what_was_directed()
    op.drop_table("petition_sortings")


_MEETS = {
    "D1": (
        "refusal", "complaint_guide", "denunciation_guide", "return_guide", "feedback_transfer", "petition_transfer",
        "complaint_acceptance", "complaint_refusal", "complaint_ineligible", "denunciation_notice",
        "denunciation_refusal", "denunciation_refusal_again", "handling_notice",
    ),
    "D2": (
        "complaint_guide", "return_guide", "complaint_acceptance", "complaint_refusal", "complaint_ineligible",
    ),
}  # fmt: skip
"""Which papers had met which terms until now."""


def _tie_terms_to_papers() -> None:
    with op.batch_alter_table("deadlines") as table:
        for name in ("met_by_id", "started_by_id"):
            table.add_column(sa.Column(name, NUMBER, nullable=True))
            table.create_foreign_key(f"fk_deadlines_{name}_official_papers", "official_papers", [name], ["id"])
            table.create_index(f"ix_deadlines_{name}", [name])
    for rule, forms in _MEETS.items():
        named = ", ".join(f"'{form}'" for form in forms)
        op.execute(
            "update deadlines set met_by_id = (select min(p.id) from official_papers p "  # noqa: S608 no word comes from outside
            "where p.case_id = deadlines.case_id and p.issued_on = deadlines.met_on and p.state = 'issued' "
            f"and p.form in ({named})) where rule = '{rule}' and met_on is not null"
        )


def _carry_over() -> None:
    said = "from petition_sortings s where s.request_id = {of}"
    own = said.format(of="reception_requests.id")
    way = "case when s.competence = 'outside' then s.direction when s.competence = 'own' then 'accept' end"
    op.execute(
        f"update reception_requests set field = (select s.field {own}), standing = (select s.standing {own}), "  # noqa: S608 no word comes from outside
        f"replied_on = (select s.replied_on {own}), direction = (select {way} {own}), "
        f"instance = coalesce((select s.instance {own}), 'first') "
        "where id in (select request_id from petition_sortings)"
    )
    # A petition that came out of a registration is where the same is read from now on.
    of = said.format(of="petitions.request_id")
    op.execute(
        f"update petitions set field = (select s.field {of}), standing = (select s.standing {of}), "  # noqa: S608 no word comes from outside
        f"replied_on = (select s.replied_on {of}) "
        "where state <> 'split' and request_id in (select request_id from petition_sortings)"
    )


def _end_what_was_directed() -> None:
    # A petition that was withdrawn, or left the system, is dealt with from that day on, as one that was directed is.
    op.execute(
        "update petitions set handled_at = coalesce(directed_at, (select min(p.at) from petition_steps p "
        "where p.petition_id = petitions.id and p.verb in ('withdraw', 'take_off')))"
    )
