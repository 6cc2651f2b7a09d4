"""Files on their way, with a script and without: one answer for the bar, one redirect for the plain form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.errors import Refused
from disputes import forms
from disputes.views import common, sending
from evidence.models import EvidenceFile
from evidence.states import FileState

Rows = Sequence[Any]
Receive = Callable[[list[Any], str], tuple[Rows, list[str]]]
Show = Callable[[Any], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the files of a form: rows of what was stored, sentences for what was not.

    `state` as of `sending`: a repeat of the same form stores nothing. `again`: no file was at fault, so the same
    ones may be sent once more.
    """

    rows: Rows = ()
    troubles: Sequence[str] = ()
    state: str = sending.FIRST
    again: bool = False


def take_once(request: HttpRequest, take: Receive) -> Taken:
    """Take the files of a form once for its key."""
    form = forms.EvidenceForm(request.POST, request.FILES)
    if not form.is_valid():
        return Taken(
            troubles=[str(e) for errors in form.errors.values() for e in errors], again=True
        )
    if not form.uploads:
        return Taken(troubles=[_("Choose a file first.")])
    with sending.sending(request) as arrival:
        if not arrival.is_first:
            return Taken(state=arrival.state)
        try:
            rows, troubles = take(form.uploads, form.cleaned_data["caption"])
        except Refused as refusal:
            rows, troubles = [], [str(refusal)]
        arrival.empty = not rows
    return Taken(rows, troubles)


def receive(request: HttpRequest, url: str, take: Receive, show: Show) -> HttpResponse:
    """Take the files of a form. `take` stores them, `show` makes a row of what was stored.

    A script gets JSON for its one file; a browser without gets messages and the page again.
    """
    taken = take_once(request, take)
    if not common.wants_json(request):
        tell(request, taken)
        return redirect(url)
    if taken.state == sending.BUSY:
        return JsonResponse({}, status=503, headers={"Retry-After": "3"})
    if taken.state == sending.STORED:
        return JsonResponse({"ok": True, "html": ""})
    if taken.rows:
        html = render_to_string("ui/upload.html", {"item": show(taken.rows[0])}, request=request)
        return JsonResponse({"ok": True, "html": html})
    return common.not_done(" ".join(taken.troubles), status=200, again=taken.again)


def tell(request: HttpRequest, taken: Taken) -> None:
    """Say on the next page what became of the files."""
    if taken.state == sending.BUSY:
        messages.warning(request, _("These files are still arriving. Look again in a moment."))
    if taken.rows:
        text = ngettext(
            "%(n)d file was added and is being checked.",
            "%(n)d files were added and are being checked.",
            len(taken.rows),
        )
        messages.success(request, text % {"n": len(taken.rows)})
    for trouble in taken.troubles:
        messages.error(request, trouble)


def row(
    file: EvidenceFile,
    *,
    number: str = "",
    caption: str = "",
    remove_url: str = "",
    asks: bool = False,
    caption_problem: str = "",
) -> dict[str, Any]:
    """A file for `ui/upload.html`. With `asks` its words can still be changed, in the form around it."""
    clean = file.state == FileState.CLEAN
    return {
        "id": file.handle, "number": number, "name": file.original_name, "alt": caption or file.original_name,
        "state": str(file.state), "words": told(file) if clean else "",
        "checking": file.state == FileState.QUARANTINED,
        "problem": _("Not added: %(why)s") % {"why": file.refusal_sentence} if file.refusal_code else "",
        "thumbnail": reverse("evidence:thumb", args=[file.handle]) if clean and file.thumb_name else "",
        "remove_url": remove_url, "caption": caption, "asks": asks,
        "caption_problem": caption_problem,
    }  # fmt: skip


def told(file: EvidenceFile) -> str:
    """What was done to a file before it was kept."""
    parts = [_("Added.")]
    if file.size and file.size < file.size_in * 0.9:
        parts.append(
            _("Made smaller from %(before)s to %(after)s.")
            % {"before": megabytes(file.size_in), "after": megabytes(file.size)}
        )
    if "place" in file.removed:
        parts.append(_("The place where it was taken is removed."))
    return " ".join(parts)


def megabytes(size: int) -> str:
    from django.utils.formats import number_format

    if size < 100_000:
        return _("%(n)s kB") % {"n": number_format(max(1, round(size / 1024)))}
    return _("%(n)s MB") % {"n": number_format(round(size / 1024**2, 1), 1)}
