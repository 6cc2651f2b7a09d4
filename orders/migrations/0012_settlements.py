"""What providers say that they booked, and what has to be put right because of it."""

import core.fsm
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.append_only import AppendOnly


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0006_outages'),
        ('orders', '0011_refund_tries'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SettlementFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='file')),
                ('digest', models.CharField(max_length=64)),
                ('begun_at', models.DateTimeField(verbose_name='read')),
                ('done_at', models.DateTimeField(null=True)),
                ('first_at', models.DateTimeField(null=True, verbose_name='from')),
                ('last_at', models.DateTimeField(null=True, verbose_name='to')),
                ('summary', models.JSONField(default=dict)),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                ('storefront', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.storefront')),
            ],
            options={
                'ordering': ('-begun_at', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='SettlementLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('transaction', models.CharField(max_length=64)),
                ('reference', models.CharField(blank=True, max_length=64)),
                ('kind', models.CharField(choices=[('refund', 'Refund'), ('charge', 'Charge')], max_length=8)),
                ('amount', models.DecimalField(decimal_places=4, max_digits=14, verbose_name='amount')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('at', models.DateTimeField(verbose_name='time')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='orders.settlementfile')),
                ('refund', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='settlement_lines', to='orders.refund')),
                ('storefront', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.storefront')),
            ],
            options={
                'ordering': ('file', 'number'),
            },
        ),
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(editable=False, max_length=24, unique=True)),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('audit_head', models.CharField(default='0000000000000000000000000000000000000000000000000000000000000000', editable=False, max_length=64)),
                ('next_due_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(editable=False)),
                ('changed_at', models.DateTimeField(editable=False)),
                ('state', core.fsm.StateField(choices=[('open', 'Found'), ('requested', 'The bank is asked to put it right'), ('adjusted', 'Put right, to be confirmed'), ('settled', 'Settled'), ('dismissed', 'Nothing to put right')], default='open', max_length=32, protected=True, verbose_name='state')),
                ('finding', models.CharField(choices=[('charged', 'Booked as a charge'), ('twice', 'Made twice'), ('other_amount', 'Made with another amount'), ('other_currency', 'Made in another currency'), ('never_made', 'Never made'), ('unknown', 'Nobody knows this refund')], max_length=16, verbose_name='finding')),
                ('found_amount', models.DecimalField(decimal_places=4, max_digits=14, null=True, verbose_name='amount in the file')),
                ('found_currency', models.CharField(blank=True, max_length=3, verbose_name='currency in the file')),
                ('note', models.CharField(blank=True, max_length=1000, verbose_name='what was done')),
                ('overdue_at', models.DateTimeField(null=True, verbose_name='overdue since')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended')),
                ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='orders.order')),
                ('policy_version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.policyversion')),
                ('refund', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='orders.refund')),
                ('storefront', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.storefront')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='orders.settlementfile')),
                ('line', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='orders.settlementline')),
            ],
            options={
                'ordering': ('created_at', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='CorrectionDeadline',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=32)),
                ('about', models.CharField(blank=True, default='', max_length=32)),
                ('state', models.CharField(choices=[('pending', 'Running'), ('paused', 'Paused'), ('failed', 'Could not be enforced yet'), ('met', 'Met'), ('enforced', 'Enforced'), ('cancelled', 'No longer needed')], default='pending', max_length=16)),
                ('started_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('explanation', models.JSONField(default=dict)),
                ('left_us', models.BigIntegerField(null=True)),
                ('remind_at', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('retry_at', models.DateTimeField(null=True)),
                ('error', models.TextField(blank=True, default='')),
                ('ended_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deadlines', to='orders.correction')),
            ],
            options={
                'ordering': ('due_at', 'pk'),
                'abstract': False,
                'indexes': [models.Index(condition=models.Q(('state', 'pending')), fields=['due_at'], name='correctiondeadline_due'), models.Index(condition=models.Q(('remind_at__isnull', False), ('state', 'pending')), fields=['remind_at'], name='correctiondeadline_remind'), models.Index(condition=models.Q(('state', 'failed')), fields=['retry_at'], name='correctiondeadline_retry')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('pending', 'paused', 'failed'))), fields=('case', 'kind', 'about'), name='correctiondeadline_once'), models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'paused', 'failed', 'met', 'enforced', 'cancelled'])), name='correctiondeadline_state'), models.CheckConstraint(condition=models.Q(models.Q(('left_us__isnull', False), ('state', 'paused')), models.Q(models.Q(('state', 'paused'), _negated=True), ('left_us__isnull', True)), _connector='OR'), name='correctiondeadline_left')],
            },
        ),
        migrations.AddConstraint(
            model_name='settlementfile',
            constraint=models.UniqueConstraint(fields=('storefront', 'digest'), name='settlement_file_once'),
        ),
        migrations.AddConstraint(
            model_name='settlementline',
            constraint=models.UniqueConstraint(fields=('storefront', 'transaction'), name='settlement_line_once'),
        ),
        migrations.AddConstraint(
            model_name='settlementline',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['refund', 'charge'])), name='settlement_line_kind'),
        ),
        migrations.AddConstraint(
            model_name='correction',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'requested', 'adjusted', 'settled', 'dismissed'])), name='correction_state_known'),
        ),
        migrations.AddConstraint(
            model_name='correction',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finding', 'unknown'), ('line__isnull', False), ('order__isnull', True), ('refund__isnull', True)), models.Q(('order__isnull', False), ('refund__isnull', False), models.Q(('finding', 'unknown'), _negated=True)), _connector='OR'), name='correction_of_something'),
        ),
        migrations.AddConstraint(
            model_name='correction',
            constraint=models.UniqueConstraint(condition=models.Q(('refund__isnull', False)), fields=('refund', 'finding'), name='correction_once'),
        ),
        migrations.AddConstraint(
            model_name='correction',
            constraint=models.UniqueConstraint(condition=models.Q(('finding', 'unknown')), fields=('line',), name='correction_of_line_once'),
        ),
        migrations.AddConstraint(
            model_name='correction',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('state__in', frozenset(['dismissed', 'settled']))), models.Q(('ended_at__isnull', True), ('state__in', frozenset(['adjusted', 'open', 'requested']))), _connector='OR'), name='correction_ended_when'),
        ),
        AppendOnly("orders_settlementline"),
    ]
