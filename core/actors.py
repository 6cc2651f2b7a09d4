"""Who acts: a person, the system or an API key, and why they may."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext_lazy as _


class ActorKind(models.TextChoices):
    PERSON = "person", _("Person")
    SYSTEM = "system", _("The clock")
    API_KEY = "api_key", _("The shop")


class StaffRole(models.TextChoices):
    """The roles of SPEC section 1 that are given; buyer and seller follow from the order."""

    MEDIATOR = "mediator", _("Mediator")
    REVIEWER = "reviewer", _("Reviewer")
    LEAD = "lead", _("Lead")
    MODERATOR = "moderator", _("Moderator")
    AGENT = "agent", _("Agent")
    ADMIN = "admin", _("Administrator")


@dataclass(frozen=True, slots=True)
class Actor:
    """One who acts. `roles` are staff roles on the case's storefront; `why` is written into the event."""

    kind: ActorKind
    user_id: int | None = None
    roles: frozenset[str] = field(default_factory=frozenset)
    why: str = ""

    @classmethod
    def person(cls, user_id: int, roles: frozenset[str] = frozenset(), why: str = "") -> Actor:
        return cls(ActorKind.PERSON, user_id, roles, why)

    @classmethod
    def system(cls, why: str = "") -> Actor:
        return cls(ActorKind.SYSTEM, None, frozenset(), why)

    @property
    def person_id(self) -> int:
        """The person who acts. A programming error where the clock or the shop does."""
        if self.user_id is None:
            raise RuntimeError(f"{self.kind} is no person")
        return self.user_id

    @property
    def is_system(self) -> bool:
        return self.kind == ActorKind.SYSTEM

    def is_staff(self, *roles: str) -> bool:
        """True where the person holds one of these staff roles."""
        return any(role in self.roles for role in roles)


SYSTEM = Actor.system("clock")
