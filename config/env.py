"""Reads the environment, and says in one sentence what is wrong with it.

Every variable that settings read goes through here, so `NAMES` is the complete list; a test holds
`.env.example` and `docker-compose.yml` to it.
"""

import os
import re
from email.utils import parseaddr
from urllib.parse import SplitResult, urlsplit

NAMES: set[str] = set()
TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


class SettingsError(SystemExit):
    """The environment cannot be used; the message says which variable and what to do. Never a traceback."""

    def __init__(self, sentence: str) -> None:
        super().__init__(f"Recourse cannot start: {sentence}")


def text(name: str, default: str = "") -> str:
    """The variable without surrounding blanks; an empty one counts as not set."""
    NAMES.add(name)
    return os.environ.get(name, "").strip() or default


def required(name: str, hint: str) -> str:
    value = text(name)
    if not value:
        raise SettingsError(f"{name} is not set; {hint}")
    return value


def flag(name: str, default: bool = False) -> bool:
    value = text(name, "1" if default else "0").lower()
    if value not in TRUE | FALSE:
        raise SettingsError(f"{name} must be 1 or 0, not {value!r}.")
    return value in TRUE


def number(name: str, default: int, least: int = 1, most: int = 2**31) -> int:
    value = text(name, str(default))
    if not (value.isascii() and value.isdigit()) or not least <= int(value) <= most:
        raise SettingsError(f"{name} must be a whole number from {least} to {most}, not {value!r}.")
    return int(value)


def listing(name: str, default: str = "") -> list[str]:
    """Values separated by commas."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def mailbox(name: str, default: str) -> str:
    """An e-mail address, perhaps with a name before it."""
    value = text(name, default)
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", parseaddr(value)[1]) or "\n" in value:
        raise SettingsError(f"{name} is not an e-mail address: {value!r}.")
    return value


def span(name: str, default: str) -> str:
    """A time as PostgreSQL writes it; 0 is without end."""
    value = text(name, default)
    if not re.fullmatch(r"\d{1,9}(ms|s|min|h|d)?", value, re.ASCII):
        raise SettingsError(f"{name} must be a time such as 10s or 500ms, not {value!r}.")
    return value


def url(name: str, schemes: tuple[str, ...], default: str = "") -> SplitResult | None:
    """The parsed address, or None where the variable is not set and has no default."""
    value = text(name, default)
    if not value:
        return None
    shown = ", ".join(f"{scheme}://" for scheme in schemes)
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018  (reading it is what checks it)
    except ValueError:
        raise SettingsError(f"{name} is not a valid address; it starts with {shown}.") from None
    if parts.scheme not in schemes:
        raise SettingsError(f"{name} must start with {shown}.")
    return parts
