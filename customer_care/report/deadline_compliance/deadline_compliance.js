(() => {
	const CONTEXT = "Customer Complaint";
	// From red over yellow to green, light enough for dark letters.
	const heat = (percent) => `hsl(${Math.round(1.2 * percent)} 70% ${80 - Math.abs(percent - 50) / 10}%)`;

	frappe.query_reports["Deadline Compliance"] = {
		filters: partner_relations.complaint_filters(
			"company",
			"from_date",
			"to_date",
			partner_relations.grouped_by("Tier", "Severity", "Handler"),
			{
				fieldname: "deadline",
				label: __("Months Show"),
				fieldtype: "Select",
				options: ["Acknowledge", "Respond", "Resolve"].map((value) => ({
					value,
					label: __(value, null, CONTEXT),
				})),
				default: "Resolve",
			},
			"customer",
			"customer_tier",
			"severity",
			"handler",
			"category",
			"include_rejected"
		),

		formatter(value, row, column, data, default_formatter) {
			const name = data && column.fieldname;
			if (["acknowledge", "respond", "resolve"].includes(name)) return cell(name, value, data, true);
			if (/^m\d{4}_\d{2}$/.test(name)) return cell(name, value, data, false);
			return partner_relations.complaint_cell(value, row, column, data, default_formatter);
		},
	};

	// "3/4" in the colour of its share, or the share itself; the title says it in words.
	function cell(name, value, data, as_share) {
		const [met, judged, pending] = ["met", "judged", "pending"].map((part) =>
			cint(data[`${name}_${part}`])
		);
		if (!judged) {
			if (!pending) return "";
			return `<span class="text-muted" title="${__("Still Running")}">…</span>`;
		}
		const title = partner_relations.escape(__("{0} of {1} in time", [met, judged]));
		const text = as_share ? `${format_number(value, null, 1)} %` : `${met}/${judged}`;
		const link = partner_relations.behind_link(text, data[`${name}_behind`]);
		return `<span class="pr-heat" style="--pr-heat: ${heat(flt(value))}" title="${title}">${link}</span>`;
	}
})();
