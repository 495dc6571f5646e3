"""What is remembered: Neo4j has the record of every turn, Redis the turns of a session, Qdrant the index over all."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import uuid
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timezone
from typing import Any

from neo4j import AsyncGraphDatabase
from neo4j.exceptions import DriverError, Neo4jError
from qdrant_client import AsyncQdrantClient, models
from qdrant_client.http.exceptions import ApiException
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from .settings import Settings

SHOWN_TURNS = 50
TURNS = "turns"
DIMENSIONS = 256
log = logging.getLogger("uvicorn.error")

# The session's node is written first, which locks it, so that no two turns get one offset. A turn that is there keeps its own.
KEEP = """
MERGE (s:Session {key: $session}) ON CREATE SET s.last = 0
SET s.patient = $patient
WITH s
MERGE (t:Turn {key: $key})
  ON CREATE SET t += $turn, t.patient = $patient, t.offset = s.last + 1, s.last = s.last + 1
MERGE (t)-[:IN]->(s)
RETURN t {.id, .offset, .speaker, .text, .recordedAt} AS turn
"""
HISTORY = """
MATCH (t:Turn)-[:IN]->(:Session {key: $session})
RETURN t {.id, .offset, .speaker, .text, .recordedAt} AS turn ORDER BY t.offset DESC LIMIT $limit
"""
# What is asked tells nothing.
NOT_INDEXED = """
MATCH (t:Turn {speaker: 'patient'}) WHERE t.indexed IS NULL AND NOT t.text ENDS WITH '?'
RETURN t {.*} AS turn LIMIT 100
"""
NONE_INDEXED = "MATCH (t:Turn) REMOVE t.indexed"
INDEXED = "UNWIND $keys AS key MATCH (t:Turn {key: key}) SET t.indexed = true"
UNIQUE = "CREATE CONSTRAINT IF NOT EXISTS FOR (n:{label}) REQUIRE n.key IS UNIQUE"

Turn = dict[str, Any]


class Away(Exception):
    """A store did not answer: which, where, and why."""


class Memory:
    """The stores of one environment."""

    def __init__(self, settings: Settings) -> None:
        self._ttl = settings.SESSION_TTL
        self.stores = {
            "redis": f"{settings.REDIS_HOST}:{settings.REDIS_PORT}",
            "neo4j": f"{settings.NEO4J_HOST}:{settings.NEO4J_PORT}",
            "qdrant": f"{settings.QDRANT_HOST}:{settings.QDRANT_PORT}",
        }
        self._redis = Redis(
            host=settings.REDIS_HOST,
            port=settings.REDIS_PORT,
            password=secret(settings.REDIS_PASSWORD),
            decode_responses=True,
            socket_timeout=2,
            socket_connect_timeout=2,
            retry=Retry(NoBackoff(), 0),
        )
        self._neo4j = AsyncGraphDatabase.driver(
            f"bolt://{self.stores['neo4j']}",
            auth=(settings.NEO4J_USER, secret(settings.NEO4J_PASSWORD) or ""),
            connection_timeout=2,
            max_transaction_retry_time=2,
        )
        self._qdrant = AsyncQdrantClient(
            url=f"http://{self.stores['qdrant']}",
            api_key=secret(settings.QDRANT_API_KEY),
            timeout=2,
            check_compatibility=False,
        )

    async def dial(self, name: str) -> None:
        """Raises Away unless the store answers, and takes the credentials."""
        async with self._asking(name):
            if name == "redis":
                await self._redis.ping()
            elif name == "neo4j":
                await self._neo4j.verify_connectivity()
            else:
                await self._qdrant.get_collections()

    async def keep(self, patient: str, session: str, id: str, speaker: str, text: str) -> Turn:
        """Commits a turn in the record, then copies it to its session. The same id again changes nothing."""
        key = key_of(patient, session)
        turn = {"id": id, "speaker": speaker, "text": text, "recordedAt": datetime.now(timezone.utc).isoformat()}
        async with self._asking("neo4j"):
            parameters = {"session": key, "patient": patient, "key": f"{key}/{id}", "turn": turn}
            kept: Turn = (await self._neo4j.execute_query(KEEP, parameters)).records[0]["turn"]
        async with self._asking("redis"):
            await self._copy(key, [kept])
        return kept

    async def history(self, patient: str, session: str) -> list[Turn]:
        """The last turns of a session; from the record where Redis has not all of them."""
        key = key_of(patient, session)
        async with self._asking("redis"):
            turns = [json.loads(text) for text in await self._redis.zrange(key, -SHOWN_TURNS, -1)]
        if turns and len(turns) == min(turns[-1]["offset"], SHOWN_TURNS):
            return turns
        async with self._asking("neo4j"):
            found = await self._neo4j.execute_query(HISTORY, {"session": key, "limit": SHOWN_TURNS})
        turns = [record["turn"] for record in reversed(found.records)]
        async with self._asking("redis"):
            await self._copy(key, turns)
        return turns

    async def recall(self, patient: str, text: str) -> str | None:
        """What the patient said that is most like it; None where nothing is, or while the index is away."""
        try:
            async with self._asking("qdrant"):
                found = await self._qdrant.query_points(
                    TURNS,
                    query=vector_of(text),
                    query_filter=models.Filter(must=[matches("patient", patient)]),
                    limit=1,
                    score_threshold=0.3,
                )
        except Away as away:
            log.warning("Nothing is recalled: %s", away)
            return None
        return found.points[0].payload["text"] if found.points else None

    async def index_for_ever(self) -> None:
        """Brings what the record has and the index lacks to the index, also what came while it was away."""
        while True:
            try:
                await self._prepare()
                while True:
                    await self._index()
                    await asyncio.sleep(0.5)
            except Away:
                await asyncio.sleep(1)

    async def close(self) -> None:
        await self._redis.aclose()
        await self._neo4j.close()
        await self._qdrant.close()

    async def _prepare(self) -> None:
        async with self._asking("neo4j"):
            for label in ("Session", "Turn"):
                await self._neo4j.execute_query(UNIQUE.replace("{label}", label))
        async with self._asking("qdrant"):
            if not await self._qdrant.collection_exists(TURNS):
                params = models.VectorParams(size=DIMENSIONS, distance=models.Distance.COSINE)
                await self._qdrant.create_collection(TURNS, vectors_config=params)
                await self._neo4j.execute_query(NONE_INDEXED)

    async def _index(self) -> None:
        async with self._asking("neo4j"):
            turns = [record["turn"] for record in (await self._neo4j.execute_query(NOT_INDEXED)).records]
        if not turns:
            return
        points = [
            models.PointStruct(
                id=str(uuid.uuid5(uuid.NAMESPACE_OID, turn["key"])),
                vector=vector_of(turn["text"]),
                payload={"patient": turn["patient"], "text": turn["text"]},
            )
            for turn in turns
        ]
        async with self._asking("qdrant"):
            await self._qdrant.upsert(TURNS, points, wait=True)
        async with self._asking("neo4j"):
            await self._neo4j.execute_query(INDEXED, {"keys": [turn["key"] for turn in turns]})

    async def _copy(self, key: str, turns: list[Turn]) -> None:
        if turns:
            async with self._redis.pipeline() as pipeline:
                pipeline.zadd(key, {json.dumps(turn, sort_keys=True): turn["offset"] for turn in turns})
                pipeline.expire(key, self._ttl)
                await pipeline.execute()

    @asynccontextmanager
    async def _asking(self, name: str) -> AsyncIterator[None]:
        try:
            yield
        except (RedisError, Neo4jError, DriverError, ApiException, OSError) as error:
            raise Away(f"{name} at {self.stores[name]}: {error}") from error


def key_of(patient: str, session: str) -> str:
    """Both may have any character."""
    return json.dumps([patient, session])


def secret(value: Any) -> str | None:
    return None if value is None else value.get_secret_value()


def matches(key: str, value: str) -> models.FieldCondition:
    return models.FieldCondition(key=key, match=models.MatchValue(value=value))


def vector_of(text: str) -> list[float]:
    """A bag of words, hashed: enough to find the same words again. A real app asks an embedding model here."""
    vector = [0.0] * DIMENSIONS
    for word in re.findall(r"\w{3,}", text.lower()):
        vector[zlib.crc32(word.encode()) % DIMENSIONS] += 1.0
    return vector
