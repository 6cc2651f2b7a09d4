from django.db import migrations, models
from django.db.models.functions import Replace, Upper

from core import migrating


class Migration(migrations.Migration):

    atomic = False  # the index is built beside people who write

    dependencies = [
        ('orders', '0012_settlements'),
    ]

    operations = [
        migrating.AddIndex(
            model_name='shipment',
            index=models.Index(
                Upper(
                    Replace(
                        Replace(Replace(models.F('tracking_number'), models.Value(' ')), models.Value('-')),
                        models.Value('.'),
                    )
                ),
                name='shipment_plain_number',
            ),
        ),
    ]
