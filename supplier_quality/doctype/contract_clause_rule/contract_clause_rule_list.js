frappe.listview_settings["Contract Clause Rule"] = {
	add_fields: ["disabled", "has_minimum_value"],
	get_indicator({ disabled }) {
		return disabled
			? [__("Disabled"), "gray", "disabled,=,1"]
			: [__("Mandatory", null, "Contract Clause Rule"), "green", "disabled,=,0"];
	},
	formatters: {
		clause_type: (name) => partner_relations.clause_type(name),
		minimum_value: (value, _df, { has_minimum_value }) =>
			has_minimum_value ? partner_relations.number(value) : "",
	},
};
