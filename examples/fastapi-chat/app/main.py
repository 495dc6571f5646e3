"""The HTTP and WebSocket side of the chat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Literal

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse
from pydantic import BaseModel, StringConstraints, ValidationError

from .memory import Away, Memory
from .settings import CONFIG_PATH, READYZ_PATH, Readiness, Settings

TRY_AGAIN_LATER = 1013


class Message(BaseModel):
    """What a client sends. Until its `ack` has come it may be sent again, with the same id."""

    type: Literal["message"]
    id: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000)]


def serve(settings: Settings) -> FastAPI:
    """The app of one environment."""
    memory = Memory(settings)
    readiness = Readiness()

    async def dial(name: str) -> None:
        """Notes every second whether a store answers; what it says is what the gate says."""
        while True:
            try:
                await memory.dial(name)
                readiness.seen(name)
            except Away as away:
                readiness.seen(name, str(away))
            await asyncio.sleep(1)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(work) for work in (*map(dial, memory.stores), memory.index_for_ever())]
        yield
        for task in tasks:
            task.cancel()
        await memory.close()

    app = FastAPI(lifespan=lifespan)

    @app.get("/healthz")
    async def healthz() -> dict[str, bool]:
        return {"alive": True}

    @app.get(READYZ_PATH)
    async def readyz() -> JSONResponse:
        return JSONResponse(readiness.report(), 200 if readiness.ready else 503)

    @app.get(CONFIG_PATH)
    async def config() -> JSONResponse:
        return JSONResponse(settings.config_report())

    @app.websocket("/ws/chat/{patient}/{session}")
    async def chat(socket: WebSocket, patient: str, session: str) -> None:
        # Never accept, then close: a client that is refused waits, one whose connection is closed returns at once.
        if not readiness.ready:
            refusal = JSONResponse(readiness.report(), 503, {"Retry-After": "2"})
            return await socket.send_denial_response(refusal)
        try:
            history = await memory.history(patient, session)
        except Away as away:
            return await socket.send_denial_response(JSONResponse({"error": str(away)}, 503, {"Retry-After": "2"}))
        await socket.accept()
        try:
            await socket.send_json({"type": "welcome", "history": history})
            async for text in socket.iter_text():
                await answer(socket, patient, session, text)
        except WebSocketDisconnect:
            pass
        except Away as away:
            await socket.close(TRY_AGAIN_LATER, str(away)[:120])

    async def answer(socket: WebSocket, patient: str, session: str, text: str) -> None:
        try:
            message = Message.model_validate_json(text)
        except ValidationError as error:
            problems = "; ".join(problem["msg"] for problem in error.errors())
            return await socket.send_json({"type": "error", "message": problems})
        recalled = await memory.recall(patient, message.text)
        said = await memory.keep(patient, session, message.id, "patient", message.text)
        await socket.send_json({"type": "ack", "id": message.id, "offset": said["offset"]})
        reply = "I have heard nothing like that before." if recalled is None else f"You once said: {recalled}"
        answered = await memory.keep(patient, session, f"answer:{message.id}", "assistant", reply)
        await socket.send_json({"type": "answer", "id": message.id, "offset": answered["offset"], "text": answered["text"]})

    return app
