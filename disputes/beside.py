"""What apps above add to the page of a dispute, for its parties: ways on from the decision."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from disputes.models import Dispute
from orders.panels import Action

Provider = Callable[[Dispute, str], Sequence[Action]]
_providers: list[Provider] = []


def provides(provider: Provider) -> Provider:
    """Register `provider(dispute, side)`, asked once a decision has been made."""
    if provider not in _providers:
        _providers.append(provider)
    return provider


def actions(dispute: Dispute, side: str) -> list[Action]:
    """Everything that apps above offer to this side of a decided dispute."""
    return [action for provider in _providers for action in provider(dispute, side)]
