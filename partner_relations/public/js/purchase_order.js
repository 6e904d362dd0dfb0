frappe.ui.form.on("Purchase Order", {
	refresh: (frm) => partner_relations.show_order_contract(frm),
	supplier: (frm) => partner_relations.show_order_contract(frm),
	company: (frm) => partner_relations.show_order_contract(frm),
	transaction_date: (frm) => partner_relations.show_order_contract(frm),
	currency: (frm) => partner_relations.show_order_contract(frm),
	conversion_rate: (frm) => partner_relations.show_order_contract(frm),
});

frappe.ui.form.on("Purchase Order Item", {
	item_code: (frm) => partner_relations.show_order_contract(frm),
	qty: (frm) => partner_relations.show_order_contract(frm),
	rate: (frm) => partner_relations.show_order_contract(frm),
	conversion_factor: (frm) => partner_relations.show_order_contract(frm),
	items_remove: (frm) => partner_relations.show_order_contract(frm),
});
