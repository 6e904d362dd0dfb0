import frappe
from frappe import _
from frappe.utils import cint

from partner_relations.customer_care import customer_answers
from partner_relations.customer_care.complaint_portal import shown
from partner_relations.customer_care.complaint_steps import SETTINGS

no_cache = 1


def get_context(context):
	"""The complaints of the own customers; whoever isn't logged in is asked to."""
	if frappe.session.user == "Guest":
		frappe.local.flags.redirect_location = "/login?redirect-to=/complaints"
		raise frappe.Redirect
	context.title = _("Complaints")
	context.show_sidebar = True
	context.complaints = [shown(row) for row in customer_answers.own_complaints(frappe.session.user)]
	context.may_file = bool(customer_answers.customers_of(frappe.session.user))
	context.guests_may = cint(frappe.get_cached_doc(SETTINGS).web_form_open)
