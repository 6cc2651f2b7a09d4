"""Receives uploads into temporary files, never more than the limit, and never with a traceback.

A file that is too large, or for which the disk has no room, comes out as an upload with its
`trouble` set and no content; `evidence.services.receive` turns that into a sentence. So the rest
of the form (what somebody typed for half an hour) is never lost because of one file.
"""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from evidence import storage

TOO_LARGE, DISK_FULL = "too_large", "disk_full"
#: Above every policy's limit that an operator would set; `EVIDENCE_UPLOAD_MAX_BYTES` changes it.
DEFAULT_MAX_BYTES = 256 * 1024 * 1024


class CappedUploadHandler(TemporaryFileUploadHandler):
    """`FILE_UPLOAD_HANDLERS = ["evidence.uploads.CappedUploadHandler"]`."""

    received: int
    trouble: str
    spool: IO[bytes] | None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self.received, self.trouble, self.spool = 0, "", None
        try:
            super().new_file(*args, **kwargs)
            self.spool = self.file.file
        except OSError as error:
            self._give_up(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.received += len(raw_data)
        if self.received > getattr(settings, "EVIDENCE_UPLOAD_MAX_BYTES", DEFAULT_MAX_BYTES):
            self._give_up(None)
        if self.spool is not None:
            try:
                storage.write(self.spool, raw_data)
            except OSError as error:
                self._give_up(error)
        return None

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        if self.spool is not None:
            try:
                self.spool.flush()
                return super().file_complete(file_size)
            except OSError as error:
                self._give_up(error)
        refused: UploadedFile[Any] = UploadedFile(
            file=BytesIO(), name=self.file_name, content_type=self.content_type, size=file_size,
            charset=self.charset,
        )  # fmt: skip
        refused.trouble = self.trouble  # type: ignore[attr-defined]
        return refused

    def _give_up(self, error: OSError | None) -> None:
        """Free the room at once; what still arrives is read and thrown away."""
        if error is not None and not storage.is_full(error):
            raise error
        self.trouble = self.trouble or (DISK_FULL if error else TOO_LARGE)
        if self.spool is not None:
            with suppress(OSError):
                self.spool.close()
            self.spool = None
