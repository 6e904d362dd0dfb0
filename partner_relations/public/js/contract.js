frappe.ui.form.on("Contract", {
	setup(frm) {
		const { clause_type } = frappe.meta.docfield_map["Contract Clause Entry"] || {};
		if (clause_type) clause_type.formatter = partner_relations.clause_type;
		const { target } = frappe.meta.docfield_map["Contract Obligation"] || {};
		// A dated deliverable has none: a zero there would look like one.
		if (target)
			target.formatter = (value, _df, _options, { kpi }) =>
				kpi ? partner_relations.number(value) : "";
	},

	refresh(frm) {
		// The print view begins with the language of the document, which it looks for by this name.
		frm.doc.language = frm.doc.contract_language;
		partner_relations.show_contract_life(frm);
		partner_relations.show_contract_clauses(frm);
		partner_relations.show_contract_obligations(frm);
	},

	contract_template: (frm) => partner_relations.take_template_clauses(frm),
});

frappe.ui.form.on("Contract Clause Entry", {
	clause: (frm, cdt, cdn) => partner_relations.take_clause(frm, cdt, cdn),
	clauses_add: (frm) => partner_relations.count_clauses(frm),
	clauses_remove: (frm) => partner_relations.count_clauses(frm),
});
