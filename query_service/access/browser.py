"""What browsers are told: which pages may read our answers, and what ours may load.

The headers are set here: Flask-Talisman, which would, has had no release since 2023 and forces
HTTPS, which ends at the proxy in front of this service.
"""

from flask import Flask, Response, request
from flask_cors import CORS

from query_service.settings import Settings

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_NOTHING = "default-src 'none'; frame-ancestors 'none'"
# Swagger UI has a script in its page, styles in its elements and pictures in its stylesheet.
_PAGE = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)


def register(app: Flask, settings: Settings) -> None:
    """Set the headers of every answer."""
    if settings.cors_origins:
        CORS(
            app,
            origins=settings.cors_origins,
            allow_headers=["Authorization", "X-API-Key", "Content-Type", "Last-Event-ID"],
            expose_headers=["Retry-After", "WWW-Authenticate"],
            max_age=600,
        )
    app.after_request(_set_headers)


def _set_headers(response: Response) -> Response:
    for name, value in _ALWAYS.items():
        response.headers.setdefault(name, value)
    is_page = request.path.startswith("/docs")
    response.headers.setdefault("Content-Security-Policy", _PAGE if is_page else _NOTHING)
    if not is_page:
        response.headers.setdefault("Cache-Control", "no-store")
    return response
