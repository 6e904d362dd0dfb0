import frappe
from frappe import _

from partner_relations.supplier_quality.portal import notices_of

no_cache = 1


def get_context(context):
	"""What the own suppliers were told of; whoever isn't logged in is asked to."""
	if frappe.session.user == "Guest":
		frappe.local.flags.redirect_location = "/login?redirect-to=/supplier-notices"
		raise frappe.Redirect
	context.title = _("Notices and Decisions")
	context.show_sidebar = True
	context.notices = notices_of(frappe.session.user)
