"""What a deployment decides: production starts whole or not at all."""

import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services import settings as of
from services.settings import Settings

KEYS = ("secret_key", "password_salt", "national_id_key")
STRONG = {name: "0123456789abcdef" * 2 + name for name in KEYS} | {
    "mail_url": "smtp://posta.example.edu.tr",
    "public_url": "https://staj.example.edu.tr",
}


@pytest.mark.parametrize("weak", ["", "gizli", STRONG["secret_key"][:31], "x" * 64, "changeme" * 8])
@pytest.mark.parametrize("name", KEYS)
def test_production_does_not_start_with_a_missing_or_weak_key(name: str, weak: str) -> None:
    with pytest.raises(ValidationError, match=name.upper()) as refusal:
        Settings(production=True, **STRONG | {name: weak})
    assert not any(value in str(refusal.value) for value in (*STRONG.values(), weak) if value)


def test_production_starts_with_three_strong_keys() -> None:
    assert Settings(production=True, **STRONG).flask()["SECRET_KEY"] == STRONG["secret_key"]


@pytest.mark.parametrize(("name", "value"), [("mail_url", "mailbox:"), ("public_url", "http://staj.example.edu.tr")])
def test_production_posts_its_letters_and_is_reached_over_https(name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=name.upper()):
        Settings(production=True, **STRONG | {name: value})


def test_one_key_does_not_serve_for_all_three() -> None:
    with pytest.raises(ValidationError, match="differ"):
        Settings(production=True, **STRONG | dict.fromkeys(KEYS, STRONG["secret_key"]))


def test_outside_production_a_missing_key_is_made_once_and_kept_from_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(of, "VAR", tmp_path)
    for name in KEYS:
        monkeypatch.delenv(name.upper(), raising=False)
    first, second = Settings(), Settings()
    made = [getattr(first, name) for name in KEYS]
    assert made == [getattr(second, name) for name in KEYS]
    assert (len(set(made)), min(map(len, made))) == (3, 64)
    assert {(p.name, p.stat().st_mode & 0o777) for p in (tmp_path / "keys").iterdir()} == {(n, 0o600) for n in KEYS}


@pytest.mark.parametrize(
    ("production", "expected"),
    [
        (True, {"SESSION_COOKIE_SECURE": True, "REMEMBER_COOKIE_SECURE": True, "SESSION_COOKIE_NAME": "__Host-staj"}),
        (False, {"SESSION_COOKIE_SECURE": False, "REMEMBER_COOKIE_SECURE": False, "SESSION_COOKIE_NAME": "staj"}),
    ],
)
def test_cookies_are_for_this_site_alone(production: bool, expected: dict[str, Any]) -> None:
    flask = Settings(production=production, **STRONG).flask()
    always = {
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
    }
    assert {name: flask[name] for name in expected | always} == expected | always


def test_an_upload_is_bounded_before_it_is_read() -> None:
    flask = Settings(**STRONG, max_upload=1000).flask()
    assert flask["MAX_CONTENT_LENGTH"] == 1000 + 1024 * 1024
    assert flask["MAX_FORM_MEMORY_SIZE"] <= 2 * 1024 * 1024


def test_the_environment_names_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"TRUSTED_HOSTS": '["staj.ktu.edu.tr"]', "MAX_UPLOAD": "5", "PRODUCTION": "no"}.items():
        monkeypatch.setenv(name, value)
    found = Settings(**STRONG)
    assert (found.flask()["TRUSTED_HOSTS"], found.max_upload, found.production) == (["staj.ktu.edu.tr"], 5, False)


# -- what lies on the disk -------------------------------------------------------------------------------------------


def modes(*paths: Path) -> list[str]:
    return [oct(path.stat().st_mode & 0o777) for path in paths]


@pytest.mark.parametrize("there_before", [False, True])
def test_nobody_else_on_the_machine_reads_what_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there_before: bool
) -> None:
    var = tmp_path / "var"
    monkeypatch.setattr(of, "VAR", var)
    database, jobs = var / "staj.sqlite", var / "jobs.sqlite"
    if there_before:
        var.mkdir(mode=0o755)
        database.touch(mode=0o644)
    old = os.umask(0)
    try:
        Settings(database_url=f"sqlite:///{database}?timeout=20", jobs_path=jobs)
    finally:
        os.umask(old)
    assert modes(var, database, jobs) == ["0o700", "0o600", "0o600"]


def test_a_place_that_is_not_ours_stops_no_start(tmp_path: Path) -> None:
    Settings(database_url=f"sqlite:///{tmp_path}/none/staj.sqlite", jobs_path=tmp_path / "none/jobs.sqlite")
    assert not (tmp_path / "none").exists()
