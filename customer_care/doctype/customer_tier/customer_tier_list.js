frappe.listview_settings["Customer Tier"] = {
	add_fields: ["color", "disabled", "is_default"],
	hide_name_column: true,

	get_indicator({ color, disabled, is_default }) {
		if (disabled) return [__("Disabled"), "gray", "disabled,=,1"];
		return is_default
			? [__("For New Customers"), color.toLowerCase(), "is_default,=,1"]
			: [__("Enabled"), color.toLowerCase(), "disabled,=,0"];
	},
};
