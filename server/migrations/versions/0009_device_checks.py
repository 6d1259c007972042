"""Device checks: what each step found, and whether the ward is to call back."""

import sqlalchemy as sa
from alembic import op

import server.tables.base

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    moment = server.tables.base.Moment()
    op.create_table(
        "device_checks",
        sa.Column("id", number, nullable=False),
        sa.Column("appointment_id", number, nullable=False),
        sa.Column("unit_id", number, nullable=False),
        sa.Column("checked_at", moment, nullable=True),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("device", sa.String(length=500), nullable=False),
        sa.Column("call_wanted_at", moment, nullable=True),
        sa.Column("is_call_asked", sa.Boolean(), nullable=False),
        sa.Column("called_at", moment, nullable=True),
        sa.Column("called_by", number, nullable=True),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointments.id"], name=op.f("fk_device_checks_appointment_id_appointments")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_device_checks_unit_id_units")),
        sa.ForeignKeyConstraint(["called_by"], ["officers.id"], name=op.f("fk_device_checks_called_by_officers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_checks")),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_device_checks_appointment_id")),
    )
    with op.batch_alter_table("device_checks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_device_checks_call"), ["unit_id", "call_wanted_at"], unique=False)


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("device_checks")
