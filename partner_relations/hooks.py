"""What Frappe is told about this app, grouped by concern."""

app_name = "partner_relations"
app_title = "Partner Relations"
app_publisher = "Partner Relations maintainers"
app_description = "Supplier quality and customer care for ERPNext"
app_email = "maintainers@partner-relations.example"
app_license = "GPL-3.0"
required_apps = ["frappe/erpnext"]

# Desk (no app_logo_url: Frappe 15 would take it for a reason to drop ERPNext's logo from the navigation bar)

add_to_apps_screen = [
	{
		"name": "partner_relations",
		"logo": "/assets/partner_relations/images/partner-relations.svg",
		"title": "Partner Relations",
		"route": "/app/supplier-quality",
		"has_permission": "partner_relations.common.apps_screen.has_permission",
	}
]

# Development

export_python_type_annotations = True

# Installation

after_install = "partner_relations.install.after_install"
before_uninstall = "partner_relations.uninstall.before_uninstall"
setup_wizard_complete = "partner_relations.customer_care.tier_on_documents.take_currency_of_site"

# Records that the app owns and syncs on every migrate (defaults that an admin may change are not among them)

fixtures = []

# The Desk

app_include_js = "partner_relations.bundle.js"
app_include_css = "partner_relations.bundle.css"
doctype_js = {
	"Contract": "public/js/contract.js",
	"Contract Template": "public/js/contract_template.js",
	"Customer": "public/js/customer.js",
	"Delivery Note": "public/js/delivery_note.js",
	"Purchase Order": "public/js/purchase_order.js",
	"Sales Invoice": "public/js/sales_invoice.js",
	"Sales Order": "public/js/sales_order.js",
	"Supplier": "public/js/supplier.js",
	"Warranty Claim": "public/js/warranty_claim.js",
}
doctype_list_js = {
	"Contract": "public/js/contract_list.js",
	"Customer": "public/js/customer_list.js",
	"Delivery Note": "public/js/delivery_note_list.js",
	"Quotation": "public/js/quotation_list.js",
	"Sales Order": "public/js/sales_order_list.js",
	"Supplier": "public/js/supplier_list.js",
}

extend_bootinfo = ["partner_relations.customer_care.tier_on_documents.add_to_boot"]

override_doctype_dashboards = {"Customer": "partner_relations.supplier_quality.connections.of_customer"}

# ERPNext's documents

doc_events = {
	"Purchase Order": {
		"before_validate": "partner_relations.supplier_quality.restrictions.check_purchase_order",
		"validate": "partner_relations.supplier_quality.purchase_cover.check_purchase_order",
		"before_submit": "partner_relations.supplier_quality.due_dates.freeze_first_due_dates",
		"before_update_after_submit": [
			"partner_relations.supplier_quality.due_dates.freeze_first_due_dates",
			"partner_relations.supplier_quality.purchase_cover.check_purchase_order",
		],
	},
	"Request for Quotation": {
		"before_validate": "partner_relations.supplier_quality.restrictions.check_request_for_quotation",
	},
	"Communication": {
		"before_insert": "partner_relations.customer_care.complaint_inbox.file_message",
		"validate": "partner_relations.customer_care.complaint_inbox.clean",
		"after_insert": [
			"partner_relations.customer_care.complaint_deadlines.note_answer",
			"partner_relations.customer_care.complaint_talk.note_message",
			"partner_relations.customer_care.complaint_inbox.note_returned",
		],
		"on_update": "partner_relations.customer_care.complaint_inbox.judge_files",
	},
	"Contract": {
		"before_validate": [
			"partner_relations.supplier_quality.contracts.prepare",
			"partner_relations.supplier_quality.clauses.prepare",
			"partner_relations.supplier_quality.contract_obligations.prepare",
		],
		"validate": [
			"partner_relations.supplier_quality.contracts.validate",
			"partner_relations.supplier_quality.contract_obligations.validate",
		],
		"before_submit": [
			"partner_relations.supplier_quality.contracts.approve",
			"partner_relations.supplier_quality.clauses.require_mandatory",
			"partner_relations.supplier_quality.contract_obligations.freeze_obligations",
		],
		"on_submit": "partner_relations.supplier_quality.contracts.follow_amended",
		"before_update_after_submit": [
			"partner_relations.supplier_quality.contracts.guard_submitted",
			"partner_relations.supplier_quality.contract_obligations.keep_what_was_agreed",
		],
		"before_cancel": "partner_relations.supplier_quality.contracts.before_cancel",
		"on_cancel": [
			"partner_relations.supplier_quality.contracts.after_cancel",
			"partner_relations.supplier_quality.compliance.after_contract_cancel",
		],
		"after_rename": "partner_relations.supplier_quality.contracts.after_rename",
		"before_print": "partner_relations.supplier_quality.contract_print.show_as_of",
	},
	"Contract Template": {
		"validate": "partner_relations.supplier_quality.clauses.validate_template",
	},
	"Journal Entry": {
		"validate": "partner_relations.supplier_quality.posting.keep_name",
		"on_submit": "partner_relations.supplier_quality.posting.after_submit",
		"on_cancel": "partner_relations.supplier_quality.posting.after_cancel",
	},
	"Purchase Invoice": {
		"validate": "partner_relations.supplier_quality.posting.keep_name",
		"before_submit": "partner_relations.supplier_quality.posting.before_debit_note_submit",
		"on_submit": "partner_relations.supplier_quality.posting.after_submit",
		"on_cancel": "partner_relations.supplier_quality.posting.after_cancel",
		"on_trash": "partner_relations.supplier_quality.posting.after_delete",
	},
	"Customer": {
		"validate": [
			"partner_relations.customer_care.tiers.keep_tier",
			"partner_relations.customer_care.tiers.note_potential",
		],
		"after_insert": "partner_relations.customer_care.tiers.note_first_tier",
		"on_update": "partner_relations.customer_care.visits.hand_over",
		"on_trash": [
			"partner_relations.customer_care.tiers.forget_customer",
			"partner_relations.customer_care.visits.withdraw",
		],
		"after_rename": "partner_relations.customer_care.tiers.after_customer_rename",
	},
	"Event": {"on_trash": "partner_relations.customer_care.visits.note_dropped"},
	("Quotation", "Sales Order", "Delivery Note"): {
		"validate": "partner_relations.customer_care.tier_on_documents.set_tier",
	},
	("Sales Order", "Delivery Note"): {
		"before_submit": "partner_relations.customer_care.order_progress.note_progress",
		"on_submit": "partner_relations.customer_care.order_progress.tell_customer",
	},
	("Sales Order", "Delivery Note", "Sales Invoice"): {
		"validate": "partner_relations.customer_care.resolution_effects.keep_name",
		"after_insert": "partner_relations.customer_care.resolution_effects.after_insert",
		"before_submit": "partner_relations.customer_care.resolution_effects.before_submit",
		"on_submit": "partner_relations.customer_care.resolution_effects.after_submit",
		"on_cancel": "partner_relations.customer_care.resolution_effects.after_cancel",
		"on_trash": "partner_relations.customer_care.resolution_effects.after_delete",
		"on_discard": "partner_relations.customer_care.resolution_effects.after_delete",
	},
	"Warranty Claim": {
		"validate": "partner_relations.customer_care.resolution_effects.keep_name",
		"on_update": "partner_relations.customer_care.resolution_effects.after_claim_update",
		"on_trash": "partner_relations.customer_care.resolution_effects.after_delete",
	},
	"ToDo": {"on_update": "partner_relations.customer_care.investigation.after_task_update"},
	"Item Group": {
		"after_rename": "partner_relations.supplier_quality.renames.after_item_group_rename",
	},
	"Supplier": {
		"validate": "partner_relations.supplier_quality.publishing.keep_standing",
		"after_rename": [
			"partner_relations.supplier_quality.publishing.after_supplier_rename",
			"partner_relations.supplier_quality.effects.after_supplier_rename",
		],
	},
}

# What follows in the app itself (other apps may hook in too): see the services that call these hooks

supplier_evaluations_published = ["partner_relations.supplier_quality.incentives.propose_for_evaluations"]
contract_breaches_detected = [
	"partner_relations.supplier_quality.breaches.propose_detected",
	"partner_relations.supplier_quality.incentives.propose_for_breaches",
]

customer_complaint_step_taken = ["partner_relations.customer_care.complaint_mails.after_step"]
customer_tiers_moved = ["partner_relations.customer_care.complaint_deadlines.follow_tier_moves"]
supplier_kpi_measures = ["partner_relations.customer_care.metrics.suppliers.SUPPLIER_COMPLAINT_RATE"]

# Mails that go out

make_email_body_message = ["partner_relations.customer_care.complaint_mails.mark_automatic"]

# User Permissions on parties

has_permission = {
	"Contract": "partner_relations.supplier_quality.party_permissions.has_permission",
	"Contract Amendment": "partner_relations.supplier_quality.party_permissions.amendment_has_permission",
	"Contract Breach": "partner_relations.supplier_quality.party_permissions.has_permission",
	"Contract Obligation Result": "partner_relations.supplier_quality.party_permissions.has_permission",
}
permission_query_conditions = {
	"Contract": "partner_relations.supplier_quality.party_permissions.contract_conditions",
	"Contract Amendment": "partner_relations.supplier_quality.party_permissions.amendment_conditions",
	"Contract Amendment Change": "partner_relations.supplier_quality.party_permissions.row_conditions",
	"Contract Breach": "partner_relations.supplier_quality.party_permissions.breach_conditions",
	"Contract Clause Entry": "partner_relations.supplier_quality.party_permissions.row_conditions",
	"Contract Fulfilment Checklist": "partner_relations.supplier_quality.party_permissions.row_conditions",
	"Contract Obligation": "partner_relations.supplier_quality.party_permissions.row_conditions",
	"Contract Obligation Result": "partner_relations.supplier_quality.party_permissions.result_conditions",
}

# The partner's own view on the website

has_website_permission = {
	"Supplier Evaluation": "partner_relations.supplier_quality.portal.has_website_permission",
	"Contract Breach": "partner_relations.supplier_quality.portal.has_website_permission_for_notice",
	"Supplier Reward Penalty": "partner_relations.supplier_quality.portal.has_website_permission_for_notice",
}
page_renderer = ["partner_relations.customer_care.answer_page.AnswerPage"]
website_route_rules = [
	{"from_route": "/complaints/new", "to_route": "complaint-filing", "defaults": {"page": "new"}},
	{"from_route": "/complaints/<path:name>", "to_route": "customer-complaint"},
	{
		"from_route": "/supplier-notices/breaches/<path:name>",
		"to_route": "supplier-notice",
		"defaults": {"doctype": "Contract Breach"},
	},
	{
		"from_route": "/supplier-notices/decisions/<path:name>",
		"to_route": "supplier-notice",
		"defaults": {"doctype": "Supplier Reward Penalty"},
	},
]
standard_portal_menu_items = [
	{
		"title": "Complaints",
		"route": "/complaints",
		"reference_doctype": "Customer Complaint",
		"role": "Customer",
	},
	{
		"title": "Supplier Evaluations",
		"route": "/supplier-evaluations",
		"reference_doctype": "Supplier Evaluation",
		"role": "Supplier",
	},
	{
		"title": "Notices and Decisions",
		"route": "/supplier-notices",
		"reference_doctype": "Supplier Reward Penalty",
		"role": "Supplier",
	},
]

# Print formats

jinja = {
	"methods": [
		"partner_relations.supplier_quality.contract_print.contract_letter",
		"partner_relations.supplier_quality.letters.breach_letter",
		"partner_relations.supplier_quality.letters.reward_penalty_letter",
		"partner_relations.customer_care.eight_d.eight_d_report",
	],
}

# Jobs

scheduler_events = {
	"cron": {
		"*/5 * * * *": ["partner_relations.customer_care.complaint_deadlines.check_due"],
		"*/10 * * * *": [
			"partner_relations.supplier_quality.runs.restart_stalled",
			"partner_relations.customer_care.tiering_runs.restart_stalled",
		],
	},
	"hourly": ["partner_relations.customer_care.complaint_mails.retry_unsent"],
	"daily_long": [
		"partner_relations.supplier_quality.restrictions.expire",
		"partner_relations.customer_care.tiers.expire_overrides",
		"partner_relations.customer_care.customer_answers.close_unanswered",
		"partner_relations.customer_care.resolution_effects.refresh_costs",
		"partner_relations.customer_care.investigation.remind",
		"partner_relations.customer_care.visits.plan_contacts",
		"partner_relations.customer_care.order_progress.retry_unsent",
		"partner_relations.supplier_quality.contract_terms.check_terms_daily",
		"partner_relations.supplier_quality.compliance.judge_due_obligations",
		"partner_relations.supplier_quality.reward_penalty.note_silence",
		"partner_relations.supplier_quality.effects.start_and_end_due",
		"partner_relations.supplier_quality.schedule.create_due_runs",
		"partner_relations.supplier_quality.evidence.find_changed_facts",
		"partner_relations.supplier_quality.notices.retry_unsent",
	],
}
