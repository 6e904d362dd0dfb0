import frappe
from frappe import _
from frappe.sessions import get_csrf_token

from partner_relations.customer_care import complaint_files, complaint_portal, customer_answers, outside_text
from partner_relations.customer_care.complaint_steps import FINISHED
from partner_relations.customer_care.customer_answers import CONFIRM, RATE, REOPEN

no_cache = 1
sitemap = 0


def get_context(context):
	"""One complaint of the own customers; every other name is not found."""
	if frappe.session.user == "Guest":
		frappe.local.flags.redirect_location = "/login?redirect-to=/complaints"
		raise frappe.Redirect
	complaint = customer_answers.own(frappe.session.user, frappe.form_dict.name)
	if complaint is None:
		raise frappe.PageDoesNotExistError
	get_csrf_token()  # a session that never saw the Desk has none yet, and then none would be asked for
	actions = customer_answers.possible(complaint)
	context.update(
		{
			"complaint": complaint,
			"shown": complaint_portal.shown(complaint),
			"history": complaint_portal.history(complaint),
			"files": complaint_portal.files(complaint),
			"description": outside_text.of_mail(complaint.description),
			"resolution": _resolution(complaint),
			"may_confirm": CONFIRM in actions,
			"may_reopen": REOPEN in actions,
			"may_rate": RATE in actions,
			"is_finished": complaint.step in FINISHED,
			"marks": customer_answers.MARKS,
			"limits": complaint_files.limits(),
			"longest_answer": customer_answers.LONGEST_ANSWER,
			"longest_text": outside_text.LONGEST_TEXT,
			"show_sidebar": True,
			"parents": [{"label": _("Complaints"), "route": "/complaints"}],
		}
	)
	context.title = context.shown.subject


def _resolution(complaint) -> str:
	"""What we propose is shown when it has been proposed, not while somebody writes it."""
	if not any(row.step == "propose_resolution" for row in complaint.step_log):
		return ""
	if complaint.step in ("Acknowledged", "Under Investigation"):
		return ""
	return frappe.utils.sanitize_html(complaint.proposed_resolution or "", always_sanitize=True)
