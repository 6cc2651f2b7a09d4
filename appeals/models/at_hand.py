"""What effects and pages need beside a complaint, in memory only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from appeals.models import Feedback, Grounds, Look, Review


@dataclass(slots=True)
class AtHand:
    """The rows that effects need, read once per batch under the complaint's lock."""

    grounds: list[Grounds] = field(default_factory=list)
    """Why the decision is wrong, of each party that complained."""
    looks: list[Look] = field(default_factory=list)
    """Who had the complaint in review, in this look and before."""
    reviews: list[Review] = field(default_factory=list)
    feedback: list[Feedback] = field(default_factory=list)
    touched: frozenset[int] = frozenset()
    """Everybody who ever moved the dispute or the complaint, read where a third person is wanted."""
