frappe.ui.form.on("Customer Care Settings", {
	setup(frm) {
		frm.set_query("default_handler", () => ({
			query: "partner_relations.customer_care.api.complaints.handlers",
		}));
		frm.set_query("allowance_account", "companies", (_doc, doctype, name) => {
			const { company } = locals[doctype][name];
			return {
				filters: {
					company,
					is_group: 0,
					disabled: 0,
					root_type: ["in", ["Income", "Expense"]],
				},
			};
		});
		frm.set_query("cost_center", "companies", (_doc, doctype, name) => {
			const { company } = locals[doctype][name];
			return { filters: { company, is_group: 0, disabled: 0 } };
		});
		frm.set_query("allowance_item", "companies", () => ({
			filters: { is_stock_item: 0, is_fixed_asset: 0, is_sales_item: 1, has_variants: 0, disabled: 0 },
		}));
	},
});

frappe.ui.form.on("Customer Care Company Setting", {
	// They belong to the company that stood there before.
	company(frm, doctype, name) {
		frappe.model.set_value(doctype, name, { allowance_account: null, cost_center: null });
	},
});
