from django.db import migrations, models

from core import migrating


class Migration(migrations.Migration):

    atomic = False  # indexes are built beside people who write

    dependencies = [
        ('disputes', '0004_complaints'),
    ]

    operations = [
        migrating.RemoveIndex(
            model_name='dispute',
            name='dispute_judged',
        ),
        migrating.AddIndex(
            model_name='dispute',
            index=models.Index(condition=models.Q(('state__in', ('closed', 'decided', 'resolved', 'under_complaint', 'withdrawn'))), fields=['storefront', '-ended_at', '-decided_at', '-id'], name='dispute_judged'),
        ),
    ]
