frappe.ui.form.on("Customer Complaint", {
	setup(frm) {
		const { step, from_step } = frappe.meta.docfield_map["Customer Complaint Step"] || {};
		if (step)
			step.formatter = (name) => partner_relations.escape(partner_relations.step_taken_label(name));
		if (from_step) {
			from_step.formatter = (name) =>
				name ? partner_relations.escape(partner_relations.complaint_step_label(name)) : "";
		}
		frm.set_query("handler", () => ({
			query: "partner_relations.customer_care.api.complaints.handlers",
		}));
		frm.set_query("category", () => ({ filters: { is_group: 0, disabled: 0 } }));
		partner_relations.set_up_complaint_items(frm);
		partner_relations.set_up_investigation(frm);
		partner_relations.set_up_resolutions(frm);
		frm.set_query("contact", ({ customer }) => ({
			query: "frappe.contacts.doctype.contact.contact.contact_query",
			filters: customer ? { link_doctype: "Customer", link_name: customer } : {},
		}));
	},

	refresh(frm) {
		say_missing_right(frm);
		partner_relations.show_complaint_life(frm);
		partner_relations.offer_complaint_items(frm);
		partner_relations.show_complaint_trace(frm);
		partner_relations.show_investigation(frm);
		partner_relations.show_complaint_resolutions(frm);
	},

	// What such complaints usually are, until somebody says otherwise.
	async category(frm) {
		if (!frm.is_new() || !frm.doc.category) return;
		const { message } = await frappe.db.get_value(
			"Complaint Category",
			frm.doc.category,
			"default_severity"
		);
		if (message?.default_severity) frm.set_value("severity", message.default_severity);
	},
});

// The roles of customer care give no right to ERPNext's documents; its own refusal names no way out.
function say_missing_right(frm) {
	if (frappe.model.can_read("Customer")) return;
	const text = __(
		"You may not see customers, so you can pick neither a customer nor its documents here. Ask an administrator for the role {0}.",
		[__("Sales User")]
	);
	frm.set_intro(partner_relations.escape(text), "orange");
}
