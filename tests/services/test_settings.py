"""What a deployment decides: production starts whole or not at all."""

import os
from base64 import urlsafe_b64encode
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pydantic import ValidationError

from services import settings as of
from services.production import regular
from services.settings import Settings
from tests.databases import PUBLIC

KEYS = ("secret_key", "password_salt", "national_id_key")
STRONG: dict[str, Any] = {name: sha256(name.encode()).hexdigest() for name in KEYS} | PUBLIC


WEAK = [
    "", "gizli", STRONG["secret_key"][:31], "x" * 64, "changeme" * 8, "0123456789" * 4, "0123456789abcdef" * 3,
    "abcdefghijklmnopqrstuvwxyz0123456789", "zyxwvutsrqponmlkjihgfedcba9876543210", "00112233445566778899aabbccddeeff",
    "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6", "qwertyuiopasdfghjklzxcvbnm123456", "staj-" * 8, "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,",
    "super-secret-key-change-me-in-production-please", STRONG["secret_key"][:4] * 12, " " * 40,
]  # fmt: skip


@pytest.mark.parametrize("weak", WEAK)
@pytest.mark.parametrize("name", KEYS)
def test_production_does_not_start_with_a_missing_or_weak_key(name: str, weak: str) -> None:
    with pytest.raises(ValidationError, match=name.upper()) as refusal:
        Settings(production=True, **STRONG | {name: weak})
    told = str(refusal.value).replace("python -c", "").replace("token_urlsafe(48)", "")
    assert not any(str(value) in told for value in (*(STRONG[n] for n in KEYS), weak.strip()) if value)


def test_production_starts_with_three_strong_keys() -> None:
    assert Settings(production=True, **STRONG).flask()["SECRET_KEY"] == STRONG["secret_key"]


def test_a_key_made_by_chance_is_never_called_regular() -> None:
    made = Random(9)
    keys = [bytes(made.randrange(256) for _ in range(24 + n % 24)) for n in range(150)]
    texts = [k.hex() if n % 2 else urlsafe_b64encode(k).decode() for n, k in enumerate(keys)]
    assert [text for text in texts if regular(text)] == []


WRONG: list[tuple[str, Any]] = [
    ("mail_url", "mailbox:"), ("public_url", "http://staj.example.edu.tr"), ("public_url", "https://"),
    ("public_url", "https://staj.example.edu.tr/staj"), ("trusted_hosts", []), ("trusted_hosts", ["*"]),
    ("trusted_hosts", ["baska.example.edu.tr"]), ("trusted_hosts", ["example.edu.tr"]), ("trusted_hosts", ["127.0.0.1"]),
    ("mail_from", "staj@demo.edu.tr"), ("mail_from", "staj"), ("storage_url", "memory://"), ("database_url", "sqlite://"),
    ("staj_demo_password", "martilar-kiyida-7"), ("sign_in_limit", "sık sık"), ("sign_in_limit_place", ""),
    ("breached_passwords", Path("/yok")), ("remember_days", {"it": 31}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_production_does_not_start_misconfigured_and_says_which_setting_it_is(name: str, value: Any) -> None:
    with pytest.raises(ValidationError, match=name.upper()):
        Settings(production=True, **STRONG | {name: value})


def test_everything_that_is_wrong_is_said_at_once() -> None:
    wrong = {"trusted_hosts": [], "mail_url": "mailbox:", "secret_key": "a" * 40, "mail_from": "staj@demo.edu.tr"}
    with pytest.raises(ValidationError) as refusal:
        Settings(production=True, **STRONG | wrong)
    lines = [line.split()[1] for line in str(refusal.value).splitlines() if line.startswith("- ")]
    assert lines == ["SECRET_KEY", "TRUSTED_HOSTS", "MAIL_URL", "MAIL_FROM"]


@pytest.mark.parametrize(
    "hosts", [["staj.example.edu.tr", "localhost"], [".example.edu.tr"], ["STAJ.example.edu.tr:443"]]
)
def test_production_starts_where_the_hosts_cover_the_public_address(hosts: list[str]) -> None:
    assert Settings(production=True, **STRONG | {"trusted_hosts": hosts}).trusted_hosts == hosts


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
    # of a form without files: tests/test_amplifiers.py


def test_the_environment_names_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"TRUSTED_HOSTS": '["staj.ktu.edu.tr"]', "MAX_UPLOAD": "5", "PRODUCTION": "no"}.items():
        monkeypatch.setenv(name, value)
    found = Settings(**{name: STRONG[name] for name in KEYS})
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
