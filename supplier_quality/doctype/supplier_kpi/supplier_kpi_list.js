let labels = {};

frappe.listview_settings["Supplier KPI"] = {
	formatters: {
		kpi_name: (name) => partner_relations.escape(__(name)),
		measure: (name) => partner_relations.escape(labels[name] || name),
	},
	async onload(listview) {
		labels = await partner_relations.measure_labels();
		listview.refresh();
	},
};
