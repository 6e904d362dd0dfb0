frappe.provide("frappe.dashboards.chart_sources");

frappe.dashboards.chart_sources["Obligations Kept by Month"] = {
	method: "partner_relations.supplier_quality.dashboard_chart_source.obligations_kept_by_month.obligations_kept_by_month.get",
	filters: [
		{
			fieldname: "company",
			label: __("Company"),
			fieldtype: "Link",
			options: "Company",
		},
	],
};
