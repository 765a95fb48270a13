"""The FastAPI application that the plugin mounts below ``/dre``. It is anonymous unless guarded, so everything but the bundle is."""

from __future__ import annotations

import logging
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

from airflow_dre.api.access import require_user
from airflow_dre.api.incidents.routes import router as incident_router
from airflow_dre.api.quality.routes import router as quality_router
from airflow_dre.api.requests import refuse_request
from airflow_dre.api.slo.objective_routes import router as objective_router
from airflow_dre.api.slo.routes import router as slo_router
from airflow_dre.errors import DefinitionError, StoreError, StoreRefused

log = logging.getLogger(__name__)


class Bundle(StaticFiles):
    """The built pages: chunks carry a hash in their names and never change, the entry must be asked for again."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file with its cache rule.

        :raises HTTPException: 404 for a path that names no file, such as one with a NUL character.
        """
        try:
            response = await super().get_response(path, scope)
        except (ValueError, UnicodeError) as error:  # the operating system takes no such path
            raise HTTPException(404) from error
        forever = path.startswith("chunks/") and response.status_code in (200, 304)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if forever else "no-cache"
        return response


def create_app(dist: Path) -> FastAPI:
    """Return the application. Its own documentation pages stay off, since they would be open to every visitor.

    :param dist: folder of the built pages.
    """
    app = FastAPI(title="Data Reliability", docs_url=None, redoc_url=None, openapi_url=None)
    for router in (quality_router, incident_router, slo_router, objective_router):
        app.include_router(router, dependencies=[require_user])
    app.add_exception_handler(RequestValidationError, refuse_request)
    if dist.is_dir():
        app.mount("/static", Bundle(directory=dist), name="static")

    @app.exception_handler(StoreError)
    def store_is_down(_: Request, error: StoreError) -> JSONResponse:
        if isinstance(error, StoreRefused):  # a value of the question, such as a NUL
            return JSONResponse({"detail": error.advice}, 422)
        log.error("airflow-dre: %s", error)
        return JSONResponse({"detail": error.advice}, 503)

    @app.exception_handler(DefinitionError)
    def misconfigured(_: Request, error: DefinitionError) -> JSONResponse:
        log.error("airflow-dre: %s", error)
        return JSONResponse({"detail": "The [dre] section of the configuration cannot be read. See the log of the API server."}, 500)

    return app
