"""Settings: where they come from, which wins, what is refused, and what keeps the secret a secret."""

from pathlib import Path

import pytest

from server.config import TABLE, BadSettings, load


def test_defaults_make_a_folder_and_a_secret_for_one_owner(tmp_path: Path) -> None:
    settings = load({"data": str(tmp_path / "office")}, {})
    kept = tmp_path / "office" / "secret"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert settings.secret == kept.read_text().strip()
    assert len(settings.secret) == 64
    assert load({"data": str(tmp_path / "office")}, {}).secret == settings.secret


def test_what_is_nearer_wins(tmp_path: Path) -> None:
    (tmp_path / "tiepdan.toml").write_text('port = 1\nhost = "file"\nlog_format = "json"\n')
    settings = load({"data": str(tmp_path), "port": 3}, {"TIEPDAN_PORT": "2", "TIEPDAN_HOST": "environment"})
    assert (settings.port, settings.host, settings.log_format) == (3, "environment", "json")


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("prot = 1", "prot"),
        ("port = ", "tiepdan.toml"),
        ('port = "many"', "port"),
        ("port = true", "port"),
        ("port = 1.5", "port"),
        ("port = 99999", "port"),
        ("port = -1", "port"),
        ("media_workers = -2", "media_workers"),
        ("host = [1]", "host"),
        ('log_format = "xml"', "log_format"),
        ('public_url = "citizens.example"', "public_url"),
        ("upload_megabytes = 0", "upload_megabytes"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(tmp_path: Path, written: str, named: str) -> None:
    (tmp_path / "tiepdan.toml").write_text(written)
    with pytest.raises(BadSettings, match=named):
        load({"data": str(tmp_path)}, {})


def test_bad_text_in_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tiepdan.toml").write_bytes(b'host = "\xff"\n')
    with pytest.raises(BadSettings, match=r"tiepdan\.toml"):
        load({"data": str(tmp_path)}, {})


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadSettings, match="data"):
        load({"data": str(tmp_path / "file" / "below")}, {})


def test_keys_differ_by_purpose_and_by_secret(tmp_path: Path) -> None:
    one = load({"data": str(tmp_path), "secret": "a"}, {})
    other = load({"data": str(tmp_path), "secret": "b"}, {})
    keys = {one.key("form"), one.key("tickets"), other.key("form"), other.key("tickets")}
    assert len(keys) == 4
    assert {len(key) for key in keys} == {32}


def test_long_secrets_that_begin_alike_give_different_keys(tmp_path: Path) -> None:
    one = load({"data": str(tmp_path), "secret": "x" * 64 + "1"}, {})
    other = load({"data": str(tmp_path), "secret": "x" * 64 + "2"}, {})
    assert one.key("form") != other.key("form")


def test_addresses_in_force(tmp_path: Path) -> None:
    plain = load({"data": str(tmp_path)}, {})
    assert plain.database_url == f"sqlite:///{tmp_path}/tiepdan.sqlite3"
    assert (plain.base_url, plain.is_https) == ("http://localhost:8080", False)
    public = load({"data": str(tmp_path), "public_url": "https://tiepdan.example/"}, {})
    assert (public.base_url, public.is_https) == ("https://tiepdan.example", True)


def test_every_secret_is_marked() -> None:
    marked = {name for name, _, _, _, is_secret in TABLE if is_secret}
    assert marked == {"secret", "turn_secret", "smtp_url", "sms_url", "database"}


def test_every_setting_says_what_it_is_for() -> None:
    for name, variable, _, says, _ in TABLE:
        assert variable == f"TIEPDAN_{name.upper()}"
        assert says.endswith("."), name
