"""What could not be done by itself: clocks whose case raised, refunds that are late, proofs that wait, dead mails."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts import access
from accounts.actors import actor_for
from core import cases, clock, deadlines, policy, services
from core.actors import StaffRole
from core.errors import Refused
from evidence import selectors as uploads
from notifications import selectors as outbox
from notifications import services as post
from notifications.models import Notice
from notifications.states import MailState
from orders import reading
from orders import selectors as money
from orders.states import OrderDeadlineKind, RefundState

MOST = 200
"""Rows of one list at most: what is beyond them comes up as the first ones are worked off."""
PATIENCE = 300
"""Seconds after which waiting work means that no worker is there."""


@access.team_required(StaffRole.ADMIN)
@require_GET
def stuck(request: HttpRequest) -> HttpResponse:
    """Set-aside clocks and mails with their error, money that is late, proofs to check; and how late we are."""
    clocks = services.failed_deadlines()
    mails = Notice.objects.filter(mail_state=MailState.FAILED).select_related("recipient")[:MOST]
    context = {
        "clocks": [
            {"row": row, "table": row._meta.label_lower, "last_line": _last_line(row.error)}
            for row in clocks
        ],
        "mails": mails,
        "overdue": deadlines.oldest_overdue(),
        "behind": _behind(),
        "refunds": _refunds(request),
        "proofs": _proofs(request),
        "most": MOST,
    }
    return render(request, "desk/stuck.html", context)


def _refunds(request: HttpRequest) -> list[dict[str, Any]]:
    """Refunds that are late or failed, on the admin's storefronts; a failed one can be sent again from here."""
    user: Any = request.user
    gateways = dict(policy.GATEWAYS)
    rows = money.stuck_refunds(access.storefronts_of(user, StaffRole.ADMIN))[:MOST]
    return [
        {
            "refund": row, "order": row.order, "since": row.overdue_at or row.changed_at,
            "gateway": gateways.get(row.gateway, row.gateway), "late": row.overdue_at is not None,
            "why": reading.failure(row),
            "unanswered": row.state == RefundState.REQUESTED and row.tries >= money.MANY_TRIES,
            "again": row.is_failed and user.pk not in (row.order.buyer_id, row.order.seller_id),
        }
        for row in rows
    ]  # fmt: skip


def _proofs(request: HttpRequest) -> list[dict[str, Any]]:
    """Orders on hold whose proof waits for an administrator, on the admin's storefronts."""
    waiting = money.proofs_to_check(access.storefronts_of(request.user, StaffRole.ADMIN))[:MOST]
    return [
        {"order": order, "clock": order.deadline(OrderDeadlineKind.PROOF_CHECK)}
        for order in cases.present(waiting)
    ]


def _behind() -> list[str]:
    """What workers should have done long ago: mails that are due, uploads that nobody has checked."""
    told, now, mails = [], clock.now(), outbox.outbox()
    if mails["oldest_seconds"] > PATIENCE:
        words = ngettext(
            "%(n)d mail waits, for %(m)d minutes.",
            "%(n)d mails wait, the oldest for %(m)d minutes.",
            mails["due"],
        )
        told.append(words % {"n": mails["due"], "m": mails["oldest_seconds"] // 60})
    files = uploads.waiting(now)
    first = files.first()
    if first is not None and (age := (now - first.created_at).total_seconds()) > PATIENCE:
        words = ngettext(
            "%(n)d upload waits to be checked, for %(m)d minutes.",
            "%(n)d uploads wait to be checked, the oldest for %(m)d minutes.",
            files.count(),
        )
        told.append(words % {"n": files.count(), "m": age // 60})
    return told


def _last_line(trace: str) -> str:
    return trace.strip().rpartition("\n")[2]


@access.team_required(StaffRole.ADMIN)
@require_POST
def retry_clock(request: HttpRequest, table: str, pk: int) -> HttpResponse:
    """Try one set-aside clock again now."""
    keys = access.storefronts_of(request.user, StaffRole.ADMIN)
    try:
        went = services.retry_deadline(
            table=table, pk=pk, actor=actor_for(request.user, keys[0], "stuck clocks")
        )
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        if went:
            messages.success(request, _("The clock was enforced."))
        else:
            messages.error(request, _("It failed again. The error below is the new one."))
    return redirect("desk:stuck")


@access.team_required(StaffRole.ADMIN)
@require_POST
def send_again(request: HttpRequest) -> HttpResponse:
    """Put the chosen mails back into the outbox."""
    chosen = [int(pk) for pk in request.POST.getlist("mail") if pk.isdecimal() and len(pk) < 18]
    count = post.send_again(chosen)
    if count:
        words = ngettext("%s mail is on its way again.", "%s mails are on their way again.", count)
        messages.success(request, words % count)
    else:
        messages.error(request, _("Choose at least one mail."))
    return redirect("desk:stuck")
