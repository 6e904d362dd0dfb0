frappe.listview_settings["Supplier Incentive Rule"] = {
	add_fields: ["enabled", "kind", "measure"],
	hide_name_column: true,
	formatters: {
		rule_name: (name) => partner_relations.escape(__(name)),
	},
	get_indicator({ enabled }) {
		return enabled
			? [__("On", null, "Supplier Incentive Rule"), "green", "enabled,=,1"]
			: [__("Off", null, "Supplier Incentive Rule"), "gray", "enabled,=,0"];
	},
};
