frappe.ui.form.on("Warranty Claim", {
	refresh(frm) {
		partner_relations.show_complaint_of_document(frm);
	},
});
