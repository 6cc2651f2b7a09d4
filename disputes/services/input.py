"""Checking what comes in, before anything is locked or written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils.translation import gettext_lazy as _

from core import words
from core.batch import Batch
from core.errors import CaseChanged, Refused
from disputes import states
from disputes.effects import loading
from disputes.models import Dispute

SHORT = 80
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})?")
STATEMENT_MAX = 10_000
EMPTY = _("Write a few words first.")
ENDED = _("This dispute has ended; nothing can be added to it any more.")


@contextmanager
def moving(dispute_id: int) -> Iterator[tuple[Batch, Dispute]]:
    """One dispute under lock with all that its effects need; written when the block ends well."""
    with Batch() as batch:
        yield batch, loading.take(batch, dispute_id)


def text(value: str, most: int, *, empty: Any = EMPTY, optional: bool = False) -> str:
    """A text as it will be stored: NUL and direction tricks gone, its length as people count it."""
    clean = words.clean_text(value, most)
    if not clean and not optional:
        raise Refused(empty, "empty")
    return clean


def storable(value: Any) -> Any:
    """A draft as every database can keep it: as typed, without NUL and halves of characters."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "ignore").decode()
    if isinstance(value, dict):
        return {storable(str(name)): storable(inner) for name, inner in value.items()}
    return [storable(inner) for inner in value] if isinstance(value, list | tuple) else value


def language(code: str) -> str:
    """A language tag such as `pt-br`; nothing where it is none."""
    return code if _TAG.fullmatch(code) else ""


def message_limit(dispute: Dispute) -> int:
    return int(dispute.policy.get("message_max_chars"))


def story_limit(policy: Any) -> int:
    return int(policy.get("description_max_chars"))


def still_open(dispute: Dispute) -> None:
    """Say clearly that a dispute has ended, where somebody still wants to add to it."""
    if dispute.state in states.TERMINAL:
        raise CaseChanged(ENDED, "ended")
