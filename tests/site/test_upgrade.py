"""What a site that had version 0.1 finds after the upgrade: its new settings at their defaults.

The whole patch, run by a migrate, is in test_install.py; contracts from before the app in test_contracts.py.
"""

import frappe

from partner_relations.install import default_new_settings
from partner_relations.patches.v0_2 import add_contracts_and_remedies
from partner_relations.supplier_quality.reward_penalty import SETTINGS

OF_0_1 = ("recheck_months", "notice_subject", "notice_message")
DEFAULTS = {
	"po_without_contract": "Warn",
	"price_departure": "Warn",
	"agreed_price_tolerance": 0,
	"contract_needed_above": 0,
	"require_legal_review": 1,
	"reminder_days": 30,
	"obligation_close_days": 5,
	"answer_days": 14,
	"wait_for_answer": 1,
}


def as_0_1_left_it(**values) -> None:
	"""The rows that an admin of 0.1 saved, with some values of its own."""
	frappe.db.delete("Singles", {"doctype": SETTINGS})
	saved = {"recheck_months": 6, "notice_subject": "Ours", "notice_message": None, **values}
	frappe.db.set_single_value(SETTINGS, saved)


def settings():
	frappe.clear_document_cache(SETTINGS, SETTINGS)
	return frappe.get_cached_doc(SETTINGS)


def test_the_patch_sets_the_new_settings():
	assert add_contracts_and_remedies.default_new_settings is default_new_settings
	as_0_1_left_it()
	assert not settings().reminder_days  # as Frappe reads what was never saved

	default_new_settings(SETTINGS)

	found = settings()
	assert {field: found.get(field) or 0 for field in DEFAULTS} == DEFAULTS
	assert found.breach_subject == found.meta.get_field("breach_subject").default
	assert (found.recheck_months, found.notice_subject) == (6, "Ours")


def test_every_setting_of_0_2_is_at_its_default():
	"""Also those that somebody adds to the document and forgets here."""
	as_0_1_left_it()
	default_new_settings(SETTINGS)
	found, fresh = settings(), frappe.new_doc(SETTINGS)
	for field in found.meta.fields:
		if field.default is not None and field.fieldname not in OF_0_1:
			assert found.get(field.fieldname) == fresh.get(field.fieldname), field.fieldname


def test_what_an_admin_chose_stays():
	as_0_1_left_it()
	default_new_settings(SETTINGS)
	chosen = frappe.get_doc(SETTINGS)
	chosen.update({"require_legal_review": 0, "reminder_days": 0, "po_without_contract": "Ignore"})
	chosen.update({"wait_for_answer": 0, "answer_days": 30, "breach_subject": None})
	chosen.save()

	default_new_settings(SETTINGS)

	found = settings()
	assert (found.require_legal_review, found.reminder_days, found.wait_for_answer) == (0, 0, 0)
	assert (found.po_without_contract, found.answer_days, found.breach_subject) == ("Ignore", 30, None)


def test_settings_that_nobody_ever_saved_are_left_to_frappe():
	frappe.db.delete("Singles", {"doctype": SETTINGS})
	default_new_settings(SETTINGS)
	assert not frappe.db.exists("Singles", {"doctype": SETTINGS})
	assert settings().reminder_days == 30
