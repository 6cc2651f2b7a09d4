"""Who may act for a storefront: roles given and taken, each with an event of its own."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleGrant, User
from core import clock, words
from core.actors import Actor, StaffRole
from core.batch import Batch
from core.errors import CaseChanged, NotAllowed, Refused
from core.models import Storefront
from core.models.event import append
from notifications import effects as notifications

REASON_MAX = 500


def grant_role(
    *, storefront_id: int, user_id: int, role: str, actor: Actor, reason: str = ""
) -> RoleGrant:
    """Give a person a staff role on one storefront; it holds from that person's next page on.

    Raises `NotAllowed`, and `Refused` for an unknown role, somebody who cannot sign in, and a role that the
    person holds already.
    """
    if not actor.is_staff(StaffRole.ADMIN):
        raise NotAllowed
    if role not in StaffRole.values:
        raise Refused(_("Choose a role from the list."), "role")
    with transaction.atomic():
        storefront = _locked(storefront_id)
        if not User.objects.filter(pk=user_id, is_active=True).exists():
            raise Refused(_("This person has no account that can sign in."), "inactive")
        now = clock.now()
        grant, made = RoleGrant.objects.get_or_create(
            storefront=storefront, user_id=user_id, role=role, defaults={"granted_at": now}
        )
        if not made:
            raise Refused(_("This person holds that role already."), "held")
        _record("role_granted", grant, actor, reason)
    return grant


def revoke_role(*, grant_id: int, actor: Actor, reason: str = "") -> RoleGrant:
    """Take a staff role back, at once. What the person was working on is the case apps' to free.

    Raises `NotAllowed`, `CaseChanged` where a colleague was first, and `Refused` for the last administrator.
    """
    if not actor.is_staff(StaffRole.ADMIN):
        raise NotAllowed
    with transaction.atomic():
        grant = RoleGrant.objects.filter(pk=grant_id).first()
        if grant is not None:
            _locked(grant.storefront_id)
            grant = (
                RoleGrant.objects.select_related("user", "storefront").filter(pk=grant_id).first()
            )
        if grant is None:
            raise CaseChanged(_("A colleague has taken this role back already."))
        if grant.role == StaffRole.ADMIN and not _other_admins(grant).exists():
            raise Refused(
                _("This is the last administrator here. Make somebody else one first."),
                "last_admin",
            )
        _record("role_revoked", grant, actor, reason)
        RoleGrant.objects.filter(pk=grant_id).delete()
    return grant


def record_rights(*, user: User, before: dict[str, bool], actor: Actor) -> None:
    """An event for what an administrator of plain data changed about signing in and administering."""
    changed = {
        name: [was, getattr(user, name)]
        for name, was in before.items()
        if getattr(user, name) != was
    }
    if changed:
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).get(pk=user.pk)
            append(
                subject=f"user:{user.pk}", name="rights_changed", actor=actor, at=clock.now(),
                data={"user": user.pk, "changed": changed},
            )  # fmt: skip


def _other_admins(grant: RoleGrant) -> Any:
    others = RoleGrant.objects.filter(
        storefront_id=grant.storefront_id, role=StaffRole.ADMIN, user__is_active=True
    )
    return others.exclude(user_id=grant.user_id)


def _locked(storefront_id: int) -> Storefront:
    return Storefront.objects.select_for_update(no_key=True).get(pk=storefront_id)


def _record(name: str, grant: RoleGrant, actor: Actor, reason: str) -> None:
    """Write the event and tell the person concerned. The reason stays in the log: it may be about others."""
    event = append(
        subject=f"roles:{grant.storefront.slug}", name=name, actor=actor, at=clock.now(),
        reason=words.clean_text(reason, REASON_MAX), data={"user": grant.user_id, "role": str(grant.role)},
    )  # fmt: skip
    facts = {"role": str(grant.role), "storefront": grant.storefront.name}
    with Batch() as batch:
        notifications.notify(batch, event, kind=name, to=[grant.user_id], params=facts)
