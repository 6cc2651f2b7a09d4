"""What follows from each move of a dispute: clocks, offers, money, notices.

Every function takes the batch and a locked, loaded dispute, and works in memory only: pages run it for
one dispute, the sweep for a thousand.
"""

from disputes.effects import (
    agreement,
    clocks,
    complaints,
    ending,
    escalation,
    loading,
    mediation,
    opening,
    replacements,
    returns,
    settlement,
    talk,
)

__all__ = [
    "agreement",
    "clocks",
    "complaints",
    "ending",
    "escalation",
    "loading",
    "mediation",
    "opening",
    "replacements",
    "returns",
    "settlement",
    "talk",
]
