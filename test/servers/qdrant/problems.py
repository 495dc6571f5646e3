"""What can go wrong, with the status and the words Qdrant answers it with."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse


class Problem(Exception):
    status = 500
    prefix = "Service internal error"


class BadInput(Problem):
    status = 400
    prefix = "Wrong input"


class Malformed(Problem):
    status = 400
    prefix = "Format error in JSON body"


class Forbidden(Problem):
    status = 403
    prefix = "Forbidden"


class NotFound(Problem):
    status = 404
    prefix = "Not found"


class AlreadyExists(Problem):
    status = 409
    prefix = "Wrong input"


class Lacking(Problem):
    """The real Qdrant may well be able to; this stand-in is not."""

    status = 501
    prefix = "Not implemented by this stand-in (qdrant-edge behind a part of Qdrant's REST API)"


def answer(problem: Problem) -> JSONResponse:
    return JSONResponse({"status": {"error": f"{problem.prefix}: {problem}"}, "time": 0.0}, problem.status)


def handle(app: FastAPI) -> None:
    @app.exception_handler(Problem)
    async def _problem(_: Request, problem: Problem) -> JSONResponse:
        return answer(problem)

    @app.exception_handler(RequestValidationError)
    async def _refused(_: Request, refused: RequestValidationError) -> JSONResponse:
        return answer(_explain(refused.errors()))


def _explain(errors: Any) -> Problem:
    """A field the stand-in does not know is its own lack; anything else is the caller's mistake."""
    unknown = [error for error in errors if error["type"] == "extra_forbidden"]
    told = "; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in (unknown or errors)[:5])
    return Lacking(f"fields of the request: {told}") if unknown else Malformed(told)
