let labels = {};

frappe.listview_settings["Supplier KPI"] = {
	formatters: {
		measure: (name) => partner_relations.escape(labels[name] || name),
	},
	async onload(listview) {
		labels = await partner_relations.measure_labels();
		listview.refresh();
	},
};
