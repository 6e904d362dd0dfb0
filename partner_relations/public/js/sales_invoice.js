frappe.ui.form.on("Sales Invoice", {
	refresh(frm) {
		partner_relations.show_complaint_of_document(frm);
		partner_relations.offer_complaint(frm);
	},
});
