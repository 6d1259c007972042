"""Alembic's entry: runs the schema changes on the address it was given."""

from alembic import context
from sqlalchemy import create_engine

from server.tables import Base

url: str = context.config.attributes["url"]
engine = create_engine(url)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
engine.dispose()
