"""The application class: OpenAPI 3.1 at /openapi.json, and a page to browse it at /docs."""

import re
import threading
from functools import partial
from typing import Any

from flask import redirect
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from flask_openapi3_swagger.plugins import RegisterPlugin

from query_service.access.roles import needed, public
from query_service.document import Json, Roles, complete
from query_service.routes import problems
from query_service.schemas.problem import Problem
from query_service.seats import Seats

# The page would ask validator.swagger.io about the document otherwise.
_PAGE = {"validatorUrl": None}


class Api(OpenAPI):
    """A Flask application whose document is made from its routes when it is first asked for."""

    def __init__(self, name: str, title: str, version: str) -> None:
        super().__init__(
            name,
            info=Info(title=title, version=version),
            validation_error_callback=problems.invalid,
            validation_error_model=Problem,
            doc_ui=False,
        )
        self._seats = Seats()
        self._making = threading.Lock()
        self._document: Json | None = None
        self.config["SWAGGER_CONFIG"] = _PAGE
        page = RegisterPlugin.register(doc_url="/openapi.json")
        self.register_blueprint(page, url_prefix="/docs")
        self.add_url_rule("/openapi.json", "openapi", lambda: self.api_doc)
        self.add_url_rule("/docs", "docs", lambda: redirect("/docs/swagger"))
        for endpoint, view in self.view_functions.items():  # those so far tell of no data
            self.view_functions[endpoint] = public(partial(view))

    def wsgi_app(self, environ: Any, start_response: Any) -> Any:
        """Answer a request when there is a seat for it."""
        with self._seats.taken(environ):
            return super().wsgi_app(environ, start_response)

    @property
    def api_doc(self) -> Json:
        """The document."""
        with self._making:
            if self._document is None:
                document = super().api_doc
                self._document = complete(document, self._roles())
            return self._document

    def _roles(self) -> Roles:
        """The role that each operation needs."""
        return {
            (re.sub(r"<(?:[^<:]+:)?(.*?)>", r"{\1}", rule.rule), method.lower()): needed(
                self, rule.endpoint, method
            )
            for rule in self.url_map.iter_rules()
            for method in rule.methods or ()
        }
