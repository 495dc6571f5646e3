"""The peer of the chat's benchmark: the same durable turn as a FastAPI backend is usually written.

A message is committed in Neo4j, then acknowledged; its answer is committed in Neo4j, then sent. Both turns go to the
session's list in Redis. There is no recall: the answer repeats the message, so that this server does less than the app.
One process, as the app is one; configured by the variables of the app.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timezone
from typing import Annotated, Literal, Optional, Union

import redis.asyncio as redis
import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from neo4j import AsyncDriver, AsyncGraphDatabase
from pydantic import BaseModel, Field, StringConstraints, TypeAdapter, ValidationError

Id = Annotated[str, StringConstraints(min_length=1, max_length=128)]
KEPT_TURNS = 1000
SHOWN_TURNS = 50
SESSION_TTL = 86_400


class Message(BaseModel):
    type: Literal["message"]
    id: Id
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=16_000)]


class Ping(BaseModel):
    type: Literal["ping"]


class Turn(BaseModel):
    id: str
    offset: int
    speaker: Literal["patient", "assistant"]
    text: str
    recordedAt: str
    replyTo: Optional[str] = None


class Welcome(BaseModel):
    type: Literal["welcome"] = "welcome"
    history: list[Turn]


class Ack(BaseModel):
    type: Literal["ack"] = "ack"
    id: str
    offset: int


class Done(BaseModel):
    type: Literal["done"] = "done"
    id: str
    offset: int
    text: str


class Error(BaseModel):
    type: Literal["error"] = "error"
    message: str


frames: TypeAdapter[Union[Message, Ping]] = TypeAdapter(
    Annotated[Union[Message, Ping], Field(discriminator="type")]
)

# The lock on the session allots its offsets; a turn that is there already keeps its own.
APPEND = """
MERGE (s:PeerSession {key: $session}) ON CREATE SET s.last = 0
SET s.isLocked = true
WITH s
MERGE (t:PeerTurn {key: $key})
  ON CREATE SET t += $turn, t.offset = s.last + 1, s.last = s.last + 1
MERGE (t)-[:IN]->(s)
RETURN t.offset AS offset
"""


class Stores:
    graph: AsyncDriver
    cache: redis.Redis


stores = Stores()


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    env = os.environ
    if "NEO4J_HOST" not in env:
        yield
        return
    stores.graph = AsyncGraphDatabase.driver(
        f"bolt://{env['NEO4J_HOST']}:{env['NEO4J_PORT']}", auth=("neo4j", env["NEO4J_PASSWORD"])
    )
    stores.cache = redis.Redis(
        host=env["REDIS_HOST"], port=int(env["REDIS_PORT"]), password=env["REDIS_PASSWORD"] or None, decode_responses=True
    )
    for label in ("PeerSession", "PeerTurn"):
        await stores.graph.execute_query(f"CREATE CONSTRAINT IF NOT EXISTS FOR (n:{label}) REQUIRE n.key IS UNIQUE")
    yield
    await stores.graph.close()
    await stores.cache.aclose()


app = FastAPI(lifespan=lifespan, openapi_url=None)


@app.get("/readyz")
async def readyz() -> dict[str, bool]:
    return {"ready": True}


@app.websocket("/ws/chat/{patient}/{session}")
async def chat(socket: WebSocket, patient: str, session: str) -> None:
    key = f"{patient}/{session}"
    history = await recent(key) if "NEO4J_HOST" in os.environ else []
    await socket.accept()
    await socket.send_text(Welcome(history=history).model_dump_json())
    try:
        async for text in socket.iter_text():
            await answer(socket, key, text)
    except WebSocketDisconnect:
        pass


async def answer(socket: WebSocket, session: str, text: str) -> None:
    try:
        frame = frames.validate_json(text)
    except ValidationError as error:
        await socket.send_text(Error(message=str(error)).model_dump_json())
        return
    if isinstance(frame, Ping):
        await socket.send_text('{"type":"pong"}')
        return
    said = await append(session, Turn(id=frame.id, offset=0, speaker="patient", text=frame.text, recordedAt=now()))
    await socket.send_text(Ack(id=frame.id, offset=said.offset).model_dump_json())
    made = Turn(
        id=f"answer-{frame.id}",
        offset=0,
        speaker="assistant",
        text=f"Noted: {frame.text}",
        recordedAt=now(),
        replyTo=frame.id,
    )
    stored = await append(session, made)
    await socket.send_text(Done(id=frame.id, offset=stored.offset, text=stored.text).model_dump_json())


async def append(session: str, turn: Turn) -> Turn:
    """Commits a turn in the record, then caches it."""
    properties = turn.model_dump(exclude={"offset"}, exclude_none=True)
    async with stores.graph.session() as graph:
        result = await graph.run(APPEND, session=session, key=f"{session}/{turn.id}", turn=properties)
        record = await result.single(strict=True)
    stored = turn.model_copy(update={"offset": record["offset"]})
    async with stores.cache.pipeline(transaction=False) as cache:
        cache.rpush(f"peer:{session}", stored.model_dump_json(exclude_none=True))
        cache.ltrim(f"peer:{session}", -KEPT_TURNS, -1)
        cache.expire(f"peer:{session}", SESSION_TTL)
        await cache.execute()
    return stored


async def recent(session: str) -> list[Turn]:
    texts = await stores.cache.lrange(f"peer:{session}", -SHOWN_TURNS, -1)
    return [Turn.model_validate_json(text) for text in texts]


def now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


if __name__ == "__main__":
    uvicorn.run(
        app, host="127.0.0.1", port=int(os.environ["HTTP_PORT"]), log_level="warning", loop="uvloop", http="httptools",
        ws_per_message_deflate=False,
    )
