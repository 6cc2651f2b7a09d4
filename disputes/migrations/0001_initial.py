import core.fsm
import django.db.models.deletion
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('core', '0002_append_only'),
        ('evidence', '0001_initial'),
        ('orders', '0002_guards'),
    ]

    operations = [
        migrations.CreateModel(
            name='Dispute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(editable=False, max_length=24, unique=True)),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('audit_head', models.CharField(default='0000000000000000000000000000000000000000000000000000000000000000', editable=False, max_length=64)),
                ('next_due_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(editable=False)),
                ('changed_at', models.DateTimeField(editable=False)),
                ('state', core.fsm.StateField(choices=[('awaiting_seller', 'Waiting for the seller'), ('negotiating', 'Negotiating'), ('awaiting_return', 'Waiting for the return'), ('return_in_transit', 'Return on its way'), ('escalated', 'Waiting for a mediator'), ('in_mediation', 'With a mediator'), ('decided', 'Decided'), ('under_complaint', 'Complaint about the decision'), ('resolved', 'Resolved'), ('withdrawn', 'Withdrawn'), ('closed', 'Closed')], default='awaiting_seller', max_length=32, protected=True)),
                ('received', models.BooleanField(help_text="The buyer's answer: did the order arrive?")),
                ('reason', models.CharField(choices=[('no_tracking', 'Tracking shows nothing'), ('wrong_address', 'Delivered to another address or city'), ('late', 'The promised time is over'), ('customs', 'Held by customs'), ('sent_back', 'Sent back to the seller'), ('specification', 'Not as described: specification'), ('size', 'Not as described: size'), ('colour', 'Not as described: colour'), ('style', 'Not as described: style or material'), ('quantity', 'Not as described: quantity'), ('damaged', 'Damaged'), ('defective', 'Does not work'), ('counterfeit', 'Counterfeit'), ('parts_missing', 'Parts missing')], max_length=32)),
                ('story', models.TextField(help_text="What happened, in the buyer's own words")),
                ('story_language', models.CharField(blank=True, default='', max_length=12)),
                ('wanted', models.CharField(choices=[('refund', 'Money back'), ('return_refund', 'Send it back and get money back'), ('replacement', 'A replacement')], max_length=16)),
                ('amount_asked', models.DecimalField(decimal_places=4, max_digits=14)),
                ('currency', models.CharField(max_length=3)),
                ('seller_answer', models.TextField(blank=True, default='', help_text='Why the seller rejected the request')),
                ('contest_reason', models.TextField(blank=True, default='', help_text='What was wrong with the return')),
                ('opened_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('agreed_at', models.DateTimeField(null=True)),
                ('escalated_at', models.DateTimeField(null=True)),
                ('claimed_at', models.DateTimeField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('overdue_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, choices=[('agreed', 'Agreed'), ('seller_silent', 'The seller did not answer'), ('return_confirmed', 'Returned and refunded'), ('return_unanswered', 'Returned; the seller did not answer'), ('return_not_sent', 'The return was not sent'), ('decided_all', 'Decided: all of the money'), ('decided_part', 'Decided: part of the money'), ('decided_none', 'Decided: no refund'), ('withdrawn', 'Withdrawn by the buyer'), ('settled', 'Settled')], default='', max_length=20)),
                ('final_amount', models.DecimalField(decimal_places=4, max_digits=14, null=True)),
                ('refund_requested', models.DecimalField(decimal_places=4, default=Decimal('0'), max_digits=14)),
                ('return_required', models.BooleanField(default=False)),
                ('postage_payer', models.CharField(blank=True, choices=[('buyer', 'The buyer pays the postage'), ('seller', 'The seller pays the postage')], default='', max_length=8)),
                ('replacement', models.BooleanField(default=False)),
                ('evidence_count', models.PositiveSmallIntegerField(default=0, help_text='Numbers given so far: E1, E2, …')),
                ('buyer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disputes_as_buyer', to=settings.AUTH_USER_MODEL)),
                ('mediator', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='disputes_as_mediator', to=settings.AUTH_USER_MODEL)),
                ('order', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='dispute', to='orders.order')),
                ('policy_version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.policyversion')),
                ('seller', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disputes_as_seller', to=settings.AUTH_USER_MODEL)),
                ('storefront', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.storefront')),
            ],
            options={
                'ordering': ('-opened_at', '-pk'),
                'indexes': [models.Index(fields=['storefront', 'state', 'next_due_at'], name='dispute_queue'), models.Index(fields=['seller', 'state', 'next_due_at'], name='dispute_inbox'), models.Index(fields=['buyer', '-opened_at'], name='dispute_buyer'), models.Index(fields=['mediator', 'state', 'next_due_at'], name='dispute_mediator')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['awaiting_return', 'awaiting_seller', 'closed', 'decided', 'escalated', 'in_mediation', 'negotiating', 'resolved', 'return_in_transit', 'withdrawn'])), name='dispute_state'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('next_due_at__isnull', True), ('state__in', ['closed', 'resolved', 'withdrawn'])), models.Q(('ended_at__isnull', True), ('state__in', ['awaiting_return', 'awaiting_seller', 'decided', 'escalated', 'in_mediation', 'negotiating', 'return_in_transit'])), _connector='OR'), name='dispute_ends_without_clock'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['closed', 'decided', 'resolved', 'withdrawn']), _negated=True), models.Q(('outcome', ''), _negated=True), _connector='OR'), name='dispute_outcome'), models.CheckConstraint(condition=models.Q(('reason__in', ['no_tracking', 'wrong_address', 'late', 'customs', 'sent_back', 'specification', 'size', 'colour', 'style', 'quantity', 'damaged', 'defective', 'counterfeit', 'parts_missing'])), name='dispute_reason'), models.CheckConstraint(condition=models.Q(('wanted__in', ['refund', 'return_refund', 'replacement'])), name='dispute_wanted'), models.CheckConstraint(condition=models.Q(('outcome__in', ['', 'agreed', 'seller_silent', 'return_confirmed', 'return_unanswered', 'return_not_sent', 'decided_all', 'decided_part', 'decided_none', 'withdrawn', 'settled'])), name='dispute_outcome_known'), models.CheckConstraint(condition=models.Q(('amount_asked__gt', 0)), name='dispute_amount_asked'), models.CheckConstraint(condition=models.Q(('final_amount__isnull', True), ('final_amount__gte', 0), _connector='OR'), name='dispute_final_amount'), models.CheckConstraint(condition=models.Q(('refund_requested__gte', 0)), name='dispute_refund_requested'), models.CheckConstraint(condition=models.Q(('buyer', models.F('seller')), _negated=True), name='dispute_two_parties'), models.CheckConstraint(condition=models.Q(('mediator__isnull', True), models.Q(models.Q(('mediator', models.F('buyer')), _negated=True), models.Q(('mediator', models.F('seller')), _negated=True)), _connector='OR'), name='dispute_mediator_apart'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['in_mediation', 'decided']), _negated=True), ('mediator__isnull', False), _connector='OR'), name='dispute_mediated')],
            },
        ),
        migrations.CreateModel(
            name='DecisionDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content', models.JSONField(default=dict)),
                ('saved_at', models.DateTimeField()),
                ('mediator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dispute', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='decision_draft', to='disputes.dispute')),
            ],
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(default=1)),
                ('verdict', models.CharField(choices=[('all', 'Refund all'), ('part', 'Refund part'), ('none', 'No refund')], max_length=8)),
                ('amount', models.DecimalField(decimal_places=4, max_digits=14)),
                ('return_required', models.BooleanField(default=False)),
                ('postage_payer', models.CharField(blank=True, choices=[('buyer', 'The buyer pays the postage'), ('seller', 'The seller pays the postage')], default='', max_length=8)),
                ('reason', models.CharField(choices=[('not_delivered', 'The order was not delivered'), ('delivered_elsewhere', 'The order was delivered elsewhere'), ('damaged_on_arrival', 'Damaged on arrival'), ('does_not_work', 'Does not work'), ('not_as_described', 'Not as described'), ('counterfeit', 'Counterfeit'), ('incomplete', 'Parts or pieces missing'), ('delivered_as_described', 'Delivered as described'), ('not_shown', 'The claim was not shown'), ('return_incomplete', 'The return was incomplete or used'), ('buyer_error', 'The buyer gave a wrong address or did not fetch the parcel')], max_length=32)),
                ('statement', models.TextField(help_text='Both parties read these words')),
                ('decided_at', models.DateTimeField()),
                ('mediator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dispute', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='decisions', to='disputes.dispute')),
            ],
            options={
                'ordering': ('number',),
                'constraints': [models.UniqueConstraint(fields=('dispute', 'number'), name='decision_number_once'), models.CheckConstraint(condition=models.Q(('verdict__in', ['all', 'part', 'none'])), name='decision_verdict'), models.CheckConstraint(condition=models.Q(('reason__in', ['not_delivered', 'delivered_elsewhere', 'damaged_on_arrival', 'does_not_work', 'not_as_described', 'counterfeit', 'incomplete', 'delivered_as_described', 'not_shown', 'return_incomplete', 'buyer_error'])), name='decision_reason'), models.CheckConstraint(condition=models.Q(models.Q(('amount', 0), ('verdict', 'none')), models.Q(models.Q(('verdict', 'none'), _negated=True), ('amount__gt', 0)), _connector='OR'), name='decision_amount'), models.CheckConstraint(condition=models.Q(models.Q(('postage_payer__in', ['buyer', 'seller']), ('return_required', True)), models.Q(('postage_payer', ''), ('return_required', False)), _connector='OR'), name='decision_postage'), models.CheckConstraint(condition=models.Q(('statement', ''), _negated=True), name='decision_explained')],
            },
        ),
        migrations.CreateModel(
            name='DisputeDeadline',
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
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deadlines', to='disputes.dispute')),
            ],
            options={
                'ordering': ('due_at', 'pk'),
                'abstract': False,
                'indexes': [models.Index(condition=models.Q(('state', 'pending')), fields=['due_at'], name='disputedeadline_due'), models.Index(condition=models.Q(('remind_at__isnull', False), ('state', 'pending')), fields=['remind_at'], name='disputedeadline_remind'), models.Index(condition=models.Q(('state', 'failed')), fields=['retry_at'], name='disputedeadline_retry')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('pending', 'paused', 'failed'))), fields=('case', 'kind', 'about'), name='disputedeadline_once'), models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'paused', 'failed', 'met', 'enforced', 'cancelled'])), name='disputedeadline_state'), models.CheckConstraint(condition=models.Q(models.Q(('left_us__isnull', False), ('state', 'paused')), models.Q(models.Q(('state', 'paused'), _negated=True), ('left_us__isnull', True)), _connector='OR'), name='disputedeadline_left')],
            },
        ),
        migrations.CreateModel(
            name='DisputeDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('answers', models.JSONField(default=dict)),
                ('step', models.CharField(choices=[('received', 'Did it arrive?'), ('reason', 'What is wrong?'), ('story', 'What happened?'), ('wanted', 'What do you want?'), ('evidence', 'Evidence'), ('check', 'Check and send')], default='received', max_length=12)),
                ('started_at', models.DateTimeField()),
                ('saved_at', models.DateTimeField()),
                ('buyer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='dispute_drafts', to=settings.AUTH_USER_MODEL)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='dispute_drafts', to='orders.order')),
            ],
            options={
                'ordering': ('-saved_at',),
                'constraints': [models.UniqueConstraint(fields=('order', 'buyer'), name='draft_once')],
            },
        ),
        migrations.CreateModel(
            name='DraftFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('caption', models.CharField(blank=True, default='', max_length=200)),
                ('added_at', models.DateTimeField()),
                ('draft', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='disputes.disputedraft')),
                ('file', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='draft_file', to='evidence.evidencefile')),
            ],
            options={
                'ordering': ('added_at', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='EvidenceRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('party', models.CharField(choices=[('buyer', 'Buyer'), ('seller', 'Seller')], max_length=8)),
                ('question', models.TextField()),
                ('answer', models.TextField(blank=True, default='')),
                ('state', models.CharField(choices=[('open', 'Waiting for an answer'), ('answered', 'Answered'), ('expired', 'Not answered in time'), ('void', 'No longer needed')], default='open', max_length=10)),
                ('asked_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dispute', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='evidence_requests', to='disputes.dispute')),
            ],
            options={
                'ordering': ('asked_at', 'pk'),
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('dispute', 'party'), name='request_open_once'), models.CheckConstraint(condition=models.Q(('state__in', ['open', 'answered', 'expired', 'void'])), name='request_state'), models.CheckConstraint(condition=models.Q(('party__in', ['buyer', 'seller'])), name='request_party')],
            },
        ),
        migrations.CreateModel(
            name='EvidenceItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('party', models.CharField(choices=[('buyer', 'Buyer'), ('seller', 'Seller')], max_length=8)),
                ('caption', models.CharField(blank=True, default='', max_length=200)),
                ('added_at', models.DateTimeField()),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dispute', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='evidence', to='disputes.dispute')),
                ('file', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='dispute_item', to='evidence.evidencefile')),
                ('request', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='evidence', to='disputes.evidencerequest')),
            ],
            options={
                'ordering': ('number',),
                'constraints': [models.UniqueConstraint(fields=('dispute', 'number'), name='evidence_number_once'), models.CheckConstraint(condition=models.Q(('party__in', ['buyer', 'seller'])), name='evidence_party')],
            },
        ),
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('code', models.CharField(blank=True, default='', help_text='Empty where the mediator wrote it', max_length=32)),
                ('party', models.CharField(choices=[('buyer', 'Buyer'), ('seller', 'Seller')], max_length=8)),
                ('allegation', models.TextField()),
                ('result', models.CharField(choices=[('proved', 'Proved'), ('not_proved', 'Not proved'), ('not_needed', 'Not needed')], max_length=12)),
                ('cited', models.JSONField(default=list, help_text='Numbers of the evidence that shows it')),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='findings', to='disputes.decision')),
            ],
            options={
                'ordering': ('position',),
                'constraints': [models.UniqueConstraint(fields=('decision', 'position'), name='finding_position_once'), models.CheckConstraint(condition=models.Q(('result__in', ['proved', 'not_proved', 'not_needed'])), name='finding_result')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('party', models.CharField(choices=[('buyer', 'Buyer'), ('seller', 'Seller'), ('platform', 'Mediator')], max_length=8)),
                ('body', models.TextField()),
                ('language', models.CharField(blank=True, default='', max_length=12)),
                ('caution', models.JSONField(default=list)),
                ('sent_at', models.DateTimeField()),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dispute', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='disputes.dispute')),
            ],
            options={
                'ordering': ('sent_at', 'pk'),
                'constraints': [models.CheckConstraint(condition=models.Q(('party__in', ['buyer', 'seller', 'platform'])), name='message_party')],
            },
        ),
        migrations.CreateModel(
            name='Offer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('party', models.CharField(choices=[('buyer', 'Buyer'), ('seller', 'Seller')], max_length=8)),
                ('amount', models.DecimalField(decimal_places=4, max_digits=14)),
                ('return_required', models.BooleanField(default=False)),
                ('postage_payer', models.CharField(blank=True, choices=[('buyer', 'The buyer pays the postage'), ('seller', 'The seller pays the postage')], default='', max_length=8)),
                ('replacement', models.BooleanField(default=False)),
                ('note', models.TextField(blank=True, default='')),
                ('note_language', models.CharField(blank=True, default='', max_length=12)),
                ('state', models.CharField(choices=[('standing', 'Standing'), ('replaced', 'Replaced by a newer one'), ('accepted', 'Accepted'), ('void', 'No longer valid')], default='standing', max_length=10)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dispute', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='offers', to='disputes.dispute')),
            ],
            options={
                'ordering': ('made_at', 'pk'),
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'standing')), fields=('dispute', 'party'), name='offer_stands_once'), models.UniqueConstraint(condition=models.Q(('state', 'accepted')), fields=('dispute',), name='offer_accepted_once'), models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='offer_amount'), models.CheckConstraint(condition=models.Q(('state__in', ['standing', 'replaced', 'accepted', 'void'])), name='offer_state'), models.CheckConstraint(condition=models.Q(('party__in', ['buyer', 'seller'])), name='offer_party'), models.CheckConstraint(condition=models.Q(models.Q(('postage_payer__in', ['buyer', 'seller']), ('return_required', True)), models.Q(('postage_payer', ''), ('return_required', False)), _connector='OR'), name='offer_postage')],
            },
        ),
        migrations.CreateModel(
            name='ReadMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('read_at', models.DateTimeField()),
                ('dispute', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='read_marks', to='disputes.dispute')),
                ('reader', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('dispute', 'reader'), name='read_mark_once')],
            },
        ),
        migrations.CreateModel(
            name='ReturnParcel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('carrier', models.CharField(max_length=80)),
                ('tracking_number', models.CharField(max_length=64)),
                ('shipped_at', models.DateTimeField()),
                ('delivered_at', models.DateTimeField(null=True)),
                ('dispute', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='return_parcels', to='disputes.dispute')),
            ],
            options={
                'ordering': ('shipped_at', 'pk'),
                'indexes': [models.Index(fields=['tracking_number'], name='return_tracking')],
                'constraints': [models.CheckConstraint(condition=models.Q(('delivered_at__isnull', True), ('delivered_at__gte', models.F('shipped_at')), _connector='OR'), name='return_order')],
            },
        ),
        migrations.CreateModel(
            name='Settlement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', core.fsm.StateField(choices=[('proposed', 'Proposed'), ('agreed', 'Agreed, waiting for the refund'), ('settled', 'Settled'), ('declined', 'Declined'), ('taken_back', 'Taken back'), ('lapsed', 'Lapsed'), ('void', 'No longer valid')], default='proposed', max_length=32, protected=True)),
                ('amount', models.DecimalField(decimal_places=4, max_digits=14)),
                ('by', models.DateTimeField()),
                ('proposed_at', models.DateTimeField()),
                ('agreed_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('refunds', models.JSONField(default=list)),
                ('dispute', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='settlements', to='disputes.dispute')),
            ],
            options={
                'ordering': ('proposed_at', 'pk'),
                'indexes': [models.Index(condition=models.Q(('state', 'agreed')), fields=['by'], name='settlement_watch')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['agreed', 'proposed'])), fields=('dispute',), name='settlement_open_once'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='settlement_amount'), models.CheckConstraint(condition=models.Q(('state__in', ['proposed', 'agreed', 'settled', 'declined', 'taken_back', 'lapsed', 'void'])), name='settlement_state')],
            },
        ),
        migrations.CreateModel(
            name='StaffNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('body', models.TextField()),
                ('written_at', models.DateTimeField()),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dispute', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='staff_notes', to='disputes.dispute')),
            ],
            options={
                'ordering': ('written_at', 'pk'),
            },
        ),
    ]
