"""One view for every move: a page that asks, with the consequence, and the POST that does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core import web
from core.errors import CaseChanged, Refused
from core.transitions import why_not
from disputes.reading import turn
from disputes.views import common, kept, sending
from disputes.views.common import Reader
from disputes.views.moves import SETTLE, Move, possible

View = Callable[..., HttpResponse]


def view_of(move: Move) -> View:
    """The view at the move's address."""

    @kept.form
    def ask_or_do(request: HttpRequest, reference: str) -> HttpResponse:
        reader = common.party(request, reference)
        if request.method == "POST":
            return _do(request, reader, move)
        if not possible(move, reader):
            messages.warning(request, _("This is not possible now. Here is the case as it stands."))
            return redirect(reader.url)
        held = kept.found(request)
        initial = {name: text for name, text in held.texts.items() if name != "exactly"}
        told = kept.shown(kept.Found(initial, held.files))
        if move.exactly:
            initial["exactly"] = move.exactly(reader)
        form = move.form(dispute=reader.dispute, side=reader.side, initial=initial)
        return _page(request, reader, move, form, **told)

    ask_or_do.__name__ = move.name
    return ask_or_do


def _do(request: HttpRequest, reader: Reader, move: Move) -> HttpResponse:
    """The POST of a move: what is not possible now is said before anything is asked of what was typed."""
    form = move.form(request.POST, request.FILES, dispute=reader.dispute, side=reader.side)

    def act() -> str:
        move.run(reader, form)
        return reader.url

    try:
        if not form.is_valid():
            if not possible(move, reader):
                closed = why_not(reader.dispute, move.needs[0], reader.actor)
                raise closed or CaseChanged
            return _page(request, reader, move, form, status=422)
        target = _with_files(request, reader, act) if move.files else web.once(request, act)
    except Refused as refusal:
        form.errors.clear()
        form.add_error(None, str(refusal))
        key = web.kept_key(request)
        return _page(request, reader, move, form, status=web.status_of(refusal), **key)
    messages.success(request, move.say(move.done, reader))
    return redirect(target)


def _with_files(request: HttpRequest, reader: Reader, act: Callable[[], str]) -> str:
    with sending.sending(request) as arrival:
        if arrival.is_busy:
            raise CaseChanged(_("This is still being sent. Look at the case in a moment."))
        return act() if arrival.is_first else reader.url


def _page(
    request: HttpRequest, reader: Reader, move: Move, form: Any, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "dispute": reader.dispute, "reader": reader, "move": move, "form": form, "title": move.say(move.title, reader),
        "text": move.say(move.text, reader), "yes": move.say(move.yes, reader),
        "question": next((q for q in reader.dispute.hand.requests if q.party == reader.side), None),
        "turn": turn.turn_of(reader.dispute, reader.side),
        "gone": status == 409 or (status != 200 and not possible(move, reader)),
        "can_settle": move.name == "withdraw" and possible(SETTLE, reader),
    }  # fmt: skip
    names = [f"disputes/moves/{move.name}.html", "disputes/moves/_base.html"]
    return render(request, names, context | more, status=status)
