"""The schema that migrations make is the schema that the tables say, on both engines."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

from server import migrations
from server.config import BadSettings
from server.tables import Base
from tests import engines


@pytest.fixture
def empty_url(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    if engine == "postgres":
        cluster: engines.Cluster = request.getfixturevalue("cluster")
        name = f"empty_{tmp_path.name.lower().replace('-', '_')}"
        cluster.run(f'create database "{name}"')
        yield cluster.url(name)
    else:
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"


def test_all_the_way_up_and_equal_to_the_tables(empty_url: str) -> None:
    assert migrations.present(empty_url) == ""
    assert migrations.upgrade(empty_url)
    assert migrations.present(empty_url) == migrations.newest()
    assert not migrations.upgrade(empty_url)
    made = create_engine(empty_url)
    with made.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = list(compare_metadata(context, Base.metadata))
        assert found == []
        assert set(inspect(connection).get_table_names()) == {*Base.metadata.tables, "alembic_version"}
    made.dispose()


def test_changes_are_one_line_and_named_by_number() -> None:
    script = ScriptDirectory(str(migrations.HERE))
    assert script.get_heads() == [migrations.newest()]
    names = [path.name.partition("_")[0] for path in sorted((migrations.HERE / "versions").glob("0*.py"))]
    assert names == [f"{number:04d}" for number in range(1, len(names) + 1)]
    assert [each.revision for each in reversed(list(script.walk_revisions()))] == names


def test_a_database_of_before_is_copied_aside(tmp_path: Path, founded_sqlite: Path) -> None:
    file = tmp_path / "office.sqlite3"
    shutil.copyfile(founded_sqlite, file)
    with sqlite3.connect(file) as connection:
        connection.execute("update alembic_version set version_num = '0000'")
    connection.close()
    with pytest.raises(Exception, match="0000"):
        migrations.upgrade(f"sqlite:///{file}")
    copy = sqlite3.connect(tmp_path / "office.before-migration.sqlite3")
    assert copy.execute("select count(*) from units").fetchone()[0] > 3
    copy.close()


def test_what_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "office.sqlite3").write_text("these are words and no database " * 40)
    with pytest.raises(BadSettings, match="not a database"):
        migrations.present(f"sqlite:///{tmp_path / 'office.sqlite3'}")
    with pytest.raises(BadSettings, match="database"):
        migrations.present(f"postgresql+psycopg://postgres@/nothing?host={tmp_path}")
