frappe.query_reports["Supplier Ranking"] = {
	filters: [
		{
			fieldname: "company",
			label: __("Company"),
			fieldtype: "Link",
			options: "Company",
			default: frappe.defaults.get_user_default("Company"),
		},
		{
			fieldname: "standing",
			label: __("Standing"),
			fieldtype: "Select",
			options: [
				{ value: "Current standing", label: __("Current standing") },
				{ value: "In a period", label: __("In a period") },
			],
			default: "Current standing",
		},
		{
			fieldname: "from_date",
			label: __("Period Ends From"),
			fieldtype: "Date",
			default: frappe.datetime.add_months(frappe.datetime.get_today(), -12),
			depends_on: "eval:doc.standing == 'In a period'",
			mandatory_depends_on: "eval:doc.standing == 'In a period'",
		},
		{
			fieldname: "to_date",
			label: __("Period Ends Until"),
			fieldtype: "Date",
			default: frappe.datetime.get_today(),
			depends_on: "eval:doc.standing == 'In a period'",
			mandatory_depends_on: "eval:doc.standing == 'In a period'",
		},
		{
			fieldname: "template",
			label: __("Template"),
			fieldtype: "Link",
			options: "Supplier Evaluation Template",
		},
		{
			fieldname: "supplier_group",
			label: __("Supplier Group"),
			fieldtype: "Link",
			options: "Supplier Group",
		},
		{
			fieldname: "grade",
			label: __("Grade", null, "Supplier Evaluation"),
			fieldtype: "MultiSelectList",
			// The grades in use, as far as the user may see them.
			get_data: (text) =>
				frappe.db
					.get_list("Supplier Evaluation", {
						fields: ["grade"],
						filters: { docstatus: 1, has_score: 1, grade: ["like", `%${text || ""}%`] },
						group_by: "grade",
						order_by: "grade asc",
						limit: 50,
					})
					.then((rows) => rows.map((row) => ({ value: row.grade, description: "" }))),
		},
	],

	formatter(value, row, column, data, default_formatter) {
		if (!data) return default_formatter(value, row, column, data);
		if (column.fieldname === "grade") {
			const text = data.grade || __("Not Rated");
			const color = frappe.utils.escape_html(data.grade_color || "gray");
			return `<span class="indicator-pill ${color}">${frappe.utils.escape_html(text)}</span>`;
		}
		if (["rank", "score", "change"].includes(column.fieldname) && value == null) return "";
		if (column.fieldname === "coverage") {
			return `<div style="text-align: right">${format_number(value, null, 1)} %</div>`;
		}
		if (column.fieldname === "change") {
			const color = value > 0 ? "text-success" : value < 0 ? "text-danger" : "text-muted";
			const sign = value > 0 ? "+" : value < 0 ? "−" : "";
			const size = format_number(Math.abs(value), null, 2);
			return `<div class="${color}" style="text-align: right">${sign}${size}</div>`;
		}
		// Frappe shows plain text as HTML; what people typed must not run.
		if (column.fieldtype === "Data") value = frappe.utils.escape_html(value);
		const text = default_formatter(value, row, column, data);
		if (column.fieldname === "trend") {
			const arrows = { Up: "↑", Down: "↓", Steady: "→" };
			const colors = { Up: "text-success", Down: "text-danger" };
			return `<span class="${colors[value] || "text-muted"}">${arrows[value] || ""} ${__(value || "", null, "Supplier Evaluation")}</span>`;
		}
		if (column.fieldname === "restrictions" && value) {
			return `<span class="indicator-pill ${data.prevented ? "red" : "orange"}">${text}</span>`;
		}
		return text;
	},
};
