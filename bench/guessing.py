"""`python -m bench.guessing [--samples 400]`: whether the time of an answer tells that an address is known.

Known and unknown addresses are asked for in turn, on SQLite, in this process; the ratio of the medians is printed.
"""

import argparse
import logging
import statistics
import tempfile
import time
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from flask_security import hash_password

from app import create_app
from bench.university import KEYS
from models import Supervisor, User
from models.institutions import Institution
from services import security_events
from services.scope import system_session
from services.settings import Settings

KNOWN, UNKNOWN = "bilinen@demo.edu.tr", "bilinmez@demo.edu.tr"
PAGES = {"/login": {"password": "yanlis-parola-99"}, "/reset": {}, "/sign-in-link": {}, "/firm": {}}
AIM = 0.05
ADDRESS = {
    "sector": "Yazılım", "tax_no": "1234567890", "address": "Çamlık", "phone": "0462 300 00 00",
    "email": "kaya@demo.edu.tr", "web": "kaya.example.com", "headcount": 9,
}  # fmt: skip


def site(folder: Path) -> Flask:
    """The application over an empty database with one account and one supervisor of that address."""
    keys = {name.lower(): value for name, value in KEYS.items()}
    limits = {"sign_in_limit": "1000000 per minute", "sign_in_limit_place": "1000000 per minute"}
    url = f"sqlite:///{folder / 'staj.sqlite'}"
    made = Settings(database_url=url, storage_url="memory://", jobs_path=folder / "jobs.sqlite", **limits, **keys)
    app = create_app(made)
    app.config["WTF_CSRF_ENABLED"] = False
    security_events.log.setLevel(logging.WARNING)  # eight hundred lines about the same
    with app.app_context():
        upgrade()
        with system_session() as session:
            sealed = hash_password("martilar-kiyida-7")
            session.add(User(email=KNOWN, name="Bilinen", password=sealed, fs_uniquifier="bilinen"))
            firm = Institution(name="Kaya", kind="private", city="Trabzon", **ADDRESS)
            session.add(Supervisor(institution=firm, name="Kaya", title="Müdür", phone="0462 300 00 00", email=KNOWN))
    return app


def taken(app: Flask, path: str, email: str) -> float:
    """Milliseconds of one answer."""
    client = app.test_client()
    start = time.perf_counter()
    answer = client.post(path, data={**PAGES[path], "email": email})
    spent = (time.perf_counter() - start) * 1000
    assert answer.status_code in {200, 302}, answer.status_code
    return spent


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.guessing", description=__doc__)
    parser.add_argument("--samples", type=int, default=400)
    samples = parser.parse_args().samples
    with tempfile.TemporaryDirectory() as folder:
        app = site(Path(folder))
        for path in PAGES:
            pairs = [(taken(app, path, KNOWN), taken(app, path, UNKNOWN)) for _n in range(samples + 5)][5:]
            known, unknown = (statistics.median(side) for side in zip(*pairs, strict=True))
            apart = known / unknown - 1
            print(
                f"{path:15} {known:8.1f} ms known {unknown:8.1f} ms unknown {apart:+6.1%} {'' if abs(apart) <= AIM else '*'}"
            )


if __name__ == "__main__":
    main()
