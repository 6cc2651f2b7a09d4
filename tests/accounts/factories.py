"""People for the accounts' tests."""

from typing import Any

from allauth.account.models import EmailAddress

from accounts.models import RoleGrant, User
from core.models import Storefront

PASSWORD = "a-long-green-parcel"


def person(name: str = "Alice", **fields: Any) -> User:
    """Somebody with a confirmed address."""
    email = fields.pop("email", f"{name.lower()}@example.com")
    user = User.objects.create_user(email, PASSWORD, name=name, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def staff(name: str = "Carol", role: str = "mediator") -> User:
    """Somebody with a staff role on the default storefront."""
    user = person(name)
    RoleGrant.objects.create(user=user, storefront=Storefront.default(), role=role)
    return user
