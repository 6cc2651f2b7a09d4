"""What effects need beside a dispute, in memory only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from disputes.models import (
        Decision,
        EvidenceRequest,
        Offer,
        ReplacementParcel,
        ReturnParcel,
        Settlement,
    )
    from orders.models import Refund


@dataclass(slots=True)
class AtHand:
    """The rows that effects need, read once per batch under the dispute's lock."""

    offers: list[Offer] = field(default_factory=list)
    """Standing offers, at most one of each party."""
    settlement: Settlement | None = None
    """The settlement that is proposed or agreed."""
    refunds: list[Refund] = field(default_factory=list)
    """The refunds that the agreed settlement waits for."""
    requests: list[EvidenceRequest] = field(default_factory=list)
    """The mediator's questions that wait for an answer."""
    parcel: ReturnParcel | None = None
    """The latest return."""
    replacement: ReplacementParcel | None = None
    """The replacement, once it is on its way."""
    decision: Decision | None = None
    """The latest decision."""
