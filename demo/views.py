"""What only the demo has: another role, another time, and everybody's mail."""

from __future__ import annotations

from allauth.account.internal.flows.login import clear_authentication_records
from django.contrib import messages
from django.contrib.auth import login, logout
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts import second_factor
from accounts.models import User
from demo import bar, leaps, pictures
from demo.accounts import BY_KEY
from demo.models import SentMail

BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_POST
def role(request: HttpRequest) -> HttpResponse:
    """Become one of the demo's people, second factor included, or a visitor again."""
    face = BY_KEY.get(request.POST.get("who", ""))
    if face is None:
        logout(request)
        return redirect("/")
    user = User.objects.filter(email=face.email, is_active=True).first()
    if user is None:
        messages.error(
            request,
            _("The demo's people and cases are still being made. Try again in a few seconds."),
        )
        return redirect("/")
    if request.user.is_authenticated:
        logout(request)
    login(request, user, backend=BACKEND)
    clear_authentication_records(request)
    second_factor.record(request, user, "demo")
    return redirect(bar.home_of(face))


@require_POST
def clock(request: HttpRequest) -> HttpResponse:
    """Let the demo clock leap, enforce what fell due, say how much, and go back to the page."""
    by = request.POST.get("by", "")
    if by != bar.NEXT and by not in bar.LEAPS:
        raise Http404
    done = leaps.to_next() if by == bar.NEXT else leaps.ahead(bar.LEAPS[by][0])
    if done is None:
        messages.info(request, _("No clock is running; there is no next deadline."))
    else:
        said = ngettext(
            "%(n)d deadline was enforced.", "%(n)d deadlines were enforced.", done.enforced
        )
        quiet = _("No deadline fell due in this time.")
        messages.success(request, said % {"n": done.enforced} if done.enforced else quiet)
        if done.more:
            messages.info(request, _("The workers are enforcing the rest; reload in a moment."))
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return redirect(back if safe else "/")


@require_safe
def goods(request: HttpRequest, kind: str, hue: int) -> HttpResponse:
    """The picture of an article in its shop; drawn once."""
    if kind not in pictures.GOODS:
        raise Http404
    response = HttpResponse(pictures.shop_picture(kind, hue % 360), content_type="image/jpeg")
    response["Cache-Control"] = "public, max-age=86400"
    return response


@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """Every mail that was sent, newest first; `?to=` shows one recipient's."""
    to = request.GET.get("to", "").replace("\x00", "").strip()
    mails = SentMail.objects.only("to", "subject", "sent_at", "sender")
    chosen = mails.filter(to__iexact=to) if to else mails
    page = Paginator(chosen, 50).get_page(request.GET.get("page"))
    people = SentMail.objects.order_by("to").values_list("to", flat=True).distinct()
    return render(request, "demo/mailbox.html", {"page": page, "to": to, "people": people})


@require_safe
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail: its heads, its text, and its HTML in a frame."""
    return render(request, "demo/mail.html", {"mail": get_object_or_404(SentMail, pk=pk)})


@require_safe
def mail_html(request: HttpRequest, pk: int) -> HttpResponse:
    """A mail's HTML by itself, in a sandbox: no script, no form, nothing loaded from elsewhere."""
    kept = get_object_or_404(SentMail, pk=pk)
    response = HttpResponse(kept.html)
    response["X-Frame-Options"] = "SAMEORIGIN"
    response._csp_replace = {  # type: ignore[attr-defined]
        "default-src": ["'none'"],
        "style-src": ["'unsafe-inline'"],
        "img-src": ["data:"],
        "script-src": None,
        "connect-src": None,
        "form-action": ["'none'"],
        "frame-ancestors": ["'self'"],
        "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox", "allow-top-navigation-by-user-activation"],
    }  # fmt: skip
    return response
