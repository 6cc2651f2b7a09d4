"""The kinds of notices. Each app registers its own, usually in `<app>/notices.py`:

    kinds.register(
        "offer_made",
        subject=_("New offer in dispute %(subject)s: %(amount)s"),
        lines=[
            _("%(party)s offers %(amount)s."),
            _("If nobody answers until %(due_at)s, a mediator decides."),
        ],
        action=_("Compare and answer"),
        link=("disputes:dispute", "subject"),
        group=Group.DISPUTES,
        labels={"party": Party},
    )

Sentences are lazy translations with `%(name)s` for each parameter given to `notify`, besides
`subject` (the case's reference). They are filled when they are read, in the reader's language:
`*_at` becomes a date with time and zone in the reader's zone, `*_date` a date, `*_days` a number of days,
`amount`, `coupon` and `*_amount` an amount in `params["currency"]`, and what `labels` names the label of its
choices.
A line whose parameters are missing or empty is left out, so optional facts need no condition.
A kind may have its own templates `mail/<kind>.txt` and `mail/<kind>.html`; few need them.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.states import Group

logger = logging.getLogger(__name__)
Words = str | Promise


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of notice reads, and who may do without its mail.

    `legal_weight`: the mail cannot be switched off (decisions, deadlines that decide, money).
    `quiet`: the mail waits for the recipient's morning (reminders do, decisions do not).
    `link` names an address and the parameters for it; `params["path"]` comes before it.
    """

    name: str
    subject: Words
    lines: tuple[Words, ...] = ()
    action: Words = ""
    link: tuple[str, ...] = ()
    group: Group = Group.DISPUTES
    legal_weight: bool = False
    quiet: bool = False
    labels: Mapping[str, Any] = field(default_factory=dict)


_KINDS: dict[str, Kind] = {}


def register(
    name: str,
    subject: Words,
    *,
    group: Group,
    lines: Sequence[Words] = (),
    action: Words = "",
    link: tuple[str, ...] = (),
    legal_weight: bool = False,
    quiet: bool = False,
    labels: Mapping[str, Any] | None = None,
) -> Kind:
    """Makes a kind known. Raises ValueError for a second kind of the same name."""
    if name in _KINDS:
        raise ValueError(f"The kind {name!r} of notices is registered twice.")
    kind = Kind(
        name, subject, tuple(lines), action, link, group, legal_weight, quiet, dict(labels or {})
    )
    _KINDS[name] = kind
    return kind


def find(name: str) -> Kind:
    """The kind of this name. A notice outlives the code that wrote it: an unknown kind still says
    that something changed, and where, and cannot be switched off."""
    known = _KINDS.get(name)
    if known is None:
        logger.warning("notice_kind_unknown", extra={"kind": name})
        return Kind(
            name,
            _("News about %(subject)s"),
            (_("Something changed. Please look at the case for what it is and what you can do."),),
            legal_weight=True,
        )
    return known


def names() -> frozenset[str]:
    """Every registered kind."""
    return frozenset(_KINDS)
