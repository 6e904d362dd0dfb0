import frappe
from frappe import _

from partner_relations.supplier_quality.notices import PRINT_FORMAT
from partner_relations.supplier_quality.portal import evaluations_of

no_cache = 1


def get_context(context):
	"""A supplier's own evaluations; whoever isn't logged in is asked to."""
	if frappe.session.user == "Guest":
		frappe.local.flags.redirect_location = "/login?redirect-to=/supplier-evaluations"
		raise frappe.Redirect
	context.title = _("Supplier Evaluations")
	context.show_sidebar = True
	context.evaluations = evaluations_of(frappe.session.user)
	context.print_format = PRINT_FORMAT
