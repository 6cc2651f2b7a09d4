"""How a notice reads, for one reader: their language, their time zone, absolute dates.

Called by the list in the portal and by the mail, long after the event; the facts are the event's.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import select_template
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from core import languages, money, words
from core.errors import Refused
from core.templatetags import timewords
from notifications import kinds
from notifications.models import Notice

logger = logging.getLogger(__name__)
_PLACEHOLDER = re.compile(r"%\((\w+)\)")


@dataclass(frozen=True, slots=True)
class Message:
    """A notice in somebody's words. `path` is the page that it is about, empty where there is none."""

    subject: str
    lines: tuple[str, ...]
    action: str
    path: str
    legal_weight: bool


def zone_of(user: Any) -> tzinfo:
    """The reader's zone; UTC where it is unknown."""
    try:
        return ZoneInfo(getattr(user, "zone", "") or "UTC")
    except (KeyError, ValueError):
        return ZoneInfo("UTC")


@contextmanager
def as_reader(user: Any) -> Iterator[None]:
    """Everything inside is written in the user's language, where it is offered, and time zone."""
    language = languages.offered(getattr(user, "language", ""))
    with translation.override(language), timezone.override(zone_of(user)):
        yield


def instant(at: datetime) -> str:
    """A moment that cannot be misread, worded as on the pages, with the offset besides the place:
    `Sunday 29 March 2026, 00:30, Warsaw time (UTC+01:00)` in the active language and zone."""
    offset = timezone.localtime(at).strftime("%z")
    shown = f" (UTC{offset[:3]}:{offset[3:5]})" if int(offset) else ""
    return f"{timewords.moment(at)}, {timewords.zone_name()}{shown}"


def render(notice: Notice) -> Message:
    """The notice in the active language and zone. Never raises for what a notice may contain."""
    kind = kinds.find(notice.kind)
    facts = _facts(notice, kind)
    lines = tuple(text for line in kind.lines if (text := _fill(line, facts)) is not None)
    subject = _fill(kind.subject, facts) or _("News about %(subject)s") % facts
    action = (_fill(kind.action, facts) or "") or _("Look at the case")
    path = _path(notice, kind)
    return Message(" ".join(subject.split()), lines, action, path, kind.legal_weight)


def placeholders(sentence: str) -> list[str]:
    """The names of the facts that a sentence needs."""
    return _PLACEHOLDER.findall(sentence)


def _fill(sentence: Any, facts: dict[str, str]) -> str | None:
    """The sentence with its facts, or None where one of them is missing or empty."""
    text = str(sentence)
    if not text or any(not facts.get(name) for name in placeholders(text)):
        return None
    try:
        return text % facts if "%(" in text else text
    except (ValueError, TypeError):
        logger.exception("notice_sentence_broken")
        return None


def _facts(notice: Notice, kind: kinds.Kind) -> dict[str, str]:
    params = notice.params
    facts = {name: _shown(name, value, params, kind) for name, value in params.items()}
    return facts | {"subject": notice.subject}


def _shown(name: str, value: Any, params: dict[str, Any], kind: kinds.Kind) -> str:
    if value is None or value == "" or isinstance(value, list | dict):
        return ""
    if name in kind.labels:
        choices = dict(kind.labels[name].choices)
        return str(choices.get(value, value))
    if name.endswith("_at") and (at := parse_datetime(str(value))) and at.tzinfo:
        return instant(at)
    if name.endswith("_date") and (day := parse_date(str(value)[:10])):
        return timewords.moment(day, "date")
    if name.endswith("_days") and str(value).isdecimal():
        return timewords.count_days(int(value))
    if name in ("amount", "coupon") or name.endswith("_amount"):
        return _amount(str(value), str(params.get("currency", "")))
    return _beside(str(value))


def _amount(value: str, currency: str) -> str:
    """An amount with its sign; an amount of nothing is no fact."""
    try:
        amount = Decimal(value)
        return money.format_amount(amount, currency) if amount else ""
    except (ArithmeticError, Refused):
        return value


def _beside(text: str) -> str:
    """People's own words, kept from turning round a sentence of the other writing direction."""
    foreign = any(unicodedata.bidirectional(c) in ("R", "AL") for c in text)
    return words.isolate(text) if foreign != translation.get_language_bidi() else text


def _path(notice: Notice, kind: kinds.Kind) -> str:
    path = str(notice.params.get("path", ""))
    if path.startswith("/") and not path.startswith("//"):
        return path
    if not kind.link:
        return ""
    facts = notice.params | {"subject": notice.subject}
    try:
        return reverse(kind.link[0], args=[facts[name] for name in kind.link[1:]])
    except (NoReverseMatch, KeyError):
        logger.warning("notice_link_broken", extra={"kind": notice.kind})
        return ""


def mail_bodies(notice: Notice, message: Message, reader: str) -> tuple[str, str]:
    """The mail as text and as HTML."""
    base = settings.BASE_URL.rstrip("/")
    context = {
        "message": message,
        "notice": notice,
        "reader": reader,
        "address": base + message.path if message.path else base + "/",
        "preferences": base + reverse("notifications:preferences"),
        "base": base,
        "language": translation.get_language(),
        "direction": "rtl" if translation.get_language_bidi() else "ltr",
        "said_at": instant(notice.created_at),
    }
    text, html = (
        select_template([f"mail/{notice.kind}.{form}", f"mail/notice.{form}"]).render(context)
        for form in ("txt", "html")
    )
    return text, html
