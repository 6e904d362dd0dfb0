import frappe
from frappe import _
from frappe.sessions import get_csrf_token
from frappe.utils import format_date

from partner_relations.customer_care import complaint_files, complaint_portal, customer_answers, outside_text

no_cache = 1
sitemap = 0


def get_context(context):
	"""The form by which a portal user files a complaint, with its own documents to choose from."""
	if frappe.session.user == "Guest":
		frappe.local.flags.redirect_location = "/login?redirect-to=/complaints/new"
		raise frappe.Redirect
	customers = customer_answers.customers_of(frappe.session.user)
	if not customers or frappe.form_dict.page != "new":
		raise frappe.PageDoesNotExistError
	get_csrf_token()  # a session that never saw the Desk has none yet, and then none would be asked for
	context.update(
		{
			"title": _("New Complaint"),
			"customers": frappe.get_all(
				"Customer", filters={"name": ("in", customers)}, fields=["name", "customer_name"]
			),
			"documents": [
				{"customer": customer, **document, "day": format_date(document["on"])}
				for customer in customers
				for document in customer_answers.own_documents(customer)
			],
			"categories": complaint_portal.categories(),
			"remedies": customer_answers.remedies(),
			"limits": complaint_files.limits(),
			"longest_line": outside_text.LONGEST_LINE,
			"longest_text": outside_text.LONGEST_TEXT,
			"show_sidebar": True,
			"parents": [{"label": _("Complaints"), "route": "/complaints"}],
		}
	)
