/** What every Python module of an environment has, whatever its variables are. */

/** @param service what it is of. @param by the sentence that says where it is from. */
export const moduleHead = (service: string, by: string): string => `"""The environment of ${service}.

${by}; do not edit.
Python 3.10 and pydantic-settings 2.11, or newer.
"""
# fmt: off
# ruff: noqa

import hashlib
import json
import os
import re
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, Secret, SecretStr, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict
`;

/** @param digits the most of a number. @param spaces what may stand around a word of a list, as a literal. */
export const readers = (digits: number, spaces: string): string => `
def _reader(expected: str, read: Callable[[str], Any]) -> BeforeValidator:
    """Reads the text itself, before pydantic would convert it. \`read\` answers None for a text that is refused."""

    def value_of(text: object) -> Any:
        # The bytes as UTF-8, whatever the locale.
        value = read(os.fsencode(text).decode("utf-8", "replace")) if isinstance(text, str) else None
        if value is None:
            raise PydanticCustomError("environment", "expected {expected}", {"expected": expected})
        return value

    return BeforeValidator(value_of)


def _string(expected: str, pattern: str | None = None, shortest: int = 0, longest: int | None = None) -> BeforeValidator:
    form = None if pattern is None else re.compile(pattern)

    def read(text: str) -> str | None:
        if len(text) < shortest or (longest is not None and len(text) > longest):
            return None
        return text if form is None or form.fullmatch(text) else None

    return _reader(expected, read)


def _integer(expected: str, smallest: int, largest: int) -> BeforeValidator:
    def read(text: str) -> int | None:
        value = int(text) if re.fullmatch("[0-9]{1,${digits}}", text) else -1
        return value if smallest <= value <= largest else None

    return _reader(expected, read)


def _boolean(expected: str) -> BeforeValidator:
    return _reader(expected, {"true": True, "false": False}.get)


def _word(expected: str, *words: str) -> BeforeValidator:
    return _reader(expected, lambda text: text if text in words else None)


def _words(expected: str, *words: str) -> BeforeValidator:
    def read(text: str) -> tuple[str, ...] | None:
        found = tuple(word.strip(${spaces}) for word in text.split(","))
        return found if all(word in words for word in found) else None

    return _reader(expected, read)


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(value) if isinstance(value, tuple) else str(value)
`;

/** @param service what it is of. */
export const settingsHead = (service: string): string => `
class Settings(BaseSettings):
    """The environment of ${service}. An empty variable is unset; names are case-sensitive.

    Raises ValidationError with every bad variable. What was refused is not in it: it may be a secret.
    """

    model_config = SettingsConfigDict(
        case_sensitive=True,
        enable_decoding=False,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=False,
    )
`;

/** @param reports whether the service reports its environment. */
export const settingsTail = (version: number, reports: boolean): string => `
    def __init__(self, **texts: Any) -> None:
        """\`texts\` take the place of the process' environment, as in a test."""
        try:
            super().__init__(**texts)
        except ValidationError as error:
            problems = error.errors(include_url=False, include_input=False)
            refused = [
                InitErrorDetails(type=PydanticCustomError("environment", problem["msg"]), loc=problem["loc"], input=None)
                for problem in problems
            ]
            raise ValidationError.from_exception_data(error.title, refused, hide_input=True) from None

    def values(self) -> dict[str, str]:
        """What is set, as text: without secrets, and without what only a developer's machine has."""
        found = ((name, self._value(name)) for name in _PUBLIC)
        return {name: _as_text(value) for name, value in found if value is not None}

    def secrets_set(self) -> list[str]:
        """The names of the secrets that are set."""
        return [name for name in _SECRET if self._value(name) is not None]

    def digest(self) -> str:
        """What the manifests' digest is compared with."""
        pairs = sorted((name, text) for name, text in self.values().items() if text != "")
        written = json.dumps(pairs, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(written.encode()).hexdigest()[:16]
${reports ? configReport(version) : ''}
    def _value(self, name: str) -> Any:
        return getattr(self, name if name in type(self).model_fields else "env_" + name)
`;

const configReport = (version: number): string => `
    def config_report(self) -> dict[str, Any]:
        """The body of the report of the environment, at CONFIG_PATH."""
        return {
            "version": ${version},
            "digest": self.digest(),
            "values": self.values(),
            "secretsSet": self.secrets_set(),
        }
`;

/** @param gates the literal of its gates. */
export const readiness = (version: number, gates: string): string => `
_GATES: dict[str, Literal["hard", "first"]] = ${gates}


class Readiness:
    """Which dependencies answer. At READYZ_PATH the service answers 200 when \`ready\`, else 503, with \`report()\` as JSON."""

    def __init__(self) -> None:
        self._was_ready = not _GATES
        self._gates = {name: self._gate(name, "closed") for name in _GATES}

    def seen(self, name: str, error: str | None = None) -> None:
        """Notes how a dial ended. \`error\`: why the dependency did not answer, without secrets; None: it answered."""
        before = self._gates[name]
        away = "degraded" if self._was_ready and _GATES[name] == "first" else "closed"
        state = "open" if error is None else away
        since = before["since"] if state == before["state"] else None
        attempts = 0 if error is None else before["attempts"] + 1
        self._gates[name] = self._gate(name, state, since, error, attempts)
        self._was_ready = self._was_ready or all(gate["state"] == "open" for gate in self._gates.values())

    @property
    def ready(self) -> bool:
        return all(gate["state"] != "closed" for gate in self._gates.values())

    def report(self) -> dict[str, Any]:
        """The body of the report of readiness, at READYZ_PATH."""
        return {"version": ${version}, "ready": self.ready, "gates": list(self._gates.values())}

    @staticmethod
    def _gate(
        name: str, state: str, since: str | None = None, error: str | None = None, attempts: int = 0
    ) -> dict[str, Any]:
        now = datetime.now(timezone.utc).isoformat()
        return {"name": name, "state": state, "since": since or now, "lastError": error, "attempts": attempts}
`;
