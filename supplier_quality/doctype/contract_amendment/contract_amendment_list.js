frappe.listview_settings["Contract Amendment"] = {
	add_fields: ["status"],

	get_indicator({ status }) {
		const colors = { Draft: "orange", Confirmed: "green", Cancelled: "gray" };
		return [__(status, null, "Contract Amendment"), colors[status], `status,=,${status}`];
	},
};
