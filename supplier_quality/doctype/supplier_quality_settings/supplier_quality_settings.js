frappe.ui.form.on("Supplier Quality Settings", {
	setup(frm) {
		const of_company = (filters) => (_doc, doctype, name) => ({
			filters: { company: locals[doctype][name].company, is_group: 0, ...filters },
		});
		const account = of_company({ root_type: ["in", ["Income", "Expense"]], disabled: 0 });
		frm.set_query("penalty_account", "companies", account);
		frm.set_query("reward_account", "companies", account);
		frm.set_query("cost_center", "companies", of_company({ disabled: 0 }));
	},
});
