"""Who may see a file of a dispute or of a questionnaire that is still being filled in."""

from __future__ import annotations

from typing import Any

from accounts.models import RoleGrant
from core.actors import StaffRole
from disputes.models import DisputeDraft, EvidenceItem
from evidence import access
from evidence.models import EvidenceFile

SEES_EVIDENCE = (StaffRole.MEDIATOR, StaffRole.REVIEWER, StaffRole.LEAD, StaffRole.ADMIN)


@access.decides("dispute")
def may_see(user: Any, file: EvidenceFile) -> bool:
    """Both parties, and those of the staff who judge on this storefront; who no longer does, no longer sees it."""
    item = EvidenceItem.objects.select_related("dispute").filter(file=file).first()
    if item is None:
        return False
    dispute = item.dispute
    if user.pk in {dispute.buyer_id, dispute.seller_id}:
        return True
    grants = RoleGrant.objects.filter(user_id=user.pk, storefront_id=dispute.storefront_id)
    return grants.filter(role__in=SEES_EVIDENCE).exists()


@access.decides("dispute_draft")
def may_see_draft(user: Any, file: EvidenceFile) -> bool:
    """Only the buyer who is filling in the questionnaire."""
    return DisputeDraft.objects.filter(files__file=file, buyer_id=user.pk).exists()
