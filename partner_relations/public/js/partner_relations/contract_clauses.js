// What a contract's form shows of its clauses, and how it takes them from the library.

import { empty_state, escape, form_link } from "./display";
import { call } from "./server";

// Fills the HTML field of the Clauses tab: what is mandatory, what to look at before the contract is approved.
export async function show_contract_clauses(frm) {
	const field = frm.get_field("clauses_overview");
	if (!field || frm.doc.party_type === "Employee") return;
	frm.toggle_display("missing_clauses", false); // the overview says it, in words of the user's language
	frm.set_query("clause", "clauses", () => ({ filters: { status: "Approved" } }));
	if (frm.is_new()) {
		field.$wrapper.html(has_clauses(frm) ? "" : nothing_yet());
		return;
	}
	const contract = frm.doc.name;
	const overview = await call("clauses.overview", { contract });
	if (frm.doc.name !== contract) return;
	field.$wrapper.html(overview_html(frm, overview));
	field.$wrapper.find("[data-compare]").on("click", ({ currentTarget }) => {
		const row = overview.rows[currentTarget.dataset.compare];
		show_difference(
			__("{0}: Contract Compared with Version {1} of the Library", [row.title, row.version]),
			row.pieces
		);
	});
	field.$wrapper.find("[data-newer]").on("click", ({ currentTarget }) => {
		const row = overview.rows[currentTarget.dataset.newer];
		frappe.model.set_value("Contract Clause Entry", row.name, "clause", row.newer.clause);
	});
}

function has_clauses(frm) {
	return Boolean((frm.doc.clauses || []).length);
}

function nothing_yet() {
	return empty_state(
		`<p>${__("This contract has no clauses.")}</p>
		<p>${__("Choose a contract template that has some, or add clauses of the library below.")}</p>`
	);
}

function overview_html(frm, { mandatory, missing, override, rows }) {
	const notes = rows.flatMap((row, index) => notes_of(row, index, frm));
	return `
		${rows.length ? "" : nothing_yet()}
		<div class="pr-panel pr-wide">${mandatory_html(mandatory)}${missing_html(missing, override, frm)}</div>
		<div class="pr-panel">${starting_points_html(rows)}${notes.join("")}</div>`;
}

function mandatory_html(mandatory) {
	if (!mandatory.length) return "";
	const pills = mandatory.map(({ clause_type: type, present }) => {
		const name = clause_type(type);
		return `<span class="indicator-pill ${present ? "green" : "red"}">${present ? "✓" : "✗"} ${name}</span>`;
	});
	return `<div class="pr-panel-title">${__("Mandatory Clauses")}</div>
		<div class="pr-choices">${pills.join("")}</div>`;
}

// The type of a clause for people. Frappe's tables and lists translate options without their document type,
// by which "Liability" would become that of a balance sheet.
export function clause_type(name) {
	return escape(name && __(name, null, "Contract Clause"));
}

function missing_html(missing, override, frm) {
	if (!missing.length) return "";
	const names = frappe.utils.comma_and(
		missing.map((name) => __(name, null, "Contract Clause")),
		false
	);
	if (override) {
		const words = [override.by, frappe.datetime.str_to_user(override.on), override.reason];
		return `<div class="pr-row"><span class="indicator-pill orange">${__("Overridden")}</span><div>
			${escape(__("Mandatory clauses that are missing: {0}.", [names]))}
			<div class="text-muted">${escape(__("{0} on {1}: {2}", words))}</div></div></div>`;
	}
	if (frm.doc.docstatus) return "";
	return `<div class="pr-row"><span class="indicator-pill red">${__("Missing")}</span><div>
		${escape(__("The contract can't be submitted without clauses of these types: {0}.", [names]))}
		<div class="text-muted">${__(
			"Add them, or let a Supplier Quality Manager give a reason under Missing Clauses below."
		)}</div></div></div>`;
}

// A line per thing to look at in one clause.
function notes_of(row, index, frm) {
	const title = `<b>${row.idx}. ${escape(row.title)}</b>`;
	const clause = row.clause ? form_link("Contract Clause", row.clause) : "";
	const notes = [];
	const note = (color, word, text, button = "") =>
		notes.push(`<div class="pr-row"><span class="indicator-pill ${color}">${word}</span>
			<div>${title} ${clause}<div class="text-muted">${text}</div></div>${button}</div>`);
	if (row.own) {
		note(
			"yellow",
			__("Own Text"),
			__("Written for this contract; nothing in the library stands behind it.")
		);
	}
	if (row.pieces.length) {
		note(
			"yellow",
			__("Departs"),
			difference_html(excerpt(row.pieces)),
			`<button class="btn btn-default btn-xs" data-compare="${index}">${__("Compare")}</button>`
		);
	}
	if (row.newer) {
		const button = `<button class="btn btn-default btn-xs" data-newer="${index}">
			${__("Take Version {0}", [row.newer.version])}</button>`;
		note(
			"blue",
			__("Newer Version"),
			__("Version {0} was replaced by version {1}.", [row.version, row.newer.version]),
			frm.doc.docstatus ? "" : button
		);
	}
	if (row.unfilled.length) {
		const names = row.unfilled.map((name) => `<code>{${escape(name)}}</code>`).join(" ");
		note("gray", __("Left Blank"), `${__("The contract has no value for these placeholders:")} ${names}`);
	}
	return notes;
}

// The clauses that came with the app and were never reviewed, in one line.
function starting_points_html(rows) {
	const found = rows.filter((row) => row.starting_point);
	if (!found.length) return "";
	const links = found.map((row) =>
		form_link("Contract Clause", row.clause, `${row.idx}. ${cstr(row.title)}`)
	);
	return `<div class="pr-row"><span class="indicator-pill orange">${__("Starting Point")}</span>
		<div>${__("These clauses came with the app. Let counsel review them before they are used.")}
		<div class="text-muted">${links.join(" · ")}</div></div></div>`;
}

// The changes with a few words around each, so that a line says what is different.
function excerpt(pieces) {
	return pieces.map(({ kind, text }, index) => {
		const line = text.replace(/\s+/g, " ");
		if (kind !== "same" || line.length <= 60) return { kind, text: line };
		// No half words; Chinese has no spaces to cut at.
		const before = index ? line.slice(0, 30).replace(/ \S*$/, "") : "";
		const after = index < pieces.length - 1 ? line.slice(-30).replace(/^\S* /, "") : "";
		return { kind, text: `${before} … ${after}` };
	});
}

// A comparison as HTML: what was taken out struck through, what was put in underlined. Escaped.
export function difference_html(pieces) {
	const tags = { removed: "del", added: "ins", same: "span" };
	const parts = pieces.map(({ kind, text }) => `<${tags[kind]}>${escape(text)}</${tags[kind]}>`);
	return `<div class="pr-difference">${parts.join("")}</div>`;
}

// Shows a comparison by itself.
export function show_difference(title, pieces) {
	const changed = pieces.some(({ kind }) => kind !== "same");
	frappe.msgprint({
		title: escape(title),
		wide: true,
		message: changed ? difference_html(pieces) : __("The words are the same."),
	});
}

// Takes the clauses of the chosen template. What a person changed or wrote stays; the rest makes way.
export async function take_template_clauses(frm) {
	const { contract_template: template, party_type } = frm.doc;
	if (!template || party_type === "Employee" || !frm.get_field("clauses")) return;
	const rows = await call("clauses.rows_of_template", { template, contract: JSON.stringify(frm.doc) });
	if (frm.doc.contract_template !== template) return;
	const kept = (frm.doc.clauses || []).filter((row) => row.text && row.text !== row.library_text);
	const wanted = rows.map((row) => kept.find(({ clause }) => clause === row.clause) || row);
	frm.clear_table("clauses");
	for (const row of new Set([...wanted, ...kept])) {
		frm.add_child("clauses", row);
	}
	frm.refresh_field("clauses");
	count_clauses(frm);
	if (!frm.is_new()) show_contract_clauses(frm);
}

// The text of a contract is mandatory unless there are clauses to make it from; Frappe asks that of fields
// again when a field changes, not when a row comes or goes.
export function count_clauses(frm) {
	frm.layout.refresh_dependency();
	if (frm.is_new()) show_contract_clauses(frm);
}

// Fills a row of the table when a clause of the library is chosen in it.
export async function take_clause(frm, cdt, cdn) {
	const { clause } = locals[cdt][cdn];
	if (!clause) return;
	const row = await call("clauses.frozen_row", { clause, contract: JSON.stringify(frm.doc) });
	if (locals[cdt][cdn]?.clause !== clause) return;
	delete row.clause;
	await frappe.model.set_value(cdt, cdn, { ...row, departs: 0 });
}
