"""Plain data of people: users and their staff roles."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm

from accounts import services
from accounts.models import RoleGrant, User
from core.actors import Actor, StaffRole

RIGHTS = ("is_active", "is_staff", "is_superuser")

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.unregister(Group)


class OneAdminStays(ModelForm[User]):
    """Refuses to leave the installation without anybody who may administer it."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        user = self.instance
        kept = cleaned.get("is_active", True) and cleaned.get("is_superuser", True)
        others = User.objects.filter(is_active=True, is_superuser=True).exclude(pk=user.pk)
        was = User.objects.filter(pk=user.pk, is_active=True, is_superuser=True).exists()
        if was and not kept and not others.exists():
            raise ValidationError(
                _("This is the last administrator. Make somebody else one first."),
                code="last_admin",
            )
        return cleaned


class UserForm(OneAdminStays, UserChangeForm):  # type: ignore[misc]
    """Changing a user, with the rule that one administrator stays."""


class NewUserForm(AdminUserCreationForm[User]):
    """A new user: address, name and password."""

    class Meta:
        model = User
        fields = ("email", "name")


class Roles(TabularInline):  # type: ignore[misc]
    """To look at: roles are given and taken at the desk, each with an event."""

    model = RoleGrant
    extra = 0
    fields = readonly_fields = ("storefront", "role", "granted_at")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(BaseUserAdmin, ModelAdmin):  # type: ignore[misc, type-arg]
    """Users are never deleted here: they are named in the audit chain. Deactivating ends their sessions at once."""

    form = UserForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    inlines = (Roles,)
    ordering = ("pk",)
    list_display = ("email", "name", "language", "zone", "is_active", "is_staff", "joined_at")
    list_filter = ("is_active", "is_staff", "staff_roles__role", "language")
    search_fields = ("email", "name")
    filter_horizontal = ()
    readonly_fields = ("last_login", "joined_at")
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        (_("Reads"), {"fields": ("language", "zone")}),
        (_("May"), {"fields": ("is_active", "is_staff", "is_superuser")}),
        (_("When"), {"fields": ("joined_at", "last_login")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("email", "name", "usable_password", "password1", "password2")}),
    )  # fmt: skip

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        known = User.objects.filter(pk=obj.pk).values(*RIGHTS).first()
        super().save_model(request, obj, form, change)
        before = known or dict(zip(RIGHTS, (True, False, False), strict=True))
        services.record_rights(user=obj, before=before, actor=_administrator(request))


@admin.register(RoleGrant)
class RoleGrantAdmin(ModelAdmin):  # type: ignore[misc]
    """Given and taken through the same services as at the desk, so that each has its event; never edited."""

    list_display = ("user", "storefront", "role", "granted_at")
    list_filter = ("role", "storefront")
    search_fields = ("user__email", "user__name")
    autocomplete_fields = ("user",)
    fields = ("user", "storefront", "role")
    list_select_related = ("user", "storefront")
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, *args, **kwargs)
        if "user" in form.base_fields:
            form.base_fields["user"].queryset = User.objects.filter(is_active=True)
        return form

    def save_model(self, request: HttpRequest, obj: RoleGrant, form: Any, change: bool) -> None:
        made = services.grant_role(
            storefront_id=obj.storefront_id, user_id=obj.user_id, role=obj.role,
            actor=_administrator(request),
        )  # fmt: skip
        obj.pk = made.pk


def _administrator(request: HttpRequest) -> Actor:
    """A superuser acts for every storefront."""
    user: Any = request.user
    roles = frozenset({StaffRole.ADMIN.value}) if user.is_superuser else frozenset()
    return Actor.person(user.pk, roles, "administration of plain data")
