frappe.listview_settings["Customer Tiering Run"] = {
	add_fields: ["status"],
	get_indicator({ status }) {
		const color = {
			Queued: "yellow",
			Running: "blue",
			Completed: "green",
			"Completed with Failures": "orange",
			Failed: "red",
		}[status];
		return [__(status, null, "Customer Tiering Run"), color || "gray", `status,=,${status}`];
	},
};
