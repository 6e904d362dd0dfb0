"""Chinese on a real site: Frappe finds our texts, and ERPNext's own screens read as before."""

import frappe
from frappe import _
from frappe.translate import get_all_translations, get_translations_from_apps, get_translations_from_csv

from partner_relations.common.mails import in_language
from partner_relations.supplier_quality import notices

HOSTS = ["frappe", "erpnext"]


def test_no_row_changes_a_text_of_the_host():
	"""All apps share one dictionary: a word that means something else there needs a context here."""
	host = get_translations_from_apps("zh", HOSTS)
	own = get_translations_from_csv("zh", "partner_relations")
	assert len(host) > 1000 and len(own) > 500
	assert {
		text: (host[text], chinese) for text, chinese in own.items() if host.get(text, chinese) != chinese
	} == {}


def test_what_frappe_looks_up_without_context_is_chinese_too():
	"""Options of read-only fields and of grids, and headings of lists: translated by the host, else by us."""
	known = {*get_translations_from_apps("zh", HOSTS), *get_translations_from_csv("zh", "partner_relations")}
	doctypes = frappe.get_all("DocType", {"module": "Supplier Quality"}, pluck="name")
	texts = set()
	for field in (field for doctype in doctypes for field in frappe.get_meta(doctype).fields):
		if field.fieldtype == "Select":
			texts.update(option for option in (field.options or "").split("\n") if option)
		if field.in_list_view:
			texts.add(field.label)
	assert len(texts) > 150
	assert sorted(texts - known) == []


def test_a_word_is_translated_in_its_context():
	"""Weight is that of an item to ERPNext, and that of a criterion to us."""
	criterion = _("Weight", "zh", context="Supplier Evaluation Criterion")
	assert criterion == "权重"
	assert _("Weight", "zh") == get_translations_from_apps("zh", HOSTS)["Weight"] != criterion
	assert get_all_translations("zh")["Supplier Evaluation"] == "供应商评估"


def test_the_notice_is_in_the_language_of_the_supplier():
	with in_language("zh"):
		message, subject = notices._evaluation_message(None), _(notices._standard_subject("notice_subject"))
	assert message.startswith("尊敬的") and "{supplier}" in message and "{period}" in message
	assert "{period}" in subject and "供应商评估" in subject
	assert notices._evaluation_message(None).startswith("Dear") and frappe.local.lang != "zh"
