"""The part of Qdrant's REST requests the stand-in understands, in its own words.

A field that is not named here is one it cannot honour: it is refused (501), never ignored, so that a test can not
pass here by means of something that had no effect.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Optional, Union
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

Count = Annotated[int, Field(ge=0)]
Limit = Annotated[int, Field(ge=1)]
PointId = Union[Annotated[StrictInt, Field(ge=0)], UUID]
Payload = dict[str, Any]
Scalar = Union[StrictBool, StrictInt, StrictStr]
Values = Union[list[StrictInt], list[StrictStr]]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DenseParams(Shape):
    size: Annotated[int, Field(ge=1, le=65536)]
    distance: Literal["Cosine", "Euclid", "Dot", "Manhattan"]
    on_disk: Optional[bool] = None


class SparseIndex(Shape):
    full_scan_threshold: Optional[Count] = None
    on_disk: Optional[bool] = None


class SparseParams(Shape):
    index: Optional[SparseIndex] = None
    modifier: Optional[Literal["none", "idf"]] = None


class Hnsw(Shape):
    m: Optional[Count] = None
    ef_construct: Optional[Annotated[int, Field(ge=4)]] = None
    full_scan_threshold: Optional[Annotated[int, Field(ge=10)]] = None
    payload_m: Optional[Count] = None
    on_disk: Optional[bool] = None


class CreateCollection(Shape):
    vectors: Union[DenseParams, dict[str, DenseParams], None] = None
    sparse_vectors: Optional[dict[str, SparseParams]] = None
    hnsw_config: Optional[Hnsw] = None
    on_disk_payload: Optional[bool] = None
    # One engine in one process is one shard with one copy.
    shard_number: Optional[Literal[1]] = None
    replication_factor: Optional[Literal[1]] = None
    write_consistency_factor: Optional[Literal[1]] = None

    def dense(self) -> dict[str, DenseParams]:
        """By name; the unnamed vector is called ""."""
        if isinstance(self.vectors, DenseParams):
            return {"": self.vectors}
        return self.vectors or {}


IndexType = Literal["keyword", "integer", "float", "bool", "datetime", "uuid", "text"]


class IndexParams(Shape):
    type: IndexType
    is_tenant: Optional[bool] = None
    is_principal: Optional[bool] = None
    on_disk: Optional[bool] = None
    lookup: Optional[bool] = None
    range: Optional[bool] = None
    lowercase: Optional[bool] = None
    min_token_len: Optional[Count] = None
    max_token_len: Optional[Count] = None


class CreateIndex(Shape):
    field_name: Annotated[str, Field(min_length=1)]
    field_schema: Union[IndexType, IndexParams]


class Sparse(Shape):
    indices: list[Annotated[StrictInt, Field(ge=0, le=2**32 - 1)]]
    values: list[float]


class Bm25Options(Shape):
    k: Optional[float] = None
    b: Optional[float] = None
    avg_len: Optional[float] = None
    language: Optional[str] = None
    lowercase: Optional[bool] = None
    ascii_folding: Optional[bool] = None


class Document(Shape):
    """Text that Qdrant itself turns into a vector; a server without an inference service knows this one model."""

    text: str
    model: Annotated[str, Field(pattern="(?i)^qdrant/bm25$")]
    options: Optional[Bm25Options] = None


Dense = list[float]
NamedVector = Union[Dense, Sparse, Document]


class Point(Shape):
    id: PointId
    vector: Union[Dense, dict[str, NamedVector]]
    payload: Optional[Payload] = None


class Upsert(Shape):
    points: Annotated[list[Point], Field(min_length=1)]


class Match(Shape):
    value: Optional[Scalar] = None
    any: Optional[Values] = None
    except_: Optional[Values] = Field(None, alias="except")
    text: Optional[StrictStr] = None


class Range(Shape):
    lt: Union[StrictFloat, StrictInt, StrictStr, None] = None
    lte: Union[StrictFloat, StrictInt, StrictStr, None] = None
    gt: Union[StrictFloat, StrictInt, StrictStr, None] = None
    gte: Union[StrictFloat, StrictInt, StrictStr, None] = None


class FieldCondition(Shape):
    key: str
    match: Optional[Match] = None
    range: Optional[Range] = None


class PayloadKey(Shape):
    key: str


class IsEmpty(Shape):
    is_empty: PayloadKey


class IsNull(Shape):
    is_null: PayloadKey


class HasId(Shape):
    has_id: list[PointId]


class Filter(Shape):
    must: Union[list[Condition], Condition, None] = None
    should: Union[list[Condition], Condition, None] = None
    must_not: Union[list[Condition], Condition, None] = None


Condition = Union[FieldCondition, IsEmpty, IsNull, HasId, Filter]


class Include(Shape):
    include: list[str]


class Exclude(Shape):
    exclude: list[str]


WithPayload = Union[bool, list[str], Include, Exclude]
WithVector = Union[bool, list[str]]


class OrderBy(Shape):
    key: str
    direction: Optional[Literal["asc", "desc"]] = None
    start_from: Union[StrictInt, StrictFloat, StrictStr, None] = None


class SearchParams(Shape):
    hnsw_ef: Optional[Count] = None
    exact: bool = False
    indexed_only: bool = False


class Nearest(Shape):
    nearest: NamedVector


class FusionQuery(Shape):
    fusion: Literal["rrf", "dbsf"]


class Rrf(Shape):
    k: Optional[Annotated[int, Field(ge=1)]] = None
    weights: Optional[list[float]] = None


class RrfQuery(Shape):
    rrf: Rrf


class OrderByQuery(Shape):
    order_by: Union[str, OrderBy]


AnyQuery = Union[Dense, Sparse, Document, Nearest, FusionQuery, RrfQuery, OrderByQuery]


class Stage(Shape):
    """What a query and each of its prefetches have in common."""

    prefetch: Union[list[Stage], Stage, None] = None
    query: Optional[AnyQuery] = None
    using: Optional[str] = None
    filter: Optional[Filter] = None
    params: Optional[SearchParams] = None
    score_threshold: Optional[float] = None
    limit: Optional[Limit] = None


class Query(Stage):
    # A prefetch is a Stage, without these.
    offset: Optional[Count] = None
    with_payload: Optional[WithPayload] = None
    with_vector: Optional[WithVector] = None


class QueryBatch(Shape):
    searches: list[Query]


class Scroll(Shape):
    offset: Optional[PointId] = None
    limit: Optional[Limit] = None
    filter: Optional[Filter] = None
    with_payload: Optional[WithPayload] = None
    with_vector: Optional[WithVector] = None
    order_by: Union[str, OrderBy, None] = None


class CountPoints(Shape):
    filter: Optional[Filter] = None
    exact: bool = True


class Retrieve(Shape):
    ids: list[PointId]
    with_payload: Optional[WithPayload] = None
    with_vector: Optional[WithVector] = None


class ByIds(Shape):
    points: list[PointId]


class ByFilter(Shape):
    filter: Filter


Selector = Union[ByIds, ByFilter]


class SetPayload(Shape):
    payload: Payload
    points: Optional[list[PointId]] = None
    filter: Optional[Filter] = None
    key: Optional[str] = None


for _shape in (Filter, Stage, Query, Scroll, CountPoints, ByFilter, SetPayload):
    _shape.model_rebuild()
