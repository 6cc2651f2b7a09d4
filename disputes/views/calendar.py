"""A clock of a dispute as a calendar file (RFC 5545), so that a person's own calendar reminds them too."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from core.models import Case, Deadline
from disputes.reading import clocks, terms
from disputes.views import common, kept


@kept.read
def calendar(request: HttpRequest, reference: str) -> HttpResponse:
    """The clock that counts for this reader; 404 where none runs or our own target is missed already."""
    reader = common.party(request, reference)
    case, clock = reader.dispute, clocks.main_clock(reader.dispute, reader.side)
    if clock is None or clock.state != "pending" or case.now is None:
        raise Http404
    if clocks.is_late(case, clock.kind):
        raise Http404
    summary = f"{clocks.SUMMARY.get(clock.kind, '')}: {terms.goods(case.order)} ({case.reference})"
    text = clocks.consequence(case, clock.kind, reader.side)
    page = request.build_absolute_uri(reader.url)
    return calendar_file(request, case, clock, summary=summary, text=text, page=page)


def calendar_file(
    request: HttpRequest, case: Case, clock: Deadline, *, summary: str, text: str, page: str
) -> HttpResponse:
    """One clock of a case as an event with an alarm a day before."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Recourse//Dispute//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{case.reference}-{clock.kind}-{clock.pk}@{request.get_host()}",
        f"SEQUENCE:{case.version}",
        f"DTSTAMP:{stamp(case._instant())}",
        f"DTSTART:{stamp(clock.due_at)}",
        f"DTEND:{stamp(clock.due_at)}",
        f"SUMMARY:{escaped(summary)}",
        f"DESCRIPTION:{escaped(text)}",
        f"URL:{page}",
        "TRANSP:TRANSPARENT",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:-P1D",
        f"DESCRIPTION:{escaped(_('24 hours left'))}",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    answer = HttpResponse(
        "\r\n".join(folded(line) for line in lines), content_type="text/calendar; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="{case.reference}.ics"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def escaped(text: str) -> str:
    """TEXT values: backslash, comma, semicolon and line ends escaped (RFC 5545, 3.3.11)."""
    for sign in "\\;,":
        text = text.replace(sign, "\\" + sign)
    return "\\n".join(text.splitlines())


def folded(line: str) -> str:
    """Lines of at most 75 octets, never cut within a character (3.1)."""
    parts, size = [""], 0
    for sign in line:
        length = len(sign.encode())
        if size + length > 74:
            parts.append("")
            size = 0
        parts[-1] += sign
        size += length
    return "\r\n ".join(parts)
