"""What a supplier's user may do on the website: answer what its supplier was told of."""

import frappe
from frappe import _
from frappe.utils import cstr

from partner_relations.supplier_quality import breaches, portal, reward_penalty
from partner_relations.supplier_quality.breaches import BREACH
from partner_relations.supplier_quality.reward_penalty import REWARD_PENALTY

ANSWERS = ("Accepted", "Disputed")

_RECORD = {
	BREACH: breaches.record_response,
	REWARD_PENALTY: reward_penalty.record_response,
}


@frappe.whitelist(methods=["POST"])
def answer(  # nosemgrep: portal.notice_of finds the user's own only, and refuses all else alike
	doctype: str, name: str, answer: str, text: str | None = None
) -> None:
	"""Accept or dispute a breach, reward or penalty, as a portal user of the supplier that it concerns.

	Once, and until its deadline is over. Every name that isn't the user's to answer gets the same refusal,
	so that nobody learns which ones exist.
	"""
	user = frappe.session.user
	document = portal.notice_of(user, doctype, name, for_update=True)
	if document is None:
		frappe.throw(_("This notice does not exist or is not yours to answer."), frappe.PermissionError)
	text = cstr(text).strip()
	if answer not in ANSWERS:
		frappe.throw(_("Please accept or dispute the notice."))
	if document.response_by:
		frappe.throw(_("This was answered already. Please contact your buyer if the answer has to change."))
	if not portal.is_answerable(doctype, document):
		frappe.throw(_("The time to answer on this page is over. Please contact your buyer."))
	if answer == "Disputed" and not text:
		frappe.throw(_("Please give your reasons if you dispute this."))
	if len(text) > portal.LONGEST_ANSWER:
		frappe.throw(_("Please shorten your text to {0} characters.").format(portal.LONGEST_ANSWER))
	_RECORD[doctype](name, answer, text, user)
