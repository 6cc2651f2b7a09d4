"""Who may see a file: answered by the app that the file belongs to, which lies above this one.

    @access.decides("dispute")
    def may_see(user, file) -> bool: ...

Without a registered answer only the uploader sees a file of that purpose.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from evidence.models import EvidenceFile

Decider = Callable[[Any, EvidenceFile], bool]

_deciders: dict[str, Decider] = {}


def decides(purpose: str) -> Callable[[Decider], Decider]:
    """Register the one function that answers for files of this purpose."""

    def register(decider: Decider) -> Decider:
        known = _deciders.setdefault(purpose, decider)
        if (known.__module__, known.__qualname__) != (decider.__module__, decider.__qualname__):
            raise ValueError(f"Two answers for files of the purpose {purpose!r}.")
        return decider

    return register


def may_see(user: Any, file: EvidenceFile) -> bool:
    """Clean files only; nobody without a session; the owner app's word is final."""
    if not file.is_clean or not getattr(user, "is_authenticated", False):
        return False
    decider = _deciders.get(file.purpose)
    return decider(user, file) if decider else bool(file.uploader_id == user.pk)
