// What the reports on complaints share: their filters, and numbers that open the complaints behind them.

import { escape, form_link, page_link } from "./display";

const CONTEXT = "Customer Complaint";
const SEVERITIES = ["Low", "Medium", "High", "Critical"];

// Filters by name, so that a report lists those that it has.
const FILTERS = {
	company: () => ({
		label: __("Company"),
		fieldtype: "Link",
		options: "Company",
		default: frappe.defaults.get_user_default("Company"),
	}),
	from_date: () => ({
		label: __("Received From", null, "Customer Complaint"),
		fieldtype: "Date",
		default: frappe.datetime.add_months(frappe.datetime.month_start(), -11),
		reqd: 1,
	}),
	to_date: () => ({
		label: __("Received Until"),
		fieldtype: "Date",
		default: frappe.datetime.get_today(),
		reqd: 1,
	}),
	customer: () => ({ label: __("Customer"), fieldtype: "Link", options: "Customer" }),
	customer_group: () => ({ label: __("Customer Group"), fieldtype: "Link", options: "Customer Group" }),
	item_group: () => ({ label: __("Item Group"), fieldtype: "Link", options: "Item Group" }),
	customer_tier: () => ({ label: __("Tier"), fieldtype: "Link", options: "Customer Tier" }),
	handler: () => ({ label: __("Handled By"), fieldtype: "Link", options: "User" }),
	supplier: () => ({ label: __("Responsible Supplier"), fieldtype: "Link", options: "Supplier" }),
	category: () => ({ label: __("Category"), fieldtype: "Link", options: "Complaint Category" }),
	severity: () => ({
		label: __("Severity"),
		fieldtype: "Select",
		options: [
			{ value: "", label: "" },
			...SEVERITIES.map((value) => ({ value, label: __(value, null, CONTEXT) })),
		],
	}),
	include_rejected: () => ({ label: __("Rejected Ones Too"), fieldtype: "Check" }),
};

const BY = {
	Category: () => __("Category"),
	"Main Category": () => __("Main Category"),
	Item: () => __("Item"),
	Cause: () => __("Cause"),
	Supplier: () => __("Supplier"),
	Tier: () => __("Tier"),
	Severity: () => __("Severity"),
	Handler: () => __("Handled By"),
	Month: () => __("Month"),
	"Customer Group": () => __("Customer Group"),
	"Item Group": () => __("Item Group"),
	Customer: () => __("Customer"),
	Kind: () => __("Kind", null, "Customer Complaint"),
	Document: () => __("Document", null, "Customer Complaint"),
};

// What a report groups complaints by; the first is the default.
export function grouped_by(...ways) {
	return {
		fieldname: "by",
		label: __("By", null, "Customer Complaint"),
		fieldtype: "Select",
		options: ways.map((value) => ({ value, label: BY[value]() })),
		default: ways[0],
	};
}

// The filters of these names; an object is a filter of the report's own.
export function complaint_filters(...wanted) {
	return wanted.map((entry) =>
		typeof entry === "string" ? { fieldname: entry, ...FILTERS[entry]() } : entry
	);
}

// A number that opens the list of complaints behind it; `behind` are the list's filters as the server wrote them.
export function behind_link(text, behind) {
	return behind ? page_link(["customer-complaint"], behind, text) : escape(text);
}

// A cell of these reports: the group as a link to its form, the number of complaints as one to the list.
export function complaint_cell(value, row, column, data, default_formatter) {
	if (!data) return default_formatter(value, row, column, data);
	const name = column.fieldname;
	if (name === "group") {
		if (data.is_total) return `<b>${escape(value)}</b>`;
		return data.group_doctype ? form_link(data.group_doctype, value) : escape(value);
	}
	if (value === null || value === undefined) return "";
	if (name === "complaints" && value) {
		const link = behind_link(value, data.behind);
		return `<div class="text-right">${data.is_total ? `<b>${link}</b>` : link}</div>`;
	}
	const text = default_formatter(value, row, column, data);
	return data.is_total ? `<b>${text}</b>` : text;
}
