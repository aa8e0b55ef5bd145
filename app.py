"""The application: wires extensions, desks, commands and error pages. No rules, no queries."""

from flask import Flask
from flask_admin import Admin
from flask_admin.theme import Theme
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

import services.database  # noqa: F401 -- opens each database the same way
from admin_views import (
    HOME,
    answer,
    consent,
    desks,
    errors,
    firm,
    guides,
    health,
    notifications,
    page,
    proof,
    sign_in_pages,
    uploads,
)
from models import db
from seed import commands
from services import commands as office_commands
from services import headers, request_limits, security_events, sign_in, site, student_view
from services.archives import Turns
from services.settings import ROOT, Settings
from services.storage import Storage
from services.virus_scan import Scanner

csrf = CSRFProtect()


def create_app(settings: Settings | None = None) -> Flask:
    """One university's Staj, as `settings` (default: the environment) describe it."""
    settings = settings or Settings()
    app = Flask(__name__)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.config.update(settings.flask())
    app.extensions["staj"] = settings
    app.extensions["storage"] = Storage(settings.storage_url)
    app.extensions["scanner"] = Scanner(settings.clamd_url)
    app.extensions["turns"] = Turns(settings.inspections_at_once)
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    Babel(app, locale_selector=sign_in.language)
    Bootstrap5(app)
    request_limits.install(app)
    sign_in.install(app)
    student_view.install(app)
    csrf.init_app(app)
    security_events.install(app)
    headers.install(app)
    page.install(app)
    uploads.install(app)
    site.install(app)
    guides.install(app)
    answer.install(app)
    consent.install(app)
    notifications.install(app)
    firm.install(app)
    errors.install(app)
    sign_in_pages.install(app)
    proof.install(app)
    health.install(app)
    admin = Admin(app, name="Staj", url="/", index_view=HOME(), theme=Theme("staj", "admin/base.html"))
    for desk in desks():
        admin.add_view(desk)
    commands.install(app)
    office_commands.install(app)
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies)  # type: ignore[method-assign]
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app, root=ROOT / "static", prefix="static/", add_headers_function=headers.of_a_file
    )
    return app
