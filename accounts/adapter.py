"""How allauth's flows treat our users."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as core_context
from anymail.exceptions import AnymailError
from django.contrib import messages
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts import letters, second_factor
from accounts.middleware import visitor_zone
from accounts.models import User
from core import languages, web
from notifications import post, rendering

logger = logging.getLogger(__name__)

NOT_SENT = _(
    "We could not send you a mail just now: our mail server does not answer. Wait a minute, then ask again."
)
"""One sentence for whoever is not signed in: with two, it would tell who has an account."""
SENT = {"account/messages/email_confirmation_sent.txt", "account/messages/login_code_sent.txt"}
NOT_TOLD = _("We could not send you a mail about this: our mail server does not answer just now.")
TOO_MANY = _(
    "These were too many tries. Wait five minutes, then try again, or ask for a code by e-mail."
)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Names at sign-up, a code by e-mail on a new device, letters of our own in the reader's language and zone."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _(
            "Address and password do not fit together. Is caps lock on, or the keyboard set to another language?"
        ),
        "incorrect_password": _(
            "This is not the password. Is caps lock on, or the keyboard set to another language?"
        ),
        "incorrect_code": _(
            "This is not the code. Type it as it stands in the newest mail or in the app."
        ),
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": _("You asked for this a moment ago. Wait a minute, then ask again."),
        "enter_current_password": _("Type your present password."),
        "account_inactive": _("This account is closed."),
        "same_as_current": _("This is the same as before."),
        "email_taken": _("This address belongs to another account."),
        "duplicate_email": _("This address belongs to your account already."),
    }

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        """A new account starts with the name that was typed, and the page's language and zone."""
        user.name = form.cleaned_data.get("name", "")
        user.language = languages.offered(translation.get_language())
        user.zone = visitor_zone(request)
        return super().save_user(request, user, form, commit)

    def is_login_by_code_required(self, login: Any) -> bool:
        """A password from a browser that is not trusted yet asks for a code by e-mail.

        Whoever has an authenticator or a passkey shows that instead; it proves more than the mailbox.
        """
        if login.user is not None and second_factor.has_one(login.user):
            return False
        return bool(super().is_login_by_code_required(login))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the account's language and zone where the mail goes to an account, else in the page's.

        A mail server that is away breaks no page: it goes on, and says that the mail has to be asked for again.
        Codes are never kept for later, for they live ten minutes.
        """
        user = context.get("user") or User.objects.filter(email__iexact=email).first()
        try:
            if user is not None:
                with rendering.as_reader(user):
                    super().send_mail(template_prefix, email, context | {"user": user})
                return
            with translation.override(languages.offered(translation.get_language())):
                super().send_mail(template_prefix, email, context)
        except (OSError, AnymailError) as error:
            logger.error(
                "account_mail_not_sent",
                extra={"letter": template_prefix, "why": post.described(error)},
            )
            request = core_context.request
            request.mail_is_away = True
            told = request.user.is_authenticated and "code" not in context
            messages.error(request, NOT_TOLD if told else NOT_SENT)

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:  # fmt: skip
        """allauth's words about what it did, but for the news of a mail that was never sent."""
        if not (getattr(request, "mail_is_away", False) and message_template in SENT):
            super().add_message(request, level, message_template, *args, **kwargs)

    def get_client_ip(self, request: HttpRequest) -> str:
        """What limits are counted by; see `TRUSTED_PROXIES`."""
        return web.client_address(request)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """A letter about a change knows whose account it was."""
        super().send_notification_mail(
            template_prefix, user, {"user": user} | (context or {}), email
        )

    def render_mail(
        self,
        template_prefix: str,
        email: Any,
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> Any:
        """Our own words in the design of our own mails; see `letters`."""
        letter = letters.LETTERS.get(template_prefix)
        if letter is None:
            return super().render_mail(template_prefix, email, context, headers)
        subject, text, html = letters.write(letter, context)
        to = [email] if isinstance(email, str) else email
        automatic = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
        mail = EmailMultiAlternatives(
            subject, text, self.get_from_email(), to, headers=automatic | (headers or {})
        )
        mail.attach_alternative(html, "text/html")
        return mail
