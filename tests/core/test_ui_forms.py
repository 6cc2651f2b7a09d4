"""Forms in the design system: labels, hints, errors, and the key that counts a form once."""

import html
import json
import re

from django import forms

from core import plurals
from tests.core.test_ui_tags import shown, words


def test_form_key_is_fresh_unless_the_view_fixes_it() -> None:
    assert shown("{% form_key %}") != shown("{% form_key %}")
    assert (
        shown("{% form_key %}", form_key="abc")
        == '<input type="hidden" name="form_key" value="abc">'
    )


class Sample(forms.Form):
    what = forms.CharField(label="What?", help_text="In short.", widget=forms.Textarea)
    sum = forms.CharField(label="Sum", required=False)
    kind = forms.ChoiceField(
        label="Kind", widget=forms.RadioSelect, choices=[("a", "One"), ("b", "Two")]
    )
    sure = forms.BooleanField(label="Sure")
    hidden = forms.CharField(widget=forms.HiddenInput, required=False)


def test_field_wires_label_hint_and_error() -> None:
    html = shown("{% field form.what counter=10 %}", form=Sample({}))

    assert '<label for="id_what">What?</label>' in html
    assert 'aria-describedby="id_what_hint id_what_error id_what_count"' in html
    assert 'aria-invalid="true"' in html
    assert 'data-counter="10"' in html
    assert words(html).startswith("What? In short. This field is required.")


def test_counter_has_a_sentence_for_each_plural_form_of_the_readers_language() -> None:
    counted = shown("{% field form.sum counter=10 %}", form=Sample())
    one = shown("{% field form.sum counter=1 %}", form=Sample())

    assert json.loads(html.unescape(re.findall(r'data-left="([^"]*)"', counted)[0])) == {
        "one": "{n} character left",
        "other": "{n} characters left",
    }
    assert json.loads(html.unescape(re.findall(r'data-over="([^"]*)"', counted)[0])) == {
        "one": "{n} character too many",
        "other": "{n} characters too many",
    }
    assert (words(counted), words(one)) == (
        "Sum (optional) Up to 10 characters", "Sum (optional) Up to 1 character",
    )  # fmt: skip


def test_forms_of_a_sentence_are_told_by_the_categories_of_the_browser() -> None:
    def russian(n: int) -> str:
        few = n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14)
        return "символ" if n % 10 == 1 and n % 100 != 11 else "символа" if few else "символов"

    assert json.loads(plurals.forms(russian)) == {
        "one": "символ", "two": "символа", "few": "символа", "other": "символов",
    }  # fmt: skip


def test_field_without_hint_and_error_describes_nothing() -> None:
    html = shown("{% field form.sum currency='EUR' %}", form=Sample())

    assert "aria-describedby" not in html
    assert words(html) == "Sum (optional) €"
    assert 'inputmode="decimal"' in html


def test_field_of_choices_is_a_fieldset() -> None:
    html = shown(
        "{% field form.kind shape='cards' hints=hints %}",
        form=Sample({}),
        hints={"b": "The second."},
    )

    assert '<fieldset class="field" data-field="kind" aria-describedby="id_kind_error">' in html
    assert words(html) == "Kind This field is required. One Two The second."
    assert html.count('aria-invalid="true"') == 2


def test_field_of_one_tick_box_has_its_words_behind() -> None:
    html = shown("{% field form.sure %}", form=Sample())

    assert re.search(
        r'<label class="choice" for="id_sure"><input [^>]*type="checkbox"[^>]*><span>Sure</span></label>',
        html,
    )


def test_field_that_is_hidden_is_only_its_input() -> None:
    assert (
        shown("{% field form.hidden %}", form=Sample())
        == '<input type="hidden" name="hidden" id="id_hidden">'
    )


def test_error_summary_links_to_each_field() -> None:
    html = shown("{% error_summary form other %}", form=Sample({"sum": "1"}), other=None)

    assert re.findall(r'href="#([\w]+)"', html) == ["id_what", "id_kind_0", "id_sure"]
    assert words(html).startswith("3 things need another look.")


def test_error_summary_of_a_fresh_form_is_nothing() -> None:
    assert shown("{% error_summary form %}", form=Sample()).strip() == ""
