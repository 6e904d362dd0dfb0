frappe.listview_settings["Customer Tiering Policy"] = {
	add_fields: ["disabled", "method"],
	get_indicator({ disabled, method }) {
		if (disabled) return [__("Disabled"), "gray", "disabled,=,1"];
		return [__(method), "blue", `method,=,${method}`];
	},
};
