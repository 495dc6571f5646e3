"""Requests as the engine wants them, and the engine's points as answers."""

from __future__ import annotations

from typing import Any, Optional, Union

import qdrant_edge as engine

import request_shapes as rq
from answer_shapes import Record, ScoredPoint

RRF_K = 2  # Qdrant's own default, which the engine wants to be told.


def config(asked: rq.CreateCollection) -> engine.EdgeConfig:
    return engine.EdgeConfig(
        vectors={name: _dense_params(params) for name, params in asked.dense().items()} or None,
        sparse_vectors={name: _sparse_params(params) for name, params in (asked.sparse_vectors or {}).items()},
        on_disk_payload=asked.on_disk_payload,
        hnsw_config=_hnsw(asked.hnsw_config),
    )


def _dense_params(params: rq.DenseParams) -> engine.EdgeVectorParams:
    return engine.EdgeVectorParams(params.size, getattr(engine.Distance, params.distance), params.on_disk)


def _sparse_params(params: rq.SparseParams) -> engine.EdgeSparseVectorParams:
    index = params.index or rq.SparseIndex()
    modifier = engine.Modifier.Idf if params.modifier == "idf" else None
    return engine.EdgeSparseVectorParams(index.full_scan_threshold, index.on_disk, modifier)


def _hnsw(given: Optional[rq.Hnsw]) -> Optional[engine.HnswIndexConfig]:
    if given is None:
        return None
    return engine.HnswIndexConfig(
        m=16 if given.m is None else given.m,
        ef_construct=given.ef_construct or 100,
        full_scan_threshold=given.full_scan_threshold or 10_000,
        payload_m=given.payload_m,
        on_disk=given.on_disk,
    )


def index(asked: rq.CreateIndex) -> Any:
    schema = asked.field_schema
    if isinstance(schema, str):
        return getattr(engine.PayloadSchemaType, schema.capitalize())
    params = schema.model_dump(exclude_none=True, exclude={"type"})
    return getattr(engine, f"{schema.type.capitalize()}IndexParams")(**params)


def vector(given: rq.NamedVector, is_query: bool = False) -> Any:
    if isinstance(given, rq.Sparse):
        return engine.SparseVector(given.indices, given.values)
    if isinstance(given, rq.Document):
        options = given.options.model_dump(exclude_none=True) if given.options else {}
        model = engine.Bm25(engine.Bm25Config(**options))
        return model.embed_query(given.text) if is_query else model.embed_document(given.text)
    return given


def point(given: rq.Point) -> engine.Point:
    vectors = given.vector
    named = {name: vector(one) for name, one in vectors.items()} if isinstance(vectors, dict) else vectors
    return engine.Point(given.id, named, given.payload)


def filter_(given: Optional[rq.Filter]) -> Optional[engine.Filter]:
    if given is None:
        return None
    return engine.Filter(_conditions(given.must), _conditions(given.should), _conditions(given.must_not))


def _conditions(given: Union[list[rq.Condition], rq.Condition, None]) -> Optional[list[Any]]:
    if given is None:
        return None
    return [_condition(one) for one in (given if isinstance(given, list) else [given])]


def _condition(given: rq.Condition) -> Any:
    if isinstance(given, rq.IsEmpty):
        return engine.IsEmptyCondition(given.is_empty.key)
    if isinstance(given, rq.IsNull):
        return engine.IsNullCondition(given.is_null.key)
    if isinstance(given, rq.HasId):
        return engine.HasIdCondition(set(given.has_id))
    if isinstance(given, rq.Filter):
        return filter_(given)
    return engine.FieldCondition(given.key, _match(given.match), _range(given.range))


def _match(given: Optional[rq.Match]) -> Any:
    if given is None:
        return None
    if given.any is not None:
        return engine.MatchAny(given.any)
    if given.except_ is not None:
        return engine.MatchExcept(given.except_)
    if given.text is not None:
        return engine.MatchText(given.text)
    return engine.MatchValue(given.value)


def _range(given: Optional[rq.Range]) -> Any:
    if given is None:
        return None
    bounds = given.model_dump(exclude_none=True)
    is_date = any(isinstance(bound, str) for bound in bounds.values())
    return (engine.RangeDateTime if is_date else engine.RangeFloat)(**bounds)


def query(given: rq.Query) -> engine.QueryRequest:
    return engine.QueryRequest(
        limit=given.limit or 10,
        offset=given.offset,
        with_vector=given.with_vector or False,
        with_payload=with_payload(given.with_payload, otherwise=False),
        **_stage(given),
    )


def _stage(given: rq.Stage) -> dict[str, Any]:
    stages = given.prefetch if isinstance(given.prefetch, list) else [given.prefetch] if given.prefetch else []
    return {
        "query": _scoring(given),
        "prefetches": [engine.Prefetch(limit=one.limit or 10, **_stage(one)) for one in stages],
        "filter": filter_(given.filter),
        "score_threshold": given.score_threshold,
        "params": engine.SearchParams(**given.params.model_dump()) if given.params else None,
    }


def _scoring(given: rq.Stage) -> Any:
    asked = given.query
    if asked is None:
        return None
    if isinstance(asked, rq.FusionQuery):
        return engine.Fusion.Rrf(k=RRF_K) if asked.fusion == "rrf" else engine.Fusion.Dbsf()
    if isinstance(asked, rq.RrfQuery):
        return engine.Fusion.Rrf(k=asked.rrf.k or RRF_K, weights=asked.rrf.weights)
    if isinstance(asked, rq.OrderByQuery):
        return order_by(asked.order_by)
    near = asked.nearest if isinstance(asked, rq.Nearest) else asked
    return engine.Query.Nearest(vector(near, is_query=True), using=given.using)


def order_by(given: Union[str, rq.OrderBy, None]) -> Optional[engine.OrderBy]:
    if given is None:
        return None
    asked = rq.OrderBy(key=given) if isinstance(given, str) else given
    direction = engine.Direction.Desc if asked.direction == "desc" else engine.Direction.Asc
    return engine.OrderBy(asked.key, direction, asked.start_from)


def with_payload(given: Optional[rq.WithPayload], otherwise: bool) -> Any:
    if isinstance(given, rq.Include):
        return engine.PayloadSelector.Include(given.include)
    if isinstance(given, rq.Exclude):
        return engine.PayloadSelector.Exclude(given.exclude)
    return otherwise if given is None else given


def record(found: engine.Record) -> Record:
    return Record(**_fields(found))


def scored(found: engine.ScoredPoint) -> ScoredPoint:
    return ScoredPoint(version=found.version, score=found.score, **_fields(found))


def _fields(found: Union[engine.Record, engine.ScoredPoint]) -> dict[str, Any]:
    vectors = found.vector
    if isinstance(vectors, dict):
        vectors = {name: _plain(one) for name, one in vectors.items()}
    return {"id": found.id, "payload": found.payload, "vector": vectors, "order_value": found.order_value}


def _plain(given: Any) -> Any:
    if isinstance(given, engine.SparseVector):
        return {"indices": list(given.indices), "values": list(given.values)}
    return given
