// "Try It" on a template: what the last period would give, with nothing saved.

import { criteria_table } from "./criteria";
import { badge, cards, change, color_class, empty_state, escape, number } from "./display";
import { call, fill_period } from "./server";

const FIRST_ROWS = 100;

export function try_template(frm) {
	const saved = frm.is_new() ? null : frm.doc.name;
	const company = frm.doc.companies?.[0]?.company || frappe.defaults.get_user_default("Company");
	const dialog = new frappe.ui.Dialog({
		title: __("Try {0}", [escape(__(frm.doc.template_name) || __("New template"))]),
		size: "extra-large",
		fields: [
			{
				fieldname: "company",
				fieldtype: "Link",
				options: "Company",
				label: __("Company"),
				reqd: 1,
				default: company,
				onchange: () => fill_period(dialog, saved, dialog.get_value("company")),
			},
			{ fieldtype: "Column Break" },
			{
				fieldname: "supplier",
				fieldtype: "Link",
				options: "Supplier",
				label: __("Supplier"),
				placeholder: __("All suppliers"),
			},
			{ fieldtype: "Column Break" },
			{ fieldname: "from_date", fieldtype: "Date", label: __("From"), placeholder: __("Last period") },
			{ fieldtype: "Column Break" },
			{ fieldname: "to_date", fieldtype: "Date", label: __("To"), placeholder: __("Last period") },
			{ fieldtype: "Section Break" },
			{ fieldname: "result", fieldtype: "HTML" },
		],
		primary_action_label: __("Try It"),
		async primary_action({ company, supplier, from_date, to_date }) {
			const args = { template: JSON.stringify(frm.doc), company, supplier, from_date, to_date };
			const result = await call("try_template", args, __("Reading the facts"));
			show_result(dialog.get_field("result").$wrapper, result);
		},
	});
	dialog
		.get_field("result")
		.$wrapper.html(
			empty_state(
				__(
					"Shows the scores that this template, as it stands in the form, would give. Nothing is saved."
				)
			)
		);
	dialog.show();
	fill_period(dialog, saved, company);
}

function show_result(parent, result) {
	const { rows } = result;
	const numbered = rows.map((row, index) => ({ ...row, index }));
	parent.html(summary(result) + failures_html(result.failures));
	if (rows.length) parent.append(table_html(numbered.slice(0, FIRST_ROWS)));
	if (rows.length > FIRST_ROWS) {
		$(`<button class="btn btn-default btn-sm">${__("Show all {0} suppliers", [rows.length])}</button>`)
			.appendTo(parent)
			.on("click", (event) => {
				parent.find(".pr-tried > tbody").append(numbered.slice(FIRST_ROWS).map(row_html).join(""));
				event.currentTarget.remove();
			});
	}
	parent.off("click").on("click", ".pr-expand", (event) => {
		const button = $(event.currentTarget);
		const open = button.attr("aria-expanded") !== "true";
		const detail = button.closest("tr").next();
		button.attr("aria-expanded", open);
		detail.toggleClass("hidden", !open);
		if (open) detail.find("td").html(criteria_table(rows[button.data("index")].criteria));
	});
}

// The period, how many suppliers came out, and how their grades are spread.
function summary(result) {
	const { rows, skipped_without_facts: without_facts } = result;
	const compared = rows.filter((row) => row.change !== null);
	const moved = compared.filter((row) => row.grade !== row.published_grade);
	return cards([
		{ label: __("Period", null, "Supplier Evaluation"), value: escape(result.period_label) },
		{
			label: __("Suppliers"),
			value: number(rows.length),
			hint: escape(without_facts ? __("Left out for lack of facts: {0}", [without_facts]) : ""),
		},
		{
			label: __("Other Grade Than Published"),
			value: compared.length ? number(moved.length) : "–",
			hint: escape(
				compared.length
					? __("of {0} with a published evaluation", [compared.length])
					: __("Nothing is published for this period yet.")
			),
		},
	]).concat(rows.length ? spread_html(rows) : empty_state(__("No supplier has facts in this period.")));
}

function spread_html(rows) {
	const counts = new Map();
	for (const row of rows) {
		const entry = counts.get(row.grade) || { row, count: 0 };
		entry.count += 1;
		counts.set(row.grade, entry);
	}
	const parts = [...counts.values()].map(
		({ row, count }) => `<span class="${color_class(row.grade_color)}" style="flex-grow: ${count}">
			${escape(row.grade || __("Not Rated"))} <small>${number(count)}</small>
		</span>`
	);
	return `<div class="pr-bands">${parts.join("")}</div>`;
}

function failures_html(failures) {
	if (!failures?.length) return "";
	const rows = failures.map((row) => `<li>${escape(row.supplier)}: ${escape(row.reason)}</li>`);
	return `<div class="pr-alert">${__("These suppliers could not be scored:")}<ul>${rows.join(
		""
	)}</ul></div>`;
}

function table_html(rows) {
	return `<div class="pr-scroll"><table class="table pr-table pr-tried">
		<thead><tr>
			<th>${__("Supplier")}</th>
			<th class="pr-figure">${__("Score", null, "Supplier Evaluation")}</th>
			<th>${__("Grade", null, "Supplier Evaluation")}</th>
			<th class="pr-figure">${__("Published", null, "Supplier Evaluation")}</th>
			<th class="pr-figure">${__("Change")}</th>
			<th class="pr-figure">${__("Coverage")}</th>
		</tr></thead>
		<tbody>${rows.map(row_html).join("")}</tbody>
	</table></div>`;
}

function row_html(row) {
	const dash = `<span class="text-muted">–</span>`;
	const published =
		row.published_score === null ? dash : `${number(row.published_score)} ${escape(row.published_grade)}`;
	return `<tr>
		<td>
			<button type="button" class="btn btn-link pr-expand" aria-expanded="false" data-index="${row.index}">
				${escape(row.supplier_name || row.supplier)}
			</button>
		</td>
		<td class="pr-figure">${row.score === null ? dash : number(row.score)}</td>
		<td>${badge(row.grade, row.grade_color)} <span class="text-muted small">${escape(row.reason)}</span></td>
		<td class="pr-figure">${published}</td>
		<td class="pr-figure">${row.change === null ? dash : change(row.change)}</td>
		<td class="pr-figure">${number(row.coverage, 0)} %</td>
	</tr>
	<tr class="hidden"><td colspan="6"></td></tr>`;
}
