"""What we write about an account itself: codes, and what was changed. One table; one look for all mails.

Each letter says who writes, what it is about, and what to do if it was not the reader: a letter that does not
say so reads like one of those that steal passwords. `tests/accounts/test_letters.py` holds the table complete.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from notifications import rendering

Words = Any
BLANKS = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Letter:
    """`lines` stand before the code (where there is one), `after` behind it; what is not known is left out."""

    subject: Words
    lines: tuple[Words, ...]
    not_you: Words
    after: tuple[Words, ...] = ()
    action: Words = ""
    link: str = ""


US = _("This is Recourse, the resolution centre, where disputes about orders are settled.")
CODE = (
    _("It works once, for %(minutes)s minutes, on the page that asked for it."),
    _("We never ask for it by telephone, in a message or in the thread of a dispute."),
)
NO_CODE = _("If it was not you, do nothing: without the code nobody gets any further.")
CHANGED = _(
    "If it was not you, choose a new password at once: %(reset_url)s. Then look through your cases, and sign out"
    " everywhere else by changing the password."
)
WHERE = _("It was done on %(when)s, from the address %(ip)s, with %(user_agent)s.")


def _changed(subject: Words, *lines: Words) -> Letter:
    """A notice that something about how the account is protected has changed."""
    action = _("See how you sign in")
    return Letter(subject, (*lines, WHERE), CHANGED, action=action, link="accounts:profile")


LETTERS: dict[str, Letter] = {
    "account/email/login_code": Letter(
        _("Your code to sign in to Recourse"),
        (_("Somebody, probably you, is signing in to Recourse with your address. Type this code to go on:"),),
        _(
            "If it was not you, do not give the code to anybody: without it nobody gets in. Somebody may know your"
            " password, though; choose a new one: %(reset_url)s"
        ),
        CODE,
    ),
    "account/email/email_confirmation_signup": Letter(
        _("Your code to open an account at Recourse"),
        (
            US,
            _("Somebody, probably you, has signed up there with this address. Type this code to open the account:"),
        ),
        NO_CODE,
        CODE,
    ),
    "account/email/email_confirmation": Letter(
        _("Your code to confirm your address at Recourse"),
        (
            US,
            _("Somebody, probably you, wants to use this address for an account there. Type this code to confirm it:"),
        ),
        NO_CODE,
        CODE,
    ),
    "account/email/password_reset_code": Letter(
        _("Your code for a new password at Recourse"),
        (_("Somebody, probably you, wants to choose a new password for your account. Type this code to go on:"),),
        _("If it was not you, do nothing: your password stays as it is."),
        CODE,
    ),
    "account/email/password_reset_key": Letter(
        _("A new password at Recourse"),
        (_("Somebody, probably you, wants to choose a new password for your account. Do it here:"),),
        _("If it was not you, do nothing: your password stays as it is."),
        action=_("Choose a new password"), link="password_reset_url",
    ),
    "account/email/account_already_exists": Letter(
        _("You have an account at Recourse already"),
        (
            US,
            _("Somebody, probably you, tried to sign up there with this address. It has an account already."),
            _("Sign in with it; if you forgot the password, choose a new one: %(reset_url)s"),
        ),
        _("If it was not you, do nothing: nobody got in, and nobody was told that the account exists."),
        action=_("Sign in"), link="account_login",
    ),
    "account/email/unknown_account": Letter(
        _("There is no account with this address at Recourse"),
        (
            US,
            _("Somebody, probably you, tried to sign in there with this address. We know no account with it."),
            _("Perhaps you use another address in the shop. With this one you can sign up."),
        ),
        _("If it was not you, do nothing: nothing was opened, and we keep nothing about you."),
        action=_("Sign up"), link="account_signup",
    ),
    "account/email/email_changed": _changed(
        _("Your e-mail address at Recourse was changed"),
        _("Your account now uses %(to_email)s instead of %(from_email)s. Everything that we write goes there."),
    ),
    "account/email/email_confirm": _changed(
        _("Your e-mail address at Recourse is confirmed"), _("The address of your account is confirmed.")
    ),
    "account/email/email_deleted": _changed(
        _("An e-mail address was removed from your account at Recourse"),
        _("%(deleted_email)s does not belong to your account any more."),
    ),
    "account/email/password_changed": _changed(
        _("Your password at Recourse was changed"), _("The password of your account was changed.")
    ),
    "account/email/password_reset": _changed(
        _("Your password at Recourse was changed"),
        _("A new password was chosen for your account, with a code that we sent to this address."),
    ),
    "account/email/password_set": _changed(
        _("Your account at Recourse has a password now"), _("A password was chosen for your account.")
    ),
    "mfa/email/totp_activated": _changed(
        _("An authenticator app now protects your account at Recourse"),
        _("From now on signing in asks for a code from the app."),
    ),
    "mfa/email/totp_deactivated": _changed(
        _("The authenticator app of your account at Recourse was switched off"),
        _("Signing in asks for a code from the app no longer."),
    ),
    "mfa/email/webauthn_added": _changed(
        _("A security key or passkey was added to your account at Recourse"),
        _("Whoever holds it can show that it is you."),
    ),
    "mfa/email/webauthn_removed": _changed(
        _("A security key or passkey was removed from your account at Recourse"), _("It opens your account no longer.")
    ),
    "mfa/email/recovery_codes_generated": _changed(
        _("New recovery codes were made for your account at Recourse"),
        _("The codes that you had before work no longer."),
    ),
}  # fmt: skip


def write(letter: Letter, context: Mapping[str, Any]) -> tuple[str, str, str]:
    """Subject, text and HTML of a letter, in the active language and zone. `context` is allauth's."""
    base = settings.BASE_URL.rstrip("/")
    facts = _facts(context, base)
    user = context.get("user")
    subject = str(letter.subject % facts)
    shown = {
        "message": {"subject": subject, "action": str(letter.action)},
        "reader": user.get_short_name() if user is not None and user.name else "",
        "lines": _sentences(letter.lines, facts), "code": context.get("code", "") if letter.after == CODE else "",
        "after": _sentences(letter.after, facts), "not_you": " ".join(_sentences((letter.not_you,), facts)),
        "address": _address(letter.link, context, base) if letter.link else "",
        "base": base, "language": translation.get_language(),
        "direction": "rtl" if translation.get_language_bidi() else "ltr",
    }  # fmt: skip
    text, html = (
        render_to_string(f"mail/account.{form}", shown).strip() for form in ("txt", "html")
    )
    return subject, BLANKS.sub("\n\n", text) + "\n", html


def _facts(context: Mapping[str, Any], base: str) -> dict[str, Any]:
    """What a letter may name; what is empty leaves its sentence out."""
    names = ("from_email", "to_email", "deleted_email", "ip", "user_agent")
    facts = {name: context.get(name) or "" for name in names}
    at = context.get("timestamp")
    return facts | {
        "when": rendering.instant(at) if at else "",
        "minutes": settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60,
        "reset_url": base + reverse("account_reset_password"),
    }


def _sentences(lines: tuple[Words, ...], facts: Mapping[str, Any]) -> list[str]:
    return [
        str(line) % facts
        for line in lines
        if all(facts[name] != "" for name in rendering.placeholders(str(line)))
    ]


def _address(link: str, context: Mapping[str, Any], base: str) -> str:
    return str(context[link]) if link in context else base + reverse(link)
