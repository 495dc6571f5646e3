"""A stand-in for a Qdrant server: Qdrant's own engine (qdrant-edge, in process) behind a part of its REST API.

Configured by the variables of the real one: QDRANT__SERVICE__HTTP_PORT, QDRANT__SERVICE__API_KEY,
QDRANT__SERVICE__READ_ONLY_API_KEY, QDRANT__STORAGE__STORAGE_PATH. Handlers are `async` and never await, so that one request is served at a time.
"""

from __future__ import annotations

import hmac
import os
import re
import time
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Optional

import qdrant_edge as engine
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse

import answer_shapes as an
import request_shapes as rq
import translate
from collection import Store
from problems import BadInput, Forbidden, Lacking, Problem, answer, handle

OPEN = ("/", "/healthz", "/livez", "/readyz")
KEY = os.environ.get("QDRANT__SERVICE__API_KEY", "")
READ_ONLY_KEY = os.environ.get("QDRANT__SERVICE__READ_ONLY_API_KEY", "")
READING = re.compile(r"/collections/[^/]+/points(/(query|query/batch|scroll|count))?")
store = Store(Path(os.environ["QDRANT__STORAGE__STORAGE_PATH"]) / "collections")


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    yield
    store.close()


app = FastAPI(lifespan=lifespan, openapi_url=None, redirect_slashes=False)
handle(app)


@app.middleware("http")
async def guard(request: Request, proceed: Any) -> Response:
    request.state.began = time.perf_counter()
    if KEY and request.url.path not in OPEN:
        given = request.headers.get("api-key") or _bearer(request)
        if given is None:
            return PlainTextResponse("Must provide an API key or an Authorization bearer token", 401)
        if READ_ONLY_KEY and hmac.compare_digest(given.encode(), READ_ONLY_KEY.encode()):
            if not _reads(request):
                return answer(Forbidden("Global manage access is required"))
        elif not hmac.compare_digest(given.encode(), KEY.encode()):
            return PlainTextResponse("Invalid API key or JWT", 401)
    try:
        return await proceed(request)
    except Exception as error:
        return answer(_blame(error))


def _reads(request: Request) -> bool:
    return request.method == "GET" or (request.method == "POST" and READING.fullmatch(request.url.path) is not None)


def _blame(error: Exception) -> Problem:
    """The engine raises bare exceptions and ValueErrors for what its caller did wrong; all else is ours."""
    if type(error) in (Exception, ValueError):
        return BadInput(str(error))
    traceback.print_exception(error)
    return Problem(repr(error))


def _bearer(request: Request) -> Optional[str]:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token if kind == "Bearer" else None


def done(request: Request, result: Any) -> dict[str, Any]:
    return {"result": result, "time": time.perf_counter() - request.state.began}


def route(method: str, path: str, result: Any) -> Any:
    return app.api_route(path, methods=[method], response_model=an.Answer[result], response_model_exclude_none=True)


def points(method: str, path: str, result: Any) -> Any:
    return route(method, "/collections/{name}/points" + path, result)


def updated(number: int, wait: bool) -> an.Updated:
    return an.Updated(operation_id=number, status="completed" if wait else "acknowledged")


@app.get("/")
async def root() -> an.Version:
    return an.Version(title="qdrant - stand-in (qdrant-edge)", version="1.18.0")


@app.get("/healthz")
@app.get("/livez")
async def healthz() -> PlainTextResponse:
    return PlainTextResponse("healthz check passed")


@app.get("/readyz")
async def readyz() -> PlainTextResponse:
    return PlainTextResponse("all shards are ready")


@route("GET", "/collections", an.Collections)
async def list_collections(request: Request) -> Any:
    return done(request, {"collections": [{"name": name} for name in sorted(store.collections)]})


@route("GET", "/collections/{name}", an.CollectionInfo)
async def get_collection(request: Request, name: str) -> Any:
    return done(request, store.get(name).info())


@route("GET", "/collections/{name}/exists", an.Exists)
async def collection_exists(request: Request, name: str) -> Any:
    return done(request, {"exists": name in store.collections})


@route("PUT", "/collections/{name}", bool)
async def create_collection(request: Request, name: str, asked: rq.CreateCollection) -> Any:
    store.create(name, asked)
    return done(request, True)


@route("DELETE", "/collections/{name}", bool)
async def delete_collection(request: Request, name: str) -> Any:
    return done(request, store.delete(name))


@route("PUT", "/collections/{name}/index", an.Updated)
async def create_index(request: Request, name: str, asked: rq.CreateIndex, wait: bool = False) -> Any:
    operation = engine.UpdateOperation.create_field_index(asked.field_name, translate.index(asked))
    return done(request, updated(store.get(name).update(operation), wait))


@route("DELETE", "/collections/{name}/index/{field}", an.Updated)
async def delete_index(request: Request, name: str, field: str, wait: bool = False) -> Any:
    operation = engine.UpdateOperation.delete_field_index(field)
    return done(request, updated(store.get(name).update(operation), wait))


@points("PUT", "", an.Updated)
async def upsert(request: Request, name: str, asked: rq.Upsert, wait: bool = False) -> Any:
    return done(request, updated(store.get(name).upsert(asked.points), wait))


@points("POST", "", list[an.Record])
async def retrieve(request: Request, name: str, asked: rq.Retrieve) -> Any:
    payload = translate.with_payload(asked.with_payload, otherwise=True)
    found = store.get(name).shard.retrieve(list(asked.ids), payload, asked.with_vector or False)
    return done(request, [translate.record(one) for one in found])


@points("POST", "/delete", an.Updated)
async def delete_points(request: Request, name: str, asked: rq.Selector, wait: bool = False) -> Any:
    if isinstance(asked, rq.ByIds):
        operation = engine.UpdateOperation.delete_points(list(asked.points))
    else:
        operation = engine.UpdateOperation.delete_points_by_filter(translate.filter_(asked.filter))
    return done(request, updated(store.get(name).update(operation), wait))


@points("POST", "/payload", an.Updated)
async def set_payload(request: Request, name: str, asked: rq.SetPayload, wait: bool = False) -> Any:
    return done(request, updated(store.get(name).update(_payload_operation(asked)), wait))


def _payload_operation(asked: rq.SetPayload) -> Any:
    if asked.points is not None:
        return engine.UpdateOperation.set_payload(list(asked.points), asked.payload, asked.key)
    if asked.filter is None:
        raise BadInput("Either list of point ids or filter must be provided")
    return engine.UpdateOperation.set_payload_by_filter(translate.filter_(asked.filter), asked.payload, asked.key)


@points("POST", "/query", an.Points)
async def query(request: Request, name: str, asked: rq.Query) -> Any:
    found = store.get(name).shard.query(translate.query(asked))
    return done(request, {"points": [translate.scored(one) for one in found]})


@points("POST", "/query/batch", list[an.Points])
async def query_batch(request: Request, name: str, asked: rq.QueryBatch) -> Any:
    shard = store.get(name).shard
    found = [shard.query(translate.query(one)) for one in asked.searches]
    return done(request, [{"points": [translate.scored(one) for one in points]} for points in found])


@points("POST", "/scroll", an.Page)
async def scroll(request: Request, name: str, asked: rq.Scroll) -> Any:
    found, following = store.get(name).shard.scroll(
        engine.ScrollRequest(
            offset=asked.offset,
            limit=asked.limit or 10,
            filter=translate.filter_(asked.filter),
            with_payload=translate.with_payload(asked.with_payload, otherwise=True),
            with_vector=asked.with_vector or False,
            order_by=translate.order_by(asked.order_by),
        )
    )
    return done(request, {"points": [translate.record(one) for one in found], "next_page_offset": following})


@points("POST", "/count", an.Counted)
async def count(request: Request, name: str, asked: rq.CountPoints) -> Any:
    wanted = engine.CountRequest(exact=asked.exact, filter=translate.filter_(asked.filter))
    return done(request, {"count": store.get(name).shard.count(wanted)})


@app.api_route("/{path:path}", methods=["GET", "PUT", "POST", "PATCH", "DELETE"])
async def lacking(request: Request, path: str) -> Response:
    return answer(Lacking(f"the route {request.method} /{path}"))


if __name__ == "__main__":
    uvicorn.run(
        app, host="127.0.0.1", port=int(os.environ["QDRANT__SERVICE__HTTP_PORT"]), log_level="warning", workers=1
    )
