import frappe
from frappe import _
from frappe.sessions import get_csrf_token

from partner_relations.supplier_quality import portal
from partner_relations.supplier_quality.breaches import BREACH
from partner_relations.supplier_quality.letters import (
	breach_letter,
	reward_penalty_letter,
)
from partner_relations.supplier_quality.notices import NOTICES

no_cache = 1
sitemap = 0


def get_context(context):
	"""One notice with its figures, and the form to answer it; every other name is not found."""
	user, doctype, name = frappe.session.user, frappe.form_dict.doctype, frappe.form_dict.name
	if user == "Guest":
		frappe.local.flags.redirect_location = "/login?redirect-to=/supplier-notices"
		raise frappe.Redirect
	document = portal.notice_of(user, doctype, name)
	if document is None:
		raise frappe.PageDoesNotExistError
	get_csrf_token()  # a session that never saw the Desk has none yet, and then none would be asked for
	context.notice = portal.shown(document)
	context.letter = breach_letter(document) if doctype == BREACH else reward_penalty_letter(document)
	context.title = context.letter.subject
	context.show_sidebar = True
	context.parents = [{"label": _("Notices and Decisions"), "route": "/supplier-notices"}]
	context.document = document
	context.print_format = NOTICES[doctype].print_format
	context.is_over = document.status == "Notified" and not context.notice.answerable
	context.longest_answer = portal.LONGEST_ANSWER
	context.printable = document.docstatus != 2
