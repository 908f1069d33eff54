from pathlib import Path

import pytest

from siyu.engines import settings
from siyu.engines.settings import BadSetting, Settings, describe, load


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("SIYU_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


class TestLoad:
    def test_reading_makes_nothing(self, tmp_path: Path) -> None:
        assert load().data_folder == tmp_path / "siyu"
        assert list(tmp_path.iterdir()) == []

    def test_what_is_given_goes_before_the_environment(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("SIYU_HTTP_PORT", "9000")
        monkeypatch.setenv("SIYU_DATA_FOLDER", "/nowhere")
        found = load(data_folder=tmp_path / "x", http_port=None)
        assert (found.data_folder, found.http_port) == (tmp_path / "x", 9000)

    def test_empty_is_unset(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SIYU_HTTP_PORT", "")
        assert load().http_port == 8020

    @pytest.mark.parametrize(
        ("variable", "value"),
        [
            ("SIYU_HTTP_PORT", "70000"),
            ("SIYU_HTTP_PORT", "eighty"),
            ("SIYU_BRAND_ZONE", "Shanghai"),
            ("SIYU_BRAND_ZONE", "../etc/passwd"),
            ("SIYU_INTAKE_DEDUP_DAYS", "29"),
            ("SIYU_LOG_LEVEL", "loud"),
            ("SIYU_POSTGRES_URL", "db.example.com/siyu"),
            ("SIYU_POSTGRES_URL", "mysql://siyu:secret@db/siyu"),
            ("SIYU_POSTGRES_URL", "postgresql://siyu:se/cret@db/siyu"),
            ("SIYU_CLICKHOUSE_URL", "ch.example.com:8123"),
            ("SIYU_CLICKHOUSE_URL", "clickhouse://siyu:secret@ch:9000/siyu"),
            ("SIYU_CLICKHOUSE_URL", "http://siyu:secret@/siyu"),
            ("SIYU_CLICKHOUSE_URL", "http://siyu:secret@ch:port/siyu"),
        ],
    )
    def test_a_bad_value_names_its_variable(self, monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
        monkeypatch.setenv(variable, value)
        with pytest.raises(BadSetting, match=variable) as caught:
            load()
        assert caught.value.details["reason"] != caught.value.details["reason_zh"]
        assert "secret" not in caught.value.message

    @pytest.mark.parametrize(
        ("variable", "value"),
        [
            ("SIYU_POSTGRES_URL", "postgres://siyu:p%40ss@db/siyu?sslmode=require"),
            ("SIYU_POSTGRES_URL", "postgresql://siyu@/siyu?host=/run/postgresql"),
            ("SIYU_POSTGRES_URL", "postgresql://siyu@one:5432,two:5432/siyu"),
            ("SIYU_CLICKHOUSE_URL", "https://ch.example.com"),
            ("SIYU_CLICKHOUSE_URL", "http://siyu:secret@[::1]:8123/siyu"),
        ],
    )
    def test_urls_as_the_engines_take_them(self, monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
        monkeypatch.setenv(variable, value)
        assert value in (load().postgres_url, load().clickhouse_url)

    def test_a_check_of_ours_is_told_in_its_own_words(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SIYU_BRAND_ZONE", "Shanghai")
        with pytest.raises(BadSetting, match="'Shanghai' is not a time zone known here") as caught:
            load()
        assert "“Shanghai”不是本机已知的时区" in caught.value.message_zh
        assert "原文" not in caught.value.message_zh

    def test_secrets_do_not_show(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SIYU_VAULT_KEY", "hunter2")
        monkeypatch.setenv("SIYU_POSTGRES_URL", "postgresql://siyu:hunter2@db/siyu")
        assert "hunter2" not in repr(load())


class TestBaseUrl:
    @pytest.mark.parametrize(
        ("given", "url"),
        [
            ({}, "http://localhost:8020"),
            ({"http_host": "10.0.0.5", "http_port": 80}, "http://10.0.0.5:80"),
            ({"http_host": "fd00::1"}, "http://[fd00::1]:8020"),
            ({"public_url": "https://siyu.example/"}, "https://siyu.example"),
        ],
    )
    def test_how_browsers_reach_it(self, given: dict[str, object], url: str) -> None:
        assert load(**given).base_url == url


class TestDescribe:
    def test_every_setting_once_and_no_secret(self) -> None:
        variables = [setting.variable for setting in describe()]
        assert len(variables) == len(set(variables)) == len(Settings.model_fields)

    def test_no_default_depends_on_this_machine(self) -> None:
        assert str(Path.home()) not in str(describe())
        assert settings.default_data_folder().name == "siyu"
