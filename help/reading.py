"""A help page as its reader sees it: its sections, with the numbers of the policy in force."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parseaddr
from html import unescape
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import strip_tags
from django.utils.safestring import SafeString

from core.models import PolicyVersion
from disputes.reading import checklist
from disputes.states import NOT_RECEIVED, RECEIVED, Reason
from help.pages import Page


@dataclass(frozen=True, slots=True)
class Section:
    """One heading of a page, with what stands below it."""

    id: str
    title: str
    body: SafeString

    @property
    def text(self) -> str:
        return " ".join(unescape(strip_tags(self.body.replace("<", " <"))).split())


def sections(page: Page, policy: PolicyVersion) -> list[Section]:
    """The page under this policy, in the reader's language. The tag `section` fills the list."""
    found: list[Section] = []
    render_to_string(
        page.template,
        {
            "found": found, "policy": policy, "missing": _reasons(NOT_RECEIVED), "arrived": _reasons(RECEIVED),
            "sender": parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
        },
    )  # fmt: skip
    return found


def _reasons(reasons: tuple[Reason, ...]) -> list[dict[str, Any]]:
    """Reasons of a dispute with what helps most, as the questionnaire itself says it."""
    return [
        {"label": reason.label, "items": checklist.checklist(reason.value)} for reason in reasons
    ]
