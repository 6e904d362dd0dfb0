// What a contract says as of a day, in a dialog: its text with the amendments that made it, and its print.

import { difference_html } from "./contract_clauses";
import { promise_html } from "./contract_obligations";
import { cards, empty_state, escape, form_link } from "./display";
import { call } from "./server";

const AMENDMENT = "Contract Amendment";
const PRINT_FORMAT = "Contract with Clauses";

// Opens the dialog with the text of today; another day shows another text.
export function show_contract_text(frm) {
	const contract = frm.doc.name;
	const dialog = new frappe.ui.Dialog({
		title: __("Text as of a Day"),
		size: "extra-large",
		fields: [
			{
				fieldname: "day",
				fieldtype: "Date",
				label: __("Day", null, "Contract"),
				reqd: 1,
				default: frappe.datetime.get_today(),
				onchange: () => fill(dialog, contract),
			},
			{ fieldname: "text", fieldtype: "HTML" },
		],
	});
	if (frappe.model.can_print("Contract", frm)) {
		dialog.set_primary_action(__("Print"), ({ day }) =>
			open_print("/printview", frm.doc, day, { trigger_print: 1 })
		);
		dialog.set_secondary_action_label(__("PDF"));
		dialog.set_secondary_action(() =>
			open_print("/api/method/frappe.utils.print_format.download_pdf", frm.doc, dialog.get_value("day"))
		);
	}
	dialog.show();
	fill(dialog, contract);
}

async function fill(dialog, contract) {
	const day = dialog.get_value("day");
	if (!day || dialog.pr_day === day) return;
	dialog.pr_day = day;
	const $text = dialog.get_field("text").$wrapper;
	const found = await call("contracts.text_on", { contract, day });
	if (dialog.pr_day !== day) return; // another day was chosen meanwhile
	$text.html(text_html(found));
	$text.find("[data-difference]").on("click", ({ currentTarget }) => {
		$(currentTarget).closest(".pr-entry").find(".pr-entry-text, .pr-difference").toggleClass("hidden");
	});
}

// Frappe's own print, with our setting for the day; in the language of the contract.
function open_print(path, { name, contract_language: language }, day, more = {}) {
	const query = new URLSearchParams({
		doctype: "Contract",
		name,
		format: PRINT_FORMAT,
		settings: JSON.stringify({ as_of: day }),
		...(language ? { _lang: language } : {}),
		...more,
	});
	window.open(frappe.urllib.get_full_url(`${path}?${query}`), "_blank", "noopener");
}

function text_html(found) {
	return `<div class="pr-panel">${figures(found)}${sources_html(found)}</div>
		${clauses_html(found.clauses)}${obligations_html(found.obligations)}${removed_html(found.removed)}`;
}

function figures({ end_date, end_by, times_renewed, value, value_by, currency, clauses, obligations }) {
	const by = (amendment) => (amendment ? __("set by {0}", [form_link(AMENDMENT, amendment)]) : "");
	const renewed = times_renewed ? escape(__("renewed {0} times", [times_renewed])) : "";
	return cards([
		{
			label: __("Ends On", null, "Contract"),
			value: end_date ? escape(frappe.datetime.str_to_user(end_date)) : __("No end"),
			hint: [by(end_by), renewed].filter(Boolean).join(", "),
		},
		{
			label: __("Value", null, "Contract Amendment"),
			value: value ? escape(format_currency(value, currency)) : "–",
			hint: by(value_by),
		},
		{ label: __("Clauses"), value: clauses.length },
		{ label: __("Obligations"), value: obligations.length },
	]);
}

function sources_html({ amendments, later, notes }) {
	const list = (rows) =>
		rows
			.map(
				({ name, effective_from }) =>
					`${form_link(AMENDMENT, name)} ${escape(
						__("from {0}", [frappe.datetime.str_to_user(effective_from)])
					)}`
			)
			.join(", ");
	const lines = notes.map(escape);
	lines.push(
		amendments.length
			? `${__("Amendments in effect:")} ${list(amendments)}`
			: __("No amendment is in effect on this day: this is the text that was signed.")
	);
	if (later.length) lines.push(`${__("Take effect later:")} ${list(later)}`);
	return lines.map((line) => `<p class="text-muted">${line}</p>`).join("");
}

function clauses_html(clauses) {
	if (!clauses.length) return empty_state(__("The contract has no clauses on this day."));
	return `<div class="pr-panel">${clauses.map(clause_html).join("")}</div>`;
}

function clause_html(row, index) {
	const changed = row.pieces.length > 0;
	const button = changed
		? `<button class="btn btn-default btn-xs" data-difference>${__("Compare with the Original")}</button>`
		: "";
	const text = frappe.dom.remove_script_and_style(row.text || "");
	return `<div class="pr-entry">
		<div class="pr-panel-head"><h5>${index + 1}. ${escape(row.title)}</h5>${button}</div>
		${origin_html(row)}
		<div class="pr-entry-text">${text}</div>
		${changed ? difference_html(row.pieces).replace("pr-difference", "pr-difference hidden") : ""}
	</div>`;
}

// Which amendments made an entry; of several, which one counts.
function origin_html({ amendment, changes, overlap }) {
	if (!amendment) return "";
	const { action, effective_from } = changes[changes.length - 1];
	const day = frappe.datetime.str_to_user(effective_from);
	const words = action === "Add" ? __("Added by {0} from {1}") : __("Changed by {0} from {1}");
	const link = form_link(AMENDMENT, amendment);
	const pill = `<span class="indicator-pill blue no-indicator-dot">${__("Amended", null, "Contract Amendment")}</span>`;
	const why = overlap
		? `<div><span class="indicator-pill orange no-indicator-dot">${__("Overlap")}</span> ${escape(
				overlap
			)}</div>`
		: "";
	return `<div class="text-muted">${pill} ${format(words, [link, escape(day)])}${why}</div>`;
}

function format(words, values) {
	return escape(words).replace(/\{(\d)\}/g, (_match, place) => values[place]);
}

function obligations_html(obligations) {
	if (!obligations.length) return "";
	const rows = obligations.map((row) => {
		const remedy = row.remedy_scheme ? ` · ${form_link("Remedy Scheme", row.remedy_scheme)}` : "";
		return `<div class="pr-entry"><b>${escape(row.title)}</b>
			<div>${promise_html(row)}${remedy}</div>${origin_html(row)}</div>`;
	});
	return `<div class="pr-panel"><p class="pr-panel-title">${__("Obligations")}</p>${rows.join("")}</div>`;
}

function removed_html(removed) {
	if (!removed.length) return "";
	const rows = removed.map(({ subject, title, amendment, effective_from, overlap }) => {
		const what = __(subject, null, "Contract Amendment Change");
		const words = format(__("Removed by {0} from {1}"), [
			form_link(AMENDMENT, amendment),
			escape(frappe.datetime.str_to_user(effective_from)),
		]);
		return `<div class="pr-row"><span class="indicator-pill gray">${escape(what)}</span>
			<div><s>${escape(title)}</s> <div class="text-muted">${words}. ${escape(overlap || "")}</div></div></div>`;
	});
	return `<div class="pr-panel"><p class="pr-panel-title">${__("No Longer Part of It")}</p>${rows.join("")}</div>`;
}
