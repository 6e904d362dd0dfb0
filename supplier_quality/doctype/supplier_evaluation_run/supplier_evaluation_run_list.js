frappe.listview_settings["Supplier Evaluation Run"] = {
	add_fields: ["status"],
	get_indicator({ status }) {
		const color = {
			Queued: "yellow",
			Running: "blue",
			Completed: "green",
			"Completed with Failures": "orange",
			Failed: "red",
		}[status];
		return [__(status, null, "Supplier Evaluation Run"), color || "gray", `status,=,${status}`];
	},
};
