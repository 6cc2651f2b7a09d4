"""People, events and notices for the tests of notifications."""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import clock
from core.actors import SYSTEM
from core.models import Event
from core.models.event import append
from notifications import kinds
from notifications.models import Notice
from notifications.states import Group

NUMBERS = itertools.count(1)

ANSWERED = kinds.register(
    "test_answered",
    subject=_("The seller answered in %(subject)s"),
    lines=[
        _("%(party)s offers %(amount)s."),
        _("Answer until %(due_at)s."),
        _("Note: %(note)s"),
    ],
    action=_("Compare and answer"),
    group=Group.DISPUTES,
)
DECIDED = kinds.register(
    "test_decided",
    subject=_("Decision in %(subject)s"),
    lines=[_("You get back %(amount)s.")],
    group=Group.DISPUTES,
    legal_weight=True,
)
REMINDED = kinds.register(
    "test_reminded",
    subject=_("%(subject)s ends at %(due_at)s"),
    lines=[_("Please answer.")],
    group=Group.REMINDERS,
    quiet=True,
)


def person(name: str = "Alice", **fields: Any) -> User:
    number = next(NUMBERS)
    return User.objects.create(
        **{"email": f"{name.lower()}{number}@people.test", "name": name} | fields
    )


def event(subject: str = "", at: datetime | None = None, name: str = "happened") -> Event:
    """An event of a subject that need be no case."""
    about, when = subject or f"TST-{next(NUMBERS):06}", at or clock.now()
    return append(subject=about, name=name, actor=SYSTEM, at=when)


def notice(recipient: User | None = None, kind: str = "test_answered", **fields: Any) -> Notice:
    told = event(subject=fields.pop("subject", ""), at=fields.get("created_at"))
    values: dict[str, Any] = {
        "kind": kind, "recipient": recipient or person(), "event": told, "subject": told.subject,
        "params": {"party": "Bob", "amount": "55.00", "currency": "EUR", "path": "/disputes/x/"},
        "quiet": kinds.find(kind).quiet, "created_at": told.at, "send_after": told.at,
    }  # fmt: skip
    return Notice.objects.create(**values | fields)
