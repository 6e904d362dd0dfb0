// A complaint that begins at a sales document: who sells hears of it first, or the goods come back.

const COMPLAINT = "Customer Complaint";
const LINE_FIELDS = ["item_code", "item_name", "uom"];

// For `refresh` of a submitted order, delivery or invoice.
export function offer_complaint(frm) {
	if (frm.doc.docstatus !== 1 || !frappe.model.can_create(COMPLAINT)) return;
	frm.add_custom_button(__("Customer Complaint"), () => begin(frm.doc), __("Create"));
}

// The complaint, not saved yet: about this document, or what is returned of the one before.
async function begin(doc) {
	await frappe.model.with_doctype(COMPLAINT);
	const complaint = frappe.model.get_new_doc(COMPLAINT);
	Object.assign(complaint, {
		customer: doc.customer,
		company: doc.company,
		channel: doc.is_return ? "Return" : "Sales",
	});
	const about = { document_type: doc.doctype, document_name: doc.return_against || doc.name };
	const lines = doc.is_return ? doc.items.filter(({ qty }) => qty < 0) : [];
	for (const line of lines.length ? lines : [{}]) {
		const row = frappe.model.add_child(complaint, `${COMPLAINT} Item`, "items");
		Object.assign(row, about);
		for (const field of LINE_FIELDS) if (line[field]) row[field] = line[field];
		if (line.qty) row.qty = Math.abs(line.qty);
	}
	frappe.set_route("Form", COMPLAINT, complaint.name);
}
