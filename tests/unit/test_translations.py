"""translations/zh.csv covers every text of the app and nothing else, in the terms of the glossary."""

import csv
import io
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.support.strings import ROOT, TAG, Strings, collect, read_javascript, read_python, read_template

CHINESE = ROOT / "partner_relations" / "translations" / "zh.csv"
GLOSSARY = ROOT / "docs" / "translations.md"
PLACEHOLDER = re.compile(r"\{\w*\}")
HAN = "[\u4e00-\u9fff]"
# A sign of half width beside a Chinese character. A colon or dot inside of Latin text or numbers is right.
HALF_WIDTH = re.compile(rf"{HAN}[,;:!?()]|[,;:!?()]{HAN}|{HAN}\.(?:\s|$)")
WITHOUT_CHINESE = {"ABC", "PDF", "RFM", "jpg, jpeg, png, webp, heic, pdf", "ppm"}
ABBREVIATED = {"Evaluation No."}

# Marked expressions that aren't literals, and whose words they are: each vocabulary is collected where it is
# defined, so a new expression needs a look whether its words are.
VOCABULARIES = {
	"action": "options of Supplier Restriction",
	"AGENT": "roles",
	"before.life_cycle": "options of Contract",
	"before.status": "options of Contract Clause",
	"before.step": "options of Customer Complaint",
	"category.name": "names of categories",
	"clause.status": "options of Contract Clause",
	"COMPLAINT": "document types",
	"complaint.category": "names of categories",
	"complaint.cause": "names of causes",
	"complaint.flags.step_from": "options of Customer Complaint",
	"complaint.meta.get_label(field)": "labels of fields",
	"complaint.responsibility": "options of Customer Complaint",
	"complaint.severity": "options of Customer Complaint",
	"complaint.step": "options of Customer Complaint",
	"condition.kpi": "names of KPIs",
	"contract.life_cycle": "options of Contract",
	"contract.meta.get_label(field)": "labels of fields",
	"cstr(line.uom)": "units of measure of ERPNext",
	"doc.answer": "options of Supplier Reward Penalty",
	"doc.basis": "options of Remedy Scheme",
	"doc.counts": "options of Remedy Scheme",
	"doc.document_type": "document types of ERPNext",
	"doc.kind": "options of Supplier Reward Penalty",
	"doc.kpi": "names of KPIs",
	"doc.measure": "options of Supplier Reward Penalty",
	"doc.outcome": "options of Contract Obligation Result",
	"doc.payment_terms_template": "names of payment terms",
	"doc.policy": "names of tiering policies",
	"doc.priority": "options of Customer Complaint",
	"doc.remedy_scheme": "names of remedy schemes",
	"doc.segment": "segments of tiering policies",
	"doc.source_type": "document types",
	"doc.status": "options of Contract Breach",
	"doc.template": "names of templates",
	"doctype": "document types",
	"document.document_type": "document types of ERPNext",
	"document.kind": "options of Supplier Reward Penalty",
	"document.measure": "options of Supplier Reward Penalty",
	"document.status": "options of Contract Breach",
	"document_type": "document types",
	"entry.kind": "options of Customer Complaint Resolution",
	"entry.status": "options of Customer Complaint Resolution",
	"found.unit": "units of measures",
	"frappe.unscrub(name)": "columns of measures of other apps, which bring their translations",
	"frm.doc.counts": "options of Remedy Scheme",
	"frm.doc.policy_name": "names of tiering policies",
	"frm.doc.template_name": "names of templates",
	"inspections[-1].status": "options of Quality Inspection",
	"kind": "options of Customer Complaint Resolution",
	"kpi": "names of KPIs",
	"label": "labels of fields",
	"LEVELS[band - 1]": "options of Customer Tiering Cell",
	'line.uom || ""': "units of measure of ERPNext",
	"MANAGER": "roles",
	'meanings.get(band.grade) or ""': "meanings of grades",
	"meanings[doc.grade]": "meanings of grades",
	"measure": "options of Supplier Reward Penalty",
	"measure.description": "measures",
	"measure.label": "measures",
	"measure.unit": "units of measures",
	"MEASURES[name].description": "metrics",
	"MEASURES[name].label": "metrics",
	"meta.get_label(error.field)": "labels of fields",
	"method": "options of Customer Tiering Policy",
	"name": "names of KPIs and of categories",
	"next_deadline": "options of Customer Complaint",
	"node.data.value": "names of categories",
	"one": "options of Customer Complaint Resolution",
	"one.deadline": "options of Customer Complaint",
	"one.uom": "units of measure of ERPNext",
	"outcome": "options of Contract Obligation Result",
	"parent": "names of categories",
	"potential": "options of Customer Tiering Cell",
	"RECEIVED": "options of Customer Complaint",
	"remedy": "options of Customer Complaint",
	"role": "roles",
	"row.action": "options of Supplier Restriction",
	"row.basis": "options of Supplier Evaluation Criterion",
	"row.comparison": "options of Supplier Incentive Condition",
	'row.document_type or ""': "document types of ERPNext",
	"row.document_type": "document types",
	"row.effective": "options of Customer Complaint Action",
	"row.kind": "options of Supplier Reward Penalty",
	"row.kpi": "names of KPIs",
	"row.measure": "options of Supplier Reward Penalty",
	"row.meta.get_label(earlier)": "labels of fields",
	"row.meta.get_label(later)": "labels of fields",
	"row.remedy": "names of remedy schemes",
	"row.severity": "options of Customer Tier Service Time",
	"row.source": "options of Customer Tier Change",
	"row.status": "options of Supplier Evaluation",
	"row.step": "options of Customer Complaint",
	'row.unit or ""': "units of measures",
	'row.unit || ""': "units of measures",
	"row.uom": "units of measure of ERPNext",
	"scheme.purpose": "options of Remedy Scheme",
	"segment": "names of segments",
	"segment.segment": "segments of tiering policies",
	"self.kind or ''": "options of Supplier Incentive Rule",
	"self.kind": "options of Supplier Incentive Rule",
	"self.measure or ''": "options of Supplier Reward Penalty",
	"self.measure": "options of Supplier Reward Penalty",
	"self.meta.get_label(field)": "labels of fields",
	"self.source_type": "document types",
	"SETTINGS": "document types",
	"settings.get(f'{setting}_subject') or standard": "the defaults of Supplier Quality Settings",
	"severity": "options of Customer Complaint",
	"state": "options of Contract",
	'status || "Draft"': "states of ERPNext's documents",
	"status": "options of each list's document type",
	"step": "options of Customer Complaint",
	"step.target": "options of Customer Complaint",
	"stored": "kinds of KPIs and units of measures",
	"subject": "options of Contract Amendment Change",
	"unit or ''": "units of measures",
	"unit": "units of measures",
	"units[kpi] or ''": "units of measures",
	"units[metric]": "units of metrics",
	"uom": "units of measure of ERPNext",
	"user.doctype": "document types",
	'value || ""': "options of the trend, in the Supplier Ranking",
	"value": "document types and results of inspections, in the KPI Evidence",
	"values['segment']": "segments of tiering policies",
	"wanted": "options of Customer Complaint",
	"WEEKDAYS[values['weekday']]": "options of Service Calendar Interval",
	"window.breach_status": "options of Contract Breach",
	"window.outcome": "options of Contract Obligation Result",
}


@pytest.fixture(scope="module")
def strings() -> Strings:
	return collect()


@pytest.fixture(scope="module")
def rows() -> list[tuple[str, str, str]]:
	"""Source, context ("" for none) and translation, in the order of the file."""
	with CHINESE.open(encoding="utf-8", newline="") as file:
		read = list(csv.reader(file, strict=True))
	wrong = [row for row in read if len(row) not in (2, 3)]
	assert wrong == [], "a row is source,translation or source,translation,context"
	return [(row[0], row[2] if len(row) == 3 else "", row[1]) for row in read]


def test_every_text_is_translated(strings, rows):
	known = {(source, context) for source, context, _translation in rows}
	missing = [
		f"{text} [{context}] in {places[0]}"
		for (text, context), places in strings.places.items()
		if (text, context) not in known and (text, "") not in known
	]
	assert missing == []


def test_every_row_is_needed(strings, rows):
	known = {(source, context) for source, context, _translation in rows}
	looked_up = {(text, context if (text, context) in known else "") for text, context in strings.places}
	looked_up |= {(text, "") for text in strings.bare}
	assert [row for row in rows if row[:2] not in looked_up] == []


def test_no_text_is_left_without_its_mark(strings):
	assert strings.unmarked == []


def test_what_is_marked_but_no_literal_comes_from_a_known_vocabulary(strings):
	unknown = {text: places for text, places in strings.dynamic.items() if text not in VOCABULARIES}
	assert unknown == {}
	assert [text for text in VOCABULARIES if text not in strings.dynamic] == [], "gone from the code"


def test_the_file_is_well_formed_and_sorted(rows):
	text = CHINESE.read_bytes().decode("utf-8")
	assert text.endswith("\n") and "\r" not in text and not text.startswith("\ufeff")
	keys = [row[:2] for row in rows]
	assert keys == sorted(set(keys))
	again = io.StringIO()
	writer = csv.writer(again, lineterminator="\n")
	writer.writerows(
		[source, translation, *([context] if context else [])] for source, context, translation in rows
	)
	assert again.getvalue() == text


def test_placeholders_and_tags_are_kept(rows):
	for source, _context, translation in rows:
		for pattern in (PLACEHOLDER, TAG):
			assert Counter(pattern.findall(source)) == Counter(pattern.findall(translation)), source


def test_spaces_at_the_ends_and_empty_translations(rows):
	for source, context, translation in rows:
		for text in (source, context, translation):
			assert text == text.strip()
		assert translation, source


def test_translations_are_chinese_with_chinese_punctuation(rows):
	latin = [source for source, _context, translation in rows if not re.search(HAN, translation)]
	assert set(latin) <= WITHOUT_CHINESE
	assert [translation for *_key, translation in rows if HALF_WIDTH.search(translation)] == []
	unended = [
		translation
		for source, _context, translation in rows
		if source.endswith(".") and source not in ABBREVIATED and not translation.endswith("。")
	]
	assert unended == []


def glossary() -> dict[str, tuple[str, ...]]:
	"""The terms of docs/translations.md: English, and the translations of which one has to occur."""
	table = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", GLOSSARY.read_text(encoding="utf-8"), re.MULTILINE)
	terms = {}
	for english, chinese in table:
		if re.search(HAN, chinese):
			for term in english.split(", "):
				terms[term] = tuple(chinese.split(" / "))
	return terms


def test_terms_are_those_of_the_glossary(rows):
	terms = glossary()
	assert len(terms) > 30
	departing = [
		f"{source}: {translation} has none of {chinese} for {term}"
		for source, _context, translation in rows
		for term, chinese in terms.items()
		if re.search(rf"\b{re.escape(term)}\b", PLACEHOLDER.sub("", source), re.IGNORECASE)
		and not any(word in translation for word in chinese)
	]
	assert departing == []


# The collector itself: it has to find what it is for.


def found_in(read, text: str) -> Strings:
	found = Strings()
	read(found, text, "a")
	return found


@pytest.mark.parametrize(
	("source", "key"),
	[
		('_("One sentence.")', ("One sentence.", "")),
		('_(\n\t"Two literals "\n\t"in one."\n).format(1)', ("Two literals in one.", "")),
		('_lt("Later")', ("Later", "")),
		('_("Grade", context="Supplier Evaluation")', ("Grade", "Supplier Evaluation")),
		('ROLES = ("A Role",)', ("A Role", "")),
		(
			'CUSTOM_FIELDS = {"Item": [{"fieldtype": "Select", "label": "Kind", "options": "\\nBig"}]}',
			("Big", "Item"),
		),
	],
)
def test_texts_in_python(source, key):
	found = found_in(read_python, source)
	assert key in found.places
	assert found.unmarked == []


@pytest.mark.parametrize(
	"source",
	[
		'frappe.throw("Not marked.")',
		'frappe.throw(f"{name} is put together.")',
		'frappe.throw(_("Marked."), title="Not marked")',
		'frappe.msgprint("Not marked.")',
		'columns = [{"fieldname": "a", "label": "Not Marked"}]',
		'_("A text with a <b>tag</b>")',
	],
)
def test_texts_without_their_mark_in_python(source):
	assert len(found_in(read_python, source).unmarked) == 1


@pytest.mark.parametrize("argument", ["word", 'f"{word} is put together"', '"a" + word', "words[1]"])
def test_a_marked_expression_in_python(argument):
	assert list(found_in(read_python, f"_({argument})").dynamic)


@pytest.mark.parametrize(
	("source", "key"),
	[
		('__("It\'s {0}, (so) far.", [count])', ("It's {0}, (so) far.", "")),
		("__('Say \"yes\"')", ('Say "yes"', "")),
		('__(\n\t"On its own line",\n\t[f(1, 2)]\n)', ("On its own line", "")),
		('`<td>${__("Inside", null, "Of a Form")}</td>`', ("Inside", "Of a Form")),
		('__("Grade", [a, b], "Of a Form")', ("Grade", "Of a Form")),
	],
)
def test_texts_in_javascript(source, key):
	found = found_in(read_javascript, source)
	assert list(found.places) == [key]
	assert not found.dynamic and not found.unmarked


@pytest.mark.parametrize("argument", ["`Rows: ${count}`", '"a" + "b"', "row.status"])
def test_a_marked_expression_in_javascript(argument):
	assert list(found_in(read_javascript, f"__({argument})").dynamic) == [argument]


@pytest.mark.parametrize(
	"source",
	[
		'{ fieldname: "a", label: "Not Marked" }',
		"{ title: 'Not marked' }",
		'frappe.confirm("Not marked?", go)',
		"frm.set_intro(`Not marked.`)",
		"`<th>Not marked</th>`",
	],
)
def test_texts_without_their_mark_in_javascript(source):
	assert len(found_in(read_javascript, source).unmarked) == 1


def test_texts_in_templates():
	page = """<style>.a { color: red }</style>{# a remark #}<p class="b">{{ _("One") }} &nbsp;{% if x %}
		{{ _("Value", context="Of a Form") | e }}{{ _("{0} of {1}").format(f(1), 2) }}{% endif %}</p>"""
	found = found_in(read_template, page)
	assert set(found.places) == {("One", ""), ("Value", "Of a Form"), ("{0} of {1}", "")}
	assert found.unmarked == []
	assert len(found_in(read_template, "<p>Not marked {{ x }}</p>").unmarked) == 1


def test_the_sources_hold_what_they_should(strings):
	"""One text of every kind of source, so that a reader that finds nothing is noticed."""
	for key in (
		("Supplier Evaluation", ""),  # a document type
		("Coverage", "Supplier Evaluation"),  # a field
		("Carry the last rating forward", "Supplier Evaluation Template"),  # an option
		("Of the company that thinks worst of the supplier", "Supplier"),  # a custom field's description
		("Supplier Quality Manager", ""),  # a role
		("Supplier Ranking", ""),  # a report
		("Facts Changed", ""),  # a number card
		("Suppliers by Grade", ""),  # a chart
		("{} Draft", ""),  # a shortcut of the workspace
		("Records and Reports", ""),  # a heading of the workspace
		("Defects per million", ""),  # a measure
		("Technical Ability", ""),  # a default KPI
		("To be improved", "Supplier Grade"),  # a default grade
		("Strategic Supplier", ""),  # a default template
		("Supplier Evaluations", ""),  # the portal's menu
		("Open the scorecard", ""),  # a page of the website
		("What was rated", ""),  # the print format
		("Try It", ""),  # the Desk
		("Supplier Restricted", ""),  # a title in Python
	):
		assert key in strings.places
	doctypes = Path(ROOT, "supplier_quality", "doctype").glob("*/*.json")
	names = {json.loads(path.read_text(encoding="utf-8"))["name"] for path in doctypes}
	assert names and all((name, "") in strings.places for name in names)
