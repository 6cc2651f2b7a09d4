"""Turns a file from a stranger into one that may be shown to the other party, or says why not.

Pure: no models, no settings, no database. `inspect(source, folder, limits)` finds the real type by
content, decodes everything, rebuilds the file from what was decoded (nothing of the original
container survives: no EXIF, place, comments, scripts or appended payload) and leaves `clean`,
`thumb` and, for a video, `poster` in `folder`. Whatever is wrong becomes a `Refusal`, never another
exception. `sandbox.inspect` does the same in a child process with limits on memory and time.
"""

from evidence.pipeline.facts import Inspection, Limits
from evidence.pipeline.inspection import inspect
from evidence.pipeline.kinds import Kind
from evidence.pipeline.refusal import Refusal

__all__ = ["Inspection", "Kind", "Limits", "Refusal", "inspect"]
