frappe.listview_settings["Supplier Restriction"] = {
	add_fields: ["status", "action"],
	get_indicator({ status, action }) {
		if (status !== "Active")
			return [__(status, null, "Supplier Restriction"), "gray", `status,=,${status}`];
		const color = action === "Prevent" ? "red" : "orange";
		return [__(action, null, "Supplier Restriction"), color, `status,=,Active|action,=,${action}`];
	},
};
