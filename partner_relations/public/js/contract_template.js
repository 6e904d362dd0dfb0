frappe.ui.form.on("Contract Template", {
	setup(frm) {
		const { clause_type } = frappe.meta.docfield_map["Contract Template Clause"] || {};
		if (clause_type) clause_type.formatter = partner_relations.clause_type;
		frm.set_query("clause", "clauses", () => ({ filters: { status: "Approved" } }));
	},
});
