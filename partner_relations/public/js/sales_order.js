frappe.ui.form.on("Sales Order", {
	refresh(frm) {
		partner_relations.show_complaint_of_document(frm);
		partner_relations.offer_complaint(frm);
	},
});
