"""The public application: the API under /v1, the console beside it, and every failure told as a problem.

Routes translate; what they answer comes from the night's tables, the lake and the champions.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from arrears.errors import ArrearsError
from serving import problems
from serving.api import audit, routes
from serving.api import desk as desk_routes
from serving.api import events as event_routes
from serving.api import experiments as experiment_routes
from serving.api import experiments_plan as experiment_plan_routes
from serving.api import exports as export_routes
from serving.api import supervise as supervise_routes
from serving.console import desk_pages, experiments_pages, experiments_plan_pages, look_up_pages, manager_pages, pages
from serving.console.frame import problem_page
from serving.people.door import wants_page
from serving.problems import Problem

TITLE = "Arrears"
VERSION = "1"


def make_app() -> FastAPI:
    """The application, with no route open to chance: what nobody answers is a problem, not BentoML's own page."""
    app = FastAPI(title=TITLE, version=VERSION, openapi_url="/v1/openapi.json", docs_url=None, redoc_url=None)
    app.include_router(routes.router)
    app.include_router(audit.router)
    app.include_router(event_routes.router)
    app.include_router(export_routes.router)
    app.include_router(export_routes.pages)
    app.include_router(desk_routes.router)
    app.include_router(desk_pages.router)
    app.include_router(look_up_pages.router)
    app.include_router(supervise_routes.router)
    app.include_router(manager_pages.router)
    app.include_router(experiment_routes.router)
    app.include_router(experiment_plan_routes.router)
    app.include_router(experiments_plan_pages.router)
    app.include_router(experiments_pages.router)
    app.include_router(pages.router)
    app.add_exception_handler(Problem, _told)
    app.add_exception_handler(ArrearsError, _told)
    app.add_exception_handler(RequestValidationError, _told)
    app.add_exception_handler(HTTPException, _told)
    app.add_exception_handler(Exception, _told)
    app.add_api_route(
        "/{path:path}",
        _nothing,
        methods=["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"],
        include_in_schema=False,
    )
    return app


def _nothing(request: Request) -> None:
    """Nobody answers here: only the method may be wrong, or the whole address."""
    others = [route.matches(request.scope)[0] for route in request.app.router.routes]
    raise HTTPException(status_code=405 if Match.PARTIAL in others else 404)


async def _told(request: Request, failure: Exception) -> Response:
    problem = _as_problem(failure)
    return problem_page(request, problem) if wants_page(request.scope) else problem.response()


def _as_problem(failure: Exception) -> Problem:
    match failure:
        case Problem():
            return failure
        case ArrearsError():
            return problems.of_error(failure)
        case RequestValidationError():
            return problems.of_validation(failure)
        case HTTPException():
            return problems.of_status(failure.status_code)
        case _:
            return problems.of_status(500)
