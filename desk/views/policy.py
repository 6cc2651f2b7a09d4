"""The rules: read, compared, edited as a new version; closing days of the calendar."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import access
from accounts.actors import actor_for
from core import audit, counts, services, tasks
from core.actors import StaffRole
from core.errors import Refused
from core.models import Storefront
from desk.forms import ClosingDayForm, PolicyForm
from desk.views import scope


@access.team_required(StaffRole.ADMIN)
@require_http_methods(["GET", "POST"])
def policy(request: HttpRequest) -> HttpResponse:
    """The policy editor. The first POST shows what would change; the second makes the version."""
    storefront = scope.storefront(request)
    version = storefront.current_policy()
    form = PolicyForm(request.POST or None, version=version)
    preview, status = None, 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            if "confirm" in request.POST:
                try:
                    made = services.edit_policy(
                        storefront_id=storefront.pk,
                        typed=form.cleaned_data,
                        note=form.cleaned_data["note"],
                        based_on=form.cleaned_data["based_on"],
                        actor=actor_for(request.user, storefront.pk, "policy editor"),
                    )
                except Refused as refused:
                    form.add_error(None, str(refused))
                else:
                    messages.success(
                        request, _("Policy %s is in force for new cases.") % made.number
                    )
                    return scope.back("desk:policy", storefront)
            elif form.changes:
                preview, status = {"changes": form.changes, "running": _running(storefront)}, 200
            else:
                form.add_error(None, _("Nothing was changed, so there is no new version."))
    context = {
        "form": form,
        "preview": preview,
        "version": version,
        **scope.shown(request, storefront),
        "versions": _versions(storefront),
        "closing": ClosingDayForm(),
        "closing_days": storefront.closing_days.all(),
    }
    return render(request, "desk/policy.html", context, status=status)


@access.team_required(StaffRole.ADMIN)
@require_POST
def closing_day(request: HttpRequest) -> HttpResponse:
    """Add a closing day; dates in working days are counted again, and only get later."""
    storefront, form = scope.storefront(request), ClosingDayForm(request.POST)
    if not form.is_valid():
        for problems in form.errors.values():
            messages.error(request, " ".join(str(p) for p in problems))
        return scope.back("desk:policy", storefront)
    try:
        services.add_closing_day(
            storefront_id=storefront.pk,
            day=form.cleaned_data["date"],
            name=form.cleaned_data["name"],
            actor=actor_for(request.user, storefront.pk, "policy editor"),
        )
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        tasks.nudge(tasks.recount_dates)
        words = _(
            "The day was added. Dates in working days are counted again; whoever gets a later one is told."
        )
        messages.success(request, words)
    return scope.back("desk:policy", storefront)


@access.team_required(StaffRole.ADMIN)
@require_POST
def change_closing_day(request: HttpRequest, pk: int) -> HttpResponse:
    """Name a closing day anew, or work on it after all."""
    storefront = scope.storefront(request)
    actor = actor_for(request.user, storefront.pk, "policy editor")
    facts: dict[str, Any] = {"pk": pk, "storefront_id": storefront.pk, "actor": actor}
    name = request.POST.get("name", "").replace("\0", "").strip()[:120]
    try:
        if request.POST.get("do") == "remove":
            services.remove_closing_day(**facts)
            said = _("The day was taken out. Dates that were promised before stay as they are.")
        elif name:
            services.rename_closing_day(name=name, **facts)
            said = _("The day has its new name.")
        else:
            raise Refused(_("Write why the day is closed."))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, said)
    return scope.back("desk:policy", storefront)


def _running(storefront: Storefront) -> int:
    """How many open cases keep older rules, counted as far as anybody reads; an edit touches none of them."""
    cases: list[Any] = audit.case_models()
    return sum(
        counts.capped(
            model._default_manager.filter(storefront=storefront, next_due_at__isnull=False)
        )
        for model in cases
    )


def _versions(storefront: Storefront) -> list[dict[str, Any]]:
    """Earlier versions with what each changed, newest first."""
    rows = list(storefront.policies.select_related("author").order_by("number"))
    form_labels = PolicyForm(version=rows[0]).fields if rows else {}
    listed = []
    for before, after in zip([None, *rows], rows, strict=False):
        changed = [
            {"label": form_labels[name].label, "before": before.get(name), "after": after.get(name)}
            for name in form_labels
            if before and name in after.values and before.get(name) != after.get(name)
        ]
        listed.append({"version": after, "changed": changed})
    return listed[::-1]
