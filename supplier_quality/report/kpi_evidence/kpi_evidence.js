(() => {
	/** The KPIs of an evaluation; loads it the first time. */
	const kpis_of = (evaluation) =>
		evaluation
			? frappe.model
					.with_doc("Supplier Evaluation", evaluation)
					.then(() => frappe.get_doc("Supplier Evaluation", evaluation))
					.then((doc) => ((doc && doc.criteria) || []).map((row) => row.kpi))
			: Promise.resolve([]);

	frappe.query_reports["KPI Evidence"] = {
		filters: [
			{
				fieldname: "evaluation",
				label: __("Evaluation"),
				fieldtype: "Link",
				options: "Supplier Evaluation",
				reqd: 1,
				on_change(report) {
					const evaluation = report.get_filter_value("evaluation");
					const kpi = report.get_filter_value("kpi");
					kpis_of(evaluation).then((kpis) => {
						if (kpi && !kpis.includes(kpi)) report.set_filter_value("kpi", "");
						// Without a KPI, one is about to come from the address, or people choose one.
						else if (kpi) report.refresh();
					});
				},
			},
			{
				fieldname: "kpi",
				label: __("KPI"),
				fieldtype: "Link",
				options: "Supplier KPI",
				reqd: 1,
				only_select: true,
				get_query() {
					const evaluation = frappe.query_report.get_filter_value("evaluation");
					const doc = evaluation && locals["Supplier Evaluation"]?.[evaluation];
					const kpis = ((doc && doc.criteria) || []).map((row) => row.kpi);
					return { filters: { name: ["in", kpis.length ? kpis : [""]] } };
				},
			},
		],

		onload(report) {
			kpis_of(report.get_filter_value("evaluation"));
			report.page.add_inner_button(__("Evaluation"), () => {
				const evaluation = report.get_filter_value("evaluation");
				if (evaluation) frappe.set_route("Form", "Supplier Evaluation", evaluation);
			});
		},

		formatter(value, row, column, data, default_formatter) {
			if (value == null || value === "") return "";
			if (["document_type", "reference_type", "result"].includes(column.fieldname)) return __(value);
			// Frappe shows plain text as HTML; what people typed must not run.
			if (column.fieldtype === "Data") value = frappe.utils.escape_html(value);
			const text = default_formatter(value, row, column, data);
			if (column.fieldname === "days_late" && value > 0)
				return `<span class="text-danger">${text}</span>`;
			return text;
		},
	};
})();
