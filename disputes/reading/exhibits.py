"""Evidence as the pages show it: numbered, with who gave it and where its files have their addresses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from disputes.models import Dispute, EvidenceItem
from disputes.states import Party
from evidence.states import FileState


def who(party: str, side: str) -> str:
    """ "You", "Seller", "Buyer"."""
    return _("You") if party == side else str(Party(party).label)


def added(party: str, side: str) -> str:
    """Who added it, as a whole sentence's part."""
    if party == side:
        return _("Added by you")
    return _("Added by the buyer") if party == Party.BUYER else _("Added by the seller")


def exhibit(dispute: Dispute, item: EvidenceItem, side: str) -> dict[str, Any]:
    """One item for the grid (its address is the viewer) and for the viewer itself (`full`, `video`).

    A file that was not taken is no evidence: its owner reads why, and it has no number to be cited by.
    """
    file, clean = item.file, item.file.state == FileState.CLEAN
    by, caption = who(item.party, side), item.caption or file.original_name
    shown = {
        "number": "" if file.state == FileState.REFUSED else item.label,
        "by": by, "added": added(item.party, side), "at": item.added_at, "state": str(file.state), "caption": caption,
        "alt": _("%(caption)s (%(by)s)") % {"caption": caption, "by": by}, "problem": file.refusal_sentence,
        "seconds": file.seconds, "url": "", "thumbnail": "", "full": "", "video": "", "page": "", "document": False,
    }  # fmt: skip
    if clean:
        shown["url"] = reverse("evidence:original", args=[file.handle])
        if side != Party.PLATFORM:  # the desk has its own screen
            shown["page"] = reverse("disputes:evidence", args=[dispute.reference, item.number])
        shown["document"] = not (file.is_image or file.is_video)
        shown["thumbnail"] = (
            reverse("evidence:thumb", args=[file.handle]) if file.thumb_name else ""
        )
        shown["full"] = shown["url"] if file.is_image else ""
        if file.is_video:
            shown["video"] = shown["url"]
            shown["full"] = (
                reverse("evidence:poster", args=[file.handle]) if file.poster_name else ""
            )
    return shown


def exhibits(dispute: Dispute, items: Iterable[EvidenceItem], side: str) -> list[dict[str, Any]]:
    """All evidence of a dispute in its numbers' order."""
    return [exhibit(dispute, item, side) for item in items]


def grid(shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same, with each picture leading to the viewer."""
    return [item | {"url": item["page"]} for item in shown]


def tally(items: Iterable[EvidenceItem], side: str) -> str:
    """ "You 3 · Seller 1": the same for both sides, so only what both can see is counted."""
    count = {Party.BUYER: 0, Party.SELLER: 0}
    for item in items:
        if item.file.state == FileState.CLEAN:
            count[Party(item.party)] += 1
    return " · ".join(f"{who(party, side)} {n}" for party, n in count.items())
