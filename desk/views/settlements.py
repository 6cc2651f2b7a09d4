"""Settlements of payment providers, and what has to be put right because of them."""

from __future__ import annotations

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts import access
from accounts.actors import actor_for
from core import web
from core.actors import StaffRole
from core.errors import Refused
from core.models import Storefront
from desk.views import scope
from orders import correcting, services
from orders import selectors as money
from orders.importers.reading import BadFile

MOST = 20 * 1024 * 1024
PAGE, LATEST = 50, 20


@access.team_required(StaffRole.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def settlements(request: HttpRequest) -> HttpResponse:
    """The corrections that wait, those that ended, the files that were read, and the form for the next file."""
    front = scope.storefront(request)
    done, error = None, ""
    if request.method == "POST":
        try:
            done = _read(request, front)
        except (BadFile, Refused) as refusal:
            error = str(refusal)
    return _page(request, front, 422 if error else 200, done=done, error=error)


def _page(request: HttpRequest, front: Storefront, status: int, **more: Any) -> HttpResponse:
    """The page; `typed` is what was refused, which stands in its form again."""
    ended = request.GET.get("show") == "ended"
    found = money.corrections([front.pk], ended=ended)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        **scope.shown(request, front), "page": page, "ended": ended,
        "rows": [
            {
                "correction": row, "found": correcting.found(row), "moves": correcting.moves(row),
                "label": row.get_state_display(), "tone": correcting.TONES.get(row.state, ""),
            }
            for row in page.object_list
        ],
        "files": money.settlements(front.pk)[:LATEST], "most": MOST,
        "columns": ", ".join(services.settlements.COLUMNS),
    }  # fmt: skip
    return render(request, "desk/settlements.html", context | more, status=status)


def _read(request: HttpRequest, front: Storefront) -> services.Settlement:
    """Take the uploaded file in. Raises `Refused` and `BadFile` in words."""
    upload = request.FILES.get("file")
    if upload is None:
        raise Refused(_("Choose a file."), "file")
    if (upload.size or 0) > MOST:
        raise Refused(
            _("The file is larger than this page takes. Use the command import_settlement."), "file"
        )
    user: Any = request.user
    with NamedTemporaryFile(suffix=".csv") as kept:
        for block in upload.chunks():
            kept.write(block)
        kept.flush()
        done = services.import_settlement(
            path=Path(kept.name), storefront=front, author_id=user.pk, name=str(upload.name)[-120:]
        )
    if done.repeated:
        messages.info(request, _("This file was read before. Nothing counts twice."))
    else:
        opened = sum(done.opened.values())
        words = ngettext(
            "The file was read. %(n)d correction was opened.",
            "The file was read. %(n)d corrections were opened.",
            opened,
        )
        messages.success(request, words % {"n": opened})
    return done


@access.team_required(StaffRole.ADMIN)
@require_POST
def move_correction(request: HttpRequest, reference: str) -> HttpResponse:
    """Take a correction one step further."""
    keys = access.storefronts_of(request.user, StaffRole.ADMIN)
    found = money.get_correction(keys, reference)
    back = f"{reverse('desk:settlements')}?storefront={found.storefront.slug}"

    def act() -> str:
        services.move_correction(
            correction_id=found.pk, move=request.POST.get("move", ""), note=request.POST.get("note", ""),
            actor=actor_for(request.user, found.storefront_id, "corrections"),
        )  # fmt: skip
        return back

    try:
        target = web.once(request, act)
    except Refused as refusal:
        messages.error(request, str(refusal))
        typed = {"reference": found.reference, "note": request.POST.get("note", "")[:1000]}
        kept = web.kept_key(request)
        return _page(request, found.storefront, web.status_of(refusal), typed=typed, **kept)
    messages.success(request, _("Noted. The buyer is told."))
    return redirect(target)
