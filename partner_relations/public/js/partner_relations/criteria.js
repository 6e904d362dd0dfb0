// The table of criteria of an evaluation, whether stored or only tried.

import { bar, change, escape, measured, number } from "./display";

// `rows` are {kpi, unit, value, rating, weight, points, sample_size, knocked_out, note} with null for what there
// isn't; with `compared` also change, with `linked` also link (HTML, trusted). `heading` is that of the first column; without
// `weighed` only values are shown.
// Words such as "Weight" have another meaning elsewhere in the ERP, so they are translated in context.
export function criteria_table(
	rows,
	{ compared = false, linked = false, weighed = true, heading = __("Criterion") } = {}
) {
	const columns = [
		{ label: heading, cell: name_html, css_class: "pr-name" },
		{
			label: __("Value", null, "Supplier Evaluation Criterion"),
			cell: (row) => measured(row.value, row.unit),
			css_class: "pr-figure",
		},
	];
	if (weighed)
		columns.push(
			{
				label: __("Rating", null, "Supplier Evaluation Criterion"),
				cell: rating_html,
				css_class: "pr-rating",
			},
			{
				label: __("Weight", null, "Supplier Evaluation Criterion"),
				cell: (row) => `${number(row.weight)} %`,
				css_class: "pr-figure",
			},
			{
				label: __("Points", null, "Supplier Evaluation Criterion"),
				cell: (row) => figure(row.points),
				css_class: "pr-figure",
			}
		);
	if (compared)
		columns.push({
			label: __("Change", null, "Supplier Evaluation Criterion"),
			cell: change_html,
			css_class: "pr-figure",
		});
	columns.push({ label: __("Facts"), cell: (row) => number(row.sample_size, 0), css_class: "pr-figure" });
	if (linked) columns.push({ label: "", cell: (row) => row.link, css_class: "pr-figure" });
	const head = columns.map(({ label, css_class }) => `<th class="${css_class}">${label}</th>`).join("");
	const body = rows.map((row) => `<tr>${columns.map((column) => cell_html(column, row)).join("")}</tr>`);
	return `<table class="table pr-table pr-criteria">
		<thead><tr>${head}</tr></thead>
		<tbody>${body.join("")}</tbody>
	</table>`;
}

// The label stands before the figure where a narrow screen shows each criterion as a block.
function cell_html({ label, cell, css_class }, row) {
	return `<td class="${css_class}" data-label="${label}">${cell(row)}</td>`;
}

function name_html(row) {
	const mark = row.knocked_out ? `<span class="indicator-pill red">${__("Knock-Out")}</span>` : "";
	return `${escape(__(row.kpi))} ${mark}`;
}

function rating_html(row) {
	const note = row.note ? `<span class="text-muted small">${escape(row.note)}</span>` : "";
	if (row.rating === null) return note || figure(null);
	const color = row.knocked_out ? "red" : rating_color(row.rating);
	return `${bar(row.rating, color)}<span class="pr-rating-figure">${number(row.rating, 1)}</span> ${note}`;
}

function change_html(row) {
	return row.change === null ? figure(null) : change(row.change);
}

function figure(value) {
	return value === null ? `<span class="text-muted">–</span>` : number(value);
}

// The colour that a rating alone suggests. Grades have colours of their own; ratings of criteria don't.
function rating_color(rating) {
	if (rating >= 85) return "green";
	if (rating >= 70) return "blue";
	return rating >= 50 ? "orange" : "red";
}
