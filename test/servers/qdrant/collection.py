"""Collections in a folder: `<name>/asked.json` is the creation request, `<name>/shard` is the engine's."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import qdrant_edge as engine

import request_shapes as rq
import translate
from answer_shapes import CollectionConfig, CollectionInfo, CollectionParams, HnswConfig, Index
from problems import AlreadyExists, BadInput, NotFound

NAME = re.compile(r'[^<>:"/\\|?*\x00-\x1f]{1,255}')
INDEX_FLAGS = ("is_tenant", "is_principal", "on_disk", "lookup", "range", "lowercase")


class Collection:
    def __init__(self, folder: Path, asked: rq.CreateCollection, shard: engine.EdgeShard) -> None:
        self.folder = folder
        self.asked = asked
        self.shard = shard
        self.operations = 0

    @classmethod
    def create(cls, folder: Path, asked: rq.CreateCollection) -> Collection:
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "shard").mkdir(parents=True)
        shard = engine.EdgeShard.create(str(folder / "shard"), translate.config(asked))
        (folder / "asked.json").write_text(asked.model_dump_json(exclude_none=True))
        return cls(folder, asked, shard)

    @classmethod
    def load(cls, folder: Path) -> Collection:
        asked = rq.CreateCollection.model_validate_json((folder / "asked.json").read_text())
        return cls(folder, asked, engine.EdgeShard.load(str(folder / "shard")))

    def upsert(self, points: list[rq.Point]) -> int:
        # The engine logs an update before it checks it, and half of a bad one is there after a restart.
        for point in points:
            self._check(point)
        return self.update(engine.UpdateOperation.upsert_points([translate.point(point) for point in points]))

    def update(self, operation: Any) -> int:
        """Applies it and answers its number."""
        self.shard.update(operation)
        self.operations += 1
        return self.operations

    def _check(self, point: rq.Point) -> None:
        vectors = point.vector if isinstance(point.vector, dict) else {"": point.vector}
        dense, sparse = self.asked.dense(), self.asked.sparse_vectors or {}
        for name, vector in vectors.items():
            if name not in dense and name not in sparse:
                raise BadInput(f"Not existing vector name error: {name}")
            if isinstance(vector, list) != (name in dense):
                raise BadInput(f"Conversion between sparse and regular vectors failed: {name}")
            if isinstance(vector, list) and len(vector) != dense[name].size:
                expected = dense[name].size
                raise BadInput(f"Vector dimension error: expected dim: {expected}, got {len(vector)}")
            if isinstance(vector, rq.Sparse) and len(vector.indices) != len(set(vector.indices)):
                raise BadInput("Validation error: indices: must be unique")
            if isinstance(vector, rq.Sparse) and len(vector.indices) != len(vector.values):
                raise BadInput("Validation error: values: must be the same length as indices")

    def info(self) -> CollectionInfo:
        seen = self.shard.info()
        hnsw = self.asked.hnsw_config or rq.Hnsw()
        return CollectionInfo(
            indexed_vectors_count=seen.indexed_vectors_count,
            points_count=seen.points_count,
            segments_count=seen.segments_count,
            config=CollectionConfig(
                params=CollectionParams.of(self.asked),
                hnsw_config=HnswConfig(**hnsw.model_dump(exclude_none=True)),
            ),
            payload_schema={name: _index(one) for name, one in seen.payload_schema.items()},
        )


def _index(seen: engine.PayloadIndexInfo) -> Index:
    kind = str(seen.data_type).split(".")[-1].lower()
    flags = {flag: getattr(seen.params, flag, None) for flag in INDEX_FLAGS}
    given = {flag: value for flag, value in flags.items() if isinstance(value, bool)}
    return Index(data_type=kind, params={"type": kind, **given} if given else None, points=seen.points)


class Store:
    """Every collection below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        # A folder without `asked.json` is a creation that was interrupted.
        whole = [entry for entry in folder.iterdir() if (entry / "asked.json").exists()]
        self.collections = {unquote(entry.name): Collection.load(entry) for entry in whole}

    def get(self, name: str) -> Collection:
        if name not in self.collections:
            raise NotFound(f"Collection `{name}` doesn't exist!")
        return self.collections[name]

    def create(self, name: str, asked: rq.CreateCollection) -> None:
        if not NAME.fullmatch(name) or name in (".", ".."):
            raise BadInput(f"collection name `{name}` has a character that is not allowed")
        if name in self.collections:
            raise AlreadyExists(f"Collection `{name}` already exists!")
        self.collections[name] = Collection.create(self.folder / quote(name, safe=""), asked)

    def delete(self, name: str) -> bool:
        collection = self.collections.pop(name, None)
        if collection is None:
            return False
        collection.shard.close()
        shutil.rmtree(collection.folder)
        return True

    def close(self) -> None:
        for collection in self.collections.values():
            collection.shard.close()
