frappe.ui.form.on("Customer", {
	refresh: (frm) => partner_relations.show_customer_tier(frm),
});
