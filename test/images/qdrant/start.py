"""Starts the stand-in as Qdrant 1.18 starts: its variables, its defaults, its writable paths, its warnings."""

import os
import sys
from pathlib import Path


def must_write(path: Path, what: str) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
        (path / ".writable").touch()
        (path / ".writable").unlink()
    except OSError as error:
        sys.exit(f"Panic: {what} {path} can not be written: {error}")


def mark_initialized() -> None:
    path = Path(os.environ.get("QDRANT_INIT_FILE_PATH", ".qdrant-initialized"))
    try:
        path.touch()
    except OSError as error:
        # The real server only warns too.
        print(f"WARN Failed to create init file indicator {path}: {error}", flush=True)


print("stand-in: qdrant-edge behind a part of Qdrant's REST API, not the official qdrant image", flush=True)
os.environ.setdefault("QDRANT__STORAGE__STORAGE_PATH", "./storage")
must_write(Path(os.environ["QDRANT__STORAGE__STORAGE_PATH"]), "the storage")
must_write(Path(os.environ.get("QDRANT__STORAGE__SNAPSHOTS_PATH", "./snapshots")) / "tmp" / "upload", "the snapshots")

import uvicorn  # noqa: E402
from server import app  # noqa: E402  It reads its variables when it is imported.

mark_initialized()
uvicorn.run(
    app,
    host=os.environ.get("QDRANT__SERVICE__HOST", "0.0.0.0"),
    port=int(os.environ.get("QDRANT__SERVICE__HTTP_PORT", "6333")),
    log_level="warning",
    timeout_graceful_shutdown=10,
)
