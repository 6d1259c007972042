"""A birth date may be known to the year or the month only."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.add_column("citizens", sa.Column("born", sa.String(10), nullable=True))
    op.execute("update citizens set born = cast(born_on as varchar(10)) where born_on is not null")
    op.drop_column("citizens", "born_on")
