"""What the product refuses, each with a sentence for the person who asked."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """A request that the rules do not allow. Nothing was changed; `message` says what to do instead."""

    default: Any = _("This is not possible now.")

    def __init__(self, message: Any = None, code: str = "refused") -> None:
        self.message = message or self.default
        self.code = code
        super().__init__(code)

    def __str__(self) -> str:
        return str(self.message)


class TimeIsUp(Refused):
    """The deadline for this action has passed, whether or not a worker has enforced it yet."""

    default = _("The time for this is up. Nothing was changed.")

    def __init__(self, message: Any = None, code: str = "time_is_up") -> None:
        super().__init__(message, code)


class NotDue(Refused):
    """The clock was asked to enforce a deadline that has not passed."""

    default = _("The time for this has not come yet.")

    def __init__(self, message: Any = None, code: str = "not_due") -> None:
        super().__init__(message, code)


class CaseChanged(Refused):
    """Somebody else, or the clock, moved the case after the page was opened."""

    default = _(
        "This case changed since you opened it. Look at it again; nothing of yours was lost."
    )

    def __init__(self, message: Any = None, code: str = "case_changed") -> None:
        super().__init__(message, code)


class NotAllowed(Refused):
    """The person may see the case but not do this."""

    default = _("You may not do this on this case.")

    def __init__(self, message: Any = None, code: str = "not_allowed") -> None:
        super().__init__(message, code)
