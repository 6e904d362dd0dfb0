frappe.listview_settings["Supplier Restriction"] = {
	add_fields: ["status", "action"],
	get_indicator({ status, action }) {
		if (status !== "Active") return [__(status), "gray", `status,=,${status}`];
		const color = action === "Prevent" ? "red" : "orange";
		return [__(action), color, `status,=,Active|action,=,${action}`];
	},
};
