import frappe
from frappe import _
from frappe.utils import cint

from partner_relations.customer_care import complaint_files, outside_text
from partner_relations.customer_care.api.customer_answers import TRAP
from partner_relations.customer_care.complaint_steps import SETTINGS

no_cache = 1


def get_context(context):
	"""The form by which anybody may complain, unless the settings close it."""
	settings = frappe.get_cached_doc(SETTINGS)
	if not cint(settings.web_form_open):
		raise frappe.PageDoesNotExistError
	context.update(
		{
			"title": _("Complaint", context="Customer Complaint"),
			"no_breadcrumbs": True,
			"trap": TRAP,
			"limits": complaint_files.limits(),
			"longest_line": outside_text.LONGEST_LINE,
			"longest_text": outside_text.LONGEST_TEXT,
		}
	)
