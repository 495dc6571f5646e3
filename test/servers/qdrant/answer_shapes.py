"""The shapes of the stand-in's answers: the part of Qdrant's REST responses it gives, in its own words."""

from __future__ import annotations

from typing import Any, Generic, Literal, Optional, TypeVar, Union
from uuid import UUID

from pydantic import BaseModel

from request_shapes import CreateCollection, DenseParams, SparseParams

T = TypeVar("T")
PointId = Union[int, UUID]


class Answer(BaseModel, Generic[T]):
    result: T
    status: Literal["ok"] = "ok"
    time: float


class Version(BaseModel):
    title: str
    version: str


class CollectionName(BaseModel):
    name: str


class Collections(BaseModel):
    collections: list[CollectionName]


class Exists(BaseModel):
    exists: bool


class Updated(BaseModel):
    operation_id: int
    status: Literal["acknowledged", "completed"]


class Counted(BaseModel):
    count: int


class Record(BaseModel):
    id: PointId
    payload: Optional[dict[str, Any]] = None
    vector: Union[list[float], dict[str, Any], None] = None
    order_value: Union[int, float, None] = None


class ScoredPoint(Record):
    version: int
    score: float


class Points(BaseModel):
    points: list[ScoredPoint]


class Page(BaseModel):
    points: list[Record]
    next_page_offset: Optional[PointId] = None


class Index(BaseModel):
    data_type: str
    params: Optional[dict[str, Any]] = None
    points: int


class HnswConfig(BaseModel):
    m: int = 16
    ef_construct: int = 100
    full_scan_threshold: int = 10_000
    max_indexing_threads: int = 0
    payload_m: Optional[int] = None
    on_disk: Optional[bool] = None


class OptimizerConfig(BaseModel):
    default_segment_number: int = 0
    flush_interval_sec: int = 5


class CollectionParams(BaseModel):
    vectors: Union[DenseParams, dict[str, DenseParams], None] = None
    sparse_vectors: Optional[dict[str, SparseParams]] = None
    shard_number: int = 1
    replication_factor: int = 1
    write_consistency_factor: int = 1
    on_disk_payload: bool = True

    @classmethod
    def of(cls, asked: CreateCollection) -> CollectionParams:
        given = asked.model_dump(exclude_none=True, include=set(cls.model_fields))
        return cls(**given)


class CollectionConfig(BaseModel):
    params: CollectionParams
    hnsw_config: HnswConfig
    optimizer_config: OptimizerConfig = OptimizerConfig()


class CollectionInfo(BaseModel):
    status: Literal["green"] = "green"
    optimizer_status: Literal["ok"] = "ok"
    indexed_vectors_count: int
    points_count: int
    segments_count: int
    config: CollectionConfig
    payload_schema: dict[str, Index]
