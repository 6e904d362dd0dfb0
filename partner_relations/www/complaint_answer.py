import frappe
from frappe import _
from frappe.sessions import get_csrf_token

from partner_relations.customer_care import complaint_portal, customer_answers
from partner_relations.customer_care.customer_answers import CONFIRM, RATE, REOPEN

no_cache = 1
sitemap = 0


def get_context(context):
	"""What a signed link is for: looking changes nothing, posting does it once, a bad link says nothing."""
	form = frappe.form_dict
	token = form.get("token")
	context.update(
		{
			"title": _("Your Complaint"),
			"no_breadcrumbs": True,
			"token": token,
			"marks": customer_answers.MARKS,
			"longest_answer": customer_answers.LONGEST_ANSWER,
			"form": form,
		}
	)
	if frappe.request.method == "POST":
		_answer(context, token, form)
	else:
		_show(context, customer_answers.look(token))
	if frappe.session.user != "Guest":
		context.csrf_token = get_csrf_token()


def _answer(context, token, form):
	frappe.db.savepoint("answer")
	try:
		answered = customer_answers.answer_by_link(token, form.get("action"), form)
	except frappe.ValidationError as error:
		frappe.db.rollback(save_point="answer")
		frappe.clear_messages()
		context.trouble = frappe.utils.strip_html(str(error))
		_show(context, customer_answers.look(token))
		return
	if answered is None:
		_show(context, None)
		return
	complaint, next_token = answered
	context.done = form.get("action")
	context.token = next_token
	_show(context, (complaint, (RATE,) if next_token else ()))


def _show(context, behind):
	if behind is None:
		return
	complaint, actions = behind
	context.complaint = complaint
	context.shown = complaint_portal.shown(complaint)
	context.resolution = frappe.utils.sanitize_html(complaint.proposed_resolution or "", always_sanitize=True)
	context.may_confirm, context.may_reopen, context.may_rate = (
		action in actions for action in (CONFIRM, REOPEN, RATE)
	)
