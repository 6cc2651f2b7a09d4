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

from accounts.models import RoleGrant, User

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
    model = RoleGrant
    extra = 0
    fields = ("storefront", "role", "granted_at")
    readonly_fields = ("granted_at",)


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


@admin.register(RoleGrant)
class RoleGrantAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ("user", "storefront", "role", "granted_at")
    list_filter = ("role", "storefront")
    search_fields = ("user__email", "user__name")
    autocomplete_fields = ("user",)
    readonly_fields = ("granted_at",)
    list_select_related = ("user", "storefront")
