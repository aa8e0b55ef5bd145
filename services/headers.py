"""What every response tells the browser: strict content policy, no sniffing, no framing, no referrer."""

import secrets
from wsgiref.headers import Headers

from flask import Flask, Response, g

_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def nonce() -> str:
    """The one-time word that lets this page's own script tags run."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def install(app: Flask) -> None:
    """Put the headers on every response; pages of signed-in people are never kept by a cache."""
    app.jinja_env.globals["csp_nonce"] = nonce

    @app.after_request
    def _say(response: Response) -> Response:
        for name, value in _FIXED.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", _POLICY.format(nonce=nonce()))
        if response.mimetype in {"text/html", "application/json"}:
            response.headers.setdefault("Cache-Control", "no-store")
        if app.config["SESSION_COOKIE_SECURE"]:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        return response


def of_a_file(headers: Headers, _path: str, _url: str) -> None:
    """The same for what is served as it lies in `static/`."""
    headers["X-Content-Type-Options"] = _FIXED["X-Content-Type-Options"]
