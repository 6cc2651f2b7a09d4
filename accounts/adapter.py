"""How allauth's flows treat our users."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils import translation

from accounts import second_factor
from accounts.middleware import visitor_zone
from core import languages


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Names at sign-up, a code by e-mail on a new device, mails in the reader's own language."""

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
        """In the account's language where the mail goes to an account, else in the page's."""
        user = context.get("user")
        language = getattr(user, "language", None) or translation.get_language()
        with translation.override(languages.offered(language)):
            super().send_mail(template_prefix, email, context)
