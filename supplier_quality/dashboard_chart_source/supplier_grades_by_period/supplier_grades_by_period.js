frappe.provide("frappe.dashboards.chart_sources");

frappe.dashboards.chart_sources["Supplier Grades by Period"] = {
	method: "partner_relations.supplier_quality.dashboard_chart_source.supplier_grades_by_period.supplier_grades_by_period.get",
	filters: [
		{
			fieldname: "company",
			label: __("Company"),
			fieldtype: "Link",
			options: "Company",
		},
	],
};
