"""`python -m app`: reads the environment, then serves. A bad environment ends it before a port is open."""

import os
import sys

import uvicorn
from pydantic import ValidationError

from .main import serve
from .settings import Settings

try:
    settings = Settings()
except ValidationError as error:
    print(error, file=sys.stderr)
    sys.exit(os.EX_CONFIG)

uvicorn.run(serve(settings), host="0.0.0.0", port=settings.HTTP_PORT, access_log=False, timeout_graceful_shutdown=10)
