frappe.listview_settings["Contract Clause"] = {
	add_fields: ["status", "is_starting_point", "language"],
	get_indicator({ status, is_starting_point }) {
		if (status === "Approved" && is_starting_point) {
			return [__("Starting Point"), "orange", "status,=,Approved|is_starting_point,=,1"];
		}
		const color = { Draft: "blue", Approved: "green", Retired: "gray" }[status];
		return [__(status, null, "Contract Clause"), color, `status,=,${status}`];
	},
	formatters: {
		clause_type: (name, _df, { language }) =>
			`<span class="text-muted">${partner_relations.escape(language)} ·</span>
			${partner_relations.clause_type(name)}`,
		version: (version) => (version ? cint(version) : ""),
	},
};
