"""The ledger of coupons only grows; states mirror it; the coupons of a compensation sum to it."""

from django.db import migrations

from core.append_only import AppendOnly
from coupons import guards


class Migration(migrations.Migration):
    dependencies = [("coupons", "0001_initial")]
    operations = [
        AppendOnly("coupons_couponentry"),
        migrations.RunPython(guards.install, guards.remove),
    ]
