const SHOWN = ["Supplier Evaluation", "Contract Breach", "Supplier Reward Penalty"];

frappe.ui.form.on("Supplier", {
	async refresh(frm) {
		const field = frm.get_field("evaluation_overview");
		if (!field || frm.is_new() || !SHOWN.some((doctype) => frappe.model.can_read(doctype))) return;
		const supplier = frm.doc.name;
		const overview = await partner_relations.call("supplier_overview", { supplier });
		if (frm.doc.name !== supplier) return;
		if (frappe.model.can_create("Supplier Evaluation Run")) {
			frm.add_custom_button(
				__("Evaluate"),
				() => partner_relations.evaluate_supplier(supplier, overview.template),
				__("Supplier Quality")
			);
		}
		if (frappe.model.can_read("Supplier Evaluation")) {
			frm.add_custom_button(
				__("Evaluations"),
				() => frappe.set_route("List", "Supplier Evaluation", { supplier }),
				__("Supplier Quality")
			);
		}
		if (frappe.model.can_create("Supplier Reward Penalty")) {
			for (const [kind, label] of [
				["Penalty", __("New Penalty")],
				["Reward", __("New Reward")],
			]) {
				frm.add_custom_button(
					label,
					() => frappe.new_doc("Supplier Reward Penalty", { supplier, kind }),
					__("Supplier Quality")
				);
			}
		}
		partner_relations.show_supplier_dashboard(frm, overview);
		partner_relations.show_supplier_overview(frm, field.$wrapper, overview);
	},
});
