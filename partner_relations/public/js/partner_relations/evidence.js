// The lines behind a number that was decided on, beside its totals then and today.

import { cards, empty_state, escape, form_link, measured, number } from "./display";

// Shows what common/evidence.py found: {columns, rows, stored, today, unit, hidden, truncated}, and `then`, the
// heading of the stored figures.
export function show_lines(found, title, then) {
	const dialog = new frappe.ui.Dialog({
		title,
		size: "extra-large",
		fields: [{ fieldname: "lines", fieldtype: "HTML" }],
	});
	dialog.get_field("lines").$wrapper.html(evidence_html(found, then));
	dialog.show();
}

function evidence_html(found, then) {
	// What is no rate has 1 below the line: it says nothing.
	const sum = ({ numerator, denominator, value }) =>
		flt(denominator) === 1 && flt(value) === flt(numerator)
			? ""
			: escape(__("{0} of {1}", [number(numerator, 4), number(denominator, 4)]));
	const changed =
		flt(found.stored.numerator, 8) !== flt(found.today.numerator, 8) ||
		flt(found.stored.denominator, 8) !== flt(found.today.denominator, 8);
	const shown = cards([
		{
			label: then,
			value: measured(found.stored.value, found.unit),
			hint: sum(found.stored),
		},
		{
			label: __("Today", null, "KPI Evidence"),
			value: measured(found.today.value, found.unit),
			hint: sum(found.today),
			color: changed ? "orange" : "green",
		},
		{
			label: __("Facts"),
			value: number(found.today.sample_size, 0),
			hint: changed ? __("changed since then") : __("unchanged since then"),
		},
	]);
	const notes = [];
	if (found.hidden)
		notes.push(
			__(
				"{0} lines belong to documents that you may not read. They are counted in the totals, but not shown.",
				[found.hidden]
			)
		);
	if (found.truncated)
		notes.push(
			__(
				"There are more lines than can be shown; these are the first {0}. The totals hold all of them.",
				[found.rows.length]
			)
		);
	const head = found.columns.map(({ label }) => `<th>${escape(label)}</th>`).join("");
	const body = found.rows
		.map(
			(row) =>
				`<tr>${found.columns.map((column) => `<td>${cell_html(column, row)}</td>`).join("")}</tr>`
		)
		.join("");
	const table = found.rows.length
		? `<div class="pr-scroll"><table class="table pr-table"><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`
		: empty_state(__("There are no lines to show."));
	return `${shown}${notes.map((note) => `<p class="text-muted">${escape(note)}</p>`).join("")}${table}`;
}

function cell_html({ fieldname, fieldtype, options }, row) {
	const value = row[fieldname];
	if (value === null || value === undefined || value === "") return "";
	if (fieldtype === "Link") return form_link(options, value);
	if (fieldtype === "Dynamic Link") return form_link(row[options], value);
	if (fieldtype === "Date")
		return `<span class="text-nowrap">${escape(frappe.datetime.str_to_user(value))}</span>`;
	if (["Float", "Int", "Currency"].includes(fieldtype)) return number(value, 4);
	return escape(["document_type", "reference_type", "result"].includes(fieldname) ? __(value) : value);
}
