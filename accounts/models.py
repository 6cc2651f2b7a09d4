"""Users sign in with an e-mail address; staff roles are given per storefront."""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower, Now, Upper
from django.utils.translation import gettext_lazy as _

from core.actors import StaffRole
from core.models import Storefront


class UserManager(BaseUserManager["User"]):
    """Makes users; the address is the name."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email__iexact=email)


def check_zone(value: str) -> None:
    """Refuse a time zone that the zone database does not know."""
    if value not in available_timezones():
        raise ValidationError(_("This is not a time zone that we know."), code="zone")


class User(AbstractBaseUser, PermissionsMixin):
    """A person with one account: buyer, seller or staff, or several of these."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(_("language"), max_length=12, default="en")
    zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[check_zone])
    is_staff = models.BooleanField(_("may open the administration of plain data"), default=False)
    is_active = models.BooleanField(_("may sign in"), default=True)
    joined_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        ordering = ("pk",)
        indexes = (models.Index(Upper("name"), name="user_name_any_case"),)
        constraints = (models.UniqueConstraint(Lower("email"), name="user_email_any_case_once"),)

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email

    @property
    def tzinfo(self) -> ZoneInfo:
        """The reader's time zone; UTC where theirs is no longer known."""
        try:
            return ZoneInfo(self.zone)
        except (KeyError, ValueError):
            return ZoneInfo("UTC")

    @property
    def is_team(self) -> bool:
        """True where the person holds any staff role: these sign in with a second factor."""
        return self.is_superuser or self.staff_roles.exists()


class RoleGrant(models.Model):
    """One staff role of one person on one storefront."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="staff_roles")
    storefront = models.ForeignKey(Storefront, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=16, choices=StaffRole.choices)
    granted_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("user", "storefront", "role"), name="role_once"),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.role}"

    @classmethod
    def of(cls, user_id: int, storefront_id: int) -> frozenset[str]:
        """The staff roles of a person on a storefront; none for an account that may not sign in."""
        held = cls.objects.filter(
            user_id=user_id, storefront_id=storefront_id, user__is_active=True
        )
        return frozenset(held.values_list("role", flat=True))
