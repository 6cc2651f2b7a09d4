"""Why a file is not taken, in words that say what to do next."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils.translation import gettext_lazy as _

#: One sentence or two per reason; `%(…)s` are facts of the refusal. Rendered in the reader's
#: language when shown, so a row keeps only the code and the facts.
SENTENCES: dict[str, Any] = {
    "empty": _(
        "This file is empty. Choose the file again; if it is still in the cloud, download it first."
    ),
    "too_large": _(
        "This file is larger than %(megabytes)s MB. Make the video shorter or the picture smaller."
    ),
    "cut": _(
        "This file arrived incomplete. Please upload it again; a copy saved anew often helps."
    ),
    "broken": _(
        "This file is damaged and cannot be opened. Open it on your device, save it anew or take "
        "a screenshot, and upload that."
    ),
    "web_page": _(
        "This is a web page, not a picture. Take a screenshot of the page, or print it to PDF."
    ),
    "drawing": _(
        "SVG drawings can hold scripts, so they are not taken. Save it as PNG or take a screenshot."
    ),
    "document": _(
        "Office documents are not taken. Save it as PDF, or take a photo or screenshot of the page."
    ),
    "archive": _("This is an archive. Unpack it and upload the files one by one."),
    "program": _("This is a program, not evidence. Upload a photo, a PDF or a video instead."),
    "video_type": _(
        "This kind of video is not taken. Save it as MP4 (H.264); most phones do so by themselves."
    ),
    "unknown_type": _(
        "Files of this type %(type)s are not taken. "
        "Use a photo (JPEG, PNG, WebP, HEIC, GIF), a PDF, or a video (MP4, MOV, WebM)."
    ),
    "too_many_pixels": _(
        "This picture has more than %(megapixels)s megapixels. Make it smaller, or take a screenshot "
        "of it."
    ),
    "animation_too_long": _(
        "This animation is too long. Save it as a video (MP4), or upload the pictures that matter."
    ),
    "pdf_locked": _(
        "This PDF is locked with a password. Save it without the password, or take a photo of the "
        "page."
    ),
    "pdf_too_long": _(
        "This PDF has %(pages)s pages; at most %(limit)s are taken. "
        "Upload only the pages that matter."
    ),
    "pdf_form": _(
        "This PDF is a live form that only its own program can show. Print it to PDF, or take a "
        "screenshot."
    ),
    "pdf_without_pages": _("This PDF has no pages. Save it anew and upload it again."),
    "video_too_long": _(
        "This video is %(seconds)s seconds long; at most %(limit)s are taken. Cut it to the part "
        "that matters."
    ),
    "video_without_picture": _(
        "This file has sound but no picture. Record a video, or write down what is said in it."
    ),
    "too_heavy": _(
        "This file is too complex to be checked. Save it anew in a simpler form, or take a photo "
        "or screenshot of it."
    ),
    "lost": _("This file was lost before it could be checked. Please upload it again."),
    "not_checked": _("This file could not be checked. Please upload it again, or in another form."),
}


class Refusal(Exception):
    """The file is not taken. `code` is a key of `SENTENCES`, `facts` fill its sentence."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts

    @property
    def sentence(self) -> str:
        """The reason in the reader's language."""
        return sentence(self.code, self.facts)


def sentence(code: str, facts: dict[str, Any]) -> str:
    """The sentence of a stored refusal; an unknown code (an older release's) stays readable."""
    text = str(SENTENCES.get(code, SENTENCES["not_checked"]))
    try:
        return " ".join((text % facts).split())
    except (KeyError, TypeError, ValueError):
        return " ".join(text.split())


#: Our own trouble (disk full, quota, input and output errors, out of handles): not the file's.
OUR_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EMFILE, errno.ENFILE}


@contextmanager
def refused_as(code: str) -> Iterator[None]:
    """Whatever the libraries raise on a hostile file becomes one refusal.

    They raise nearly everything (ValueError, IndexError, SyntaxError, struct.error, TypeError,
    OverflowError, RecursionError …), so everything is caught; our own disk's errors pass through.
    """
    try:
        yield
    except Refusal:
        raise
    except MemoryError as error:
        raise Refusal("too_heavy") from error
    except Exception as error:
        if isinstance(error, OSError) and _ours(error):
            raise
        raise Refusal(code) from error


def _ours(error: OSError) -> bool:
    """FFmpeg says "input/output error" of a file that was cut; from the kernel it is our disk."""
    cut = error.errno == errno.EIO and type(error).__module__.startswith("av.")
    return error.errno in OUR_ERRORS and not cut
