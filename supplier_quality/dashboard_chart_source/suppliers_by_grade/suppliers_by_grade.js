frappe.provide("frappe.dashboards.chart_sources");

frappe.dashboards.chart_sources["Suppliers by Grade"] = {
	method: "partner_relations.supplier_quality.dashboard_chart_source.suppliers_by_grade.suppliers_by_grade.get",
	filters: [
		{
			fieldname: "company",
			label: __("Company"),
			fieldtype: "Link",
			options: "Company",
		},
	],
};
