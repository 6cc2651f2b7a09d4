"""Append-only tables refuse TRUNCATE too."""

from django.db import migrations

from core.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("core", "0003_watching")]
    operations = [AppendOnly("core_event"), AppendOnly("core_policyversion")]
