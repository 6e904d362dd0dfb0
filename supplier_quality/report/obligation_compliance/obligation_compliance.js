(() => {
	// From red over yellow to green, light enough for dark letters.
	const heat = (percent) => `hsl(${Math.round(1.2 * percent)} 70% ${80 - Math.abs(percent - 50) / 10}%)`;

	frappe.query_reports["Obligation Compliance"] = {
		filters: [
			{
				fieldname: "company",
				label: __("Company"),
				fieldtype: "Link",
				options: "Company",
				default: frappe.defaults.get_user_default("Company"),
			},
			{
				fieldname: "from_date",
				label: __("Window Ends From"),
				fieldtype: "Date",
				default: frappe.datetime.add_months(frappe.datetime.month_start(), -11),
				reqd: 1,
			},
			{
				fieldname: "to_date",
				label: __("Window Ends Until"),
				fieldtype: "Date",
				default: frappe.datetime.get_today(),
				reqd: 1,
			},
			{
				fieldname: "supplier_group",
				label: __("Supplier Group"),
				fieldtype: "Link",
				options: "Supplier Group",
			},
			{
				fieldname: "party_type",
				label: __("Party Type"),
				fieldtype: "Select",
				options: [
					{ value: "", label: "" },
					{ value: "Supplier", label: __("Supplier") },
					{ value: "Customer", label: __("Customer") },
				],
				on_change: () => frappe.query_report.set_filter_value("party", ""),
			},
			{
				fieldname: "party",
				label: __("Partner"),
				fieldtype: "Dynamic Link",
				get_options: () => frappe.query_report.get_filter_value("party_type") || "Supplier",
			},
			{
				fieldname: "owed_by",
				label: __("Owed By"),
				fieldtype: "Select",
				options: [
					{ value: "Partner", label: __("Owed by the partner") },
					{ value: "Us", label: __("Owed by us") },
				],
				default: "Partner",
			},
			{ fieldname: "contract", label: __("Contract"), fieldtype: "Link", options: "Contract" },
			{ fieldname: "kpi", label: __("KPI"), fieldtype: "Link", options: "Supplier KPI" },
		],

		formatter(value, row, column, data, default_formatter) {
			if (!data) return default_formatter(value, row, column, data);
			const name = column.fieldname;
			if (name === "all" || /^m\d{4}_\d{2}$/.test(name)) return cell(name, value, data);
			if (name === "open_breaches") {
				if (!value) return "";
				return `<span class="indicator-pill red">${cint(value)}</span>`;
			}
			return default_formatter(value, row, column, data);
		},
	};

	// "3/4" in the colour of its share; the title says it in words.
	function cell(name, value, data) {
		const [kept, judged, unmeasured] = ["kept", "judged", "unmeasured"].map((part) =>
			cint(data[`${name}_${part}`])
		);
		if (!judged) {
			if (!unmeasured) return "";
			return `<span class="text-muted" title="${__("Not Measured", null, "Contract Obligation Result")}">–</span>`;
		}
		const title = frappe.utils.escape_html(__("{0} of {1} windows kept", [kept, judged]));
		const text = name === "all" ? `${format_number(value, null, 1)} %` : `${kept}/${judged}`;
		return `<span class="pr-heat" style="--pr-heat: ${heat(flt(value))}" title="${title}">${text}</span>`;
	}
})();
