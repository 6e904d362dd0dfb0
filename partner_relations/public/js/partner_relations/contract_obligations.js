// The obligations of a contract with their judged windows, and the evidence behind a window.

import { cards, color_class, empty_state, escape, form_link, number } from "./display";
import { show_lines } from "./evidence";
import { call } from "./server";

const OUTCOME_COLORS = { Kept: "green", Breached: "red", "Not Measured": "gray" };

// Fills the tab "Obligations" of a contract.
export async function show_contract_obligations(frm) {
	const field = frm.get_field("obligations_overview");
	if (!field) return;
	field.$wrapper.empty();
	// The server refuses it too: after approval an amendment adds and ends obligations.
	frm.get_field("obligations").$wrapper.toggleClass("pr-fixed-rows", frm.doc.docstatus > 0);
	if (frm.is_new() || frm.doc.party_type === "Employee" || frm.doc.docstatus === 0) return;
	const contract = frm.doc.name;
	const { obligations, may_read } = await call("obligations.overview", { contract });
	if (frm.doc.name !== contract) return;
	field.$wrapper.html(
		obligations.length
			? `${figures(obligations)}<div class="pr-obligations">${obligations
					.map((row) => obligation_html(row, may_read))
					.join("")}</div>`
			: empty_state(__("This contract has no obligations. An amendment can add some."))
	);
	connect(frm, field.$wrapper);
	if (frm.doc.docstatus === 1 && frm.perm[0]?.write && obligations.length) {
		frm.add_custom_button(
			__("Check Obligations Now"),
			async () => {
				await call("obligations.judge_now", { contract }, __("Reading the facts"));
				show_contract_obligations(frm);
			},
			__("Contract")
		);
	}
}

function connect(frm, $wrapper) {
	$wrapper.find("[data-result]").on("click", (event) => {
		const { result, kind } = event.currentTarget.dataset;
		if (kind === "KPI promise") show_evidence("Contract Obligation Result", result);
		else frappe.set_route("Form", "Contract Obligation Result", result);
	});
	$wrapper.find("[data-deliver]").on("click", async (event) => {
		await record_delivery(frm.doc.name, event.currentTarget.dataset.deliver);
		await frm.reload_doc();
	});
}

function figures(obligations) {
	const judged = obligations.flatMap((row) => row.windows).filter((row) => row.outcome !== "Not Measured");
	const kept = judged.filter((row) => row.outcome === "Kept").length;
	const open = obligations
		.flatMap((row) => row.windows)
		.filter((row) => ["Detected", "Notified", "Accepted", "Disputed"].includes(row.breach_status)).length;
	const share = judged.length ? `${number((100 * kept) / judged.length, 1)} %` : "–";
	return cards([
		{
			label: __("Obligations"),
			value: obligations.filter((row) => !row.ended).length,
			hint: __("in force today"),
		},
		{
			label: __("Kept", null, "Contract Obligation Result"),
			value: share,
			hint: escape(__("{0} of {1} windows", [kept, judged.length])),
			color: judged.length ? (kept < judged.length ? "orange" : "green") : "",
		},
		{
			label: __("Open Breaches"),
			value: open,
			hint: open ? __("await a decision") : __("nothing to decide"),
			color: open ? "red" : "green",
		},
	]);
}

function obligation_html(row, may_read) {
	const ended = row.ended ? `<span class="indicator-pill gray">${__("Ended")}</span>` : "";
	const remedy = row.remedy_scheme ? `<span>${form_link("Remedy Scheme", row.remedy_scheme)}</span>` : "";
	return `<div class="pr-panel">
		<p class="pr-panel-title">${escape(row.title)} ${ended}</p>
		<div class="pr-scope"><span>${promise_html(row)}</span>${remedy}</div>
		${may_read ? windows_html(row) : ""}
	</div>`;
}

// What was promised, in words: "OTIF: at least 95 %, each month".
export function promise_text(row) {
	const target = `${number(row.target)} ${__(row.unit || "")}`.trim();
	return row.comparison === "At most"
		? __("{0}: at most {1}", [__(row.kpi), target])
		: __("{0}: at least {1}", [__(row.kpi), target]);
}

// The same as HTML, with how often it is judged; or when a deliverable is due.
export function promise_html(row) {
	if (row.kind !== "KPI promise") {
		const owed = row.owed_by === "Us" ? __("Owed by us") : __("Owed by the partner");
		return escape(__("Due on {0}. {1}.", [frappe.datetime.str_to_user(row.due_date), owed]));
	}
	const each = {
		Month: __("judged each month"),
		Quarter: __("judged each quarter"),
		"Half-Year": __("judged each half-year"),
		Year: __("judged each year"),
	}[row.judged_each];
	return escape(`${promise_text(row)}, ${each}`);
}

function windows_html(row) {
	if (row.kind !== "KPI promise") return deliverable_html(row);
	if (!row.windows.length)
		return `<p class="text-muted">${__("No window has closed yet. The daily check judges it then.")}</p>`;
	return `<div class="pr-strip">${row.windows.map((window) => window_html(row, window)).join("")}</div>`;
}

function window_html(row, window) {
	const withdrawn = window.breach_status === "Withdrawn" && window.outcome === "Breached";
	const color = withdrawn ? "gray" : OUTCOME_COLORS[window.outcome];
	const words = [
		`${frappe.datetime.str_to_user(window.from_date)} – ${frappe.datetime.str_to_user(window.to_date)}`,
		__(window.outcome, null, "Contract Obligation Result"),
	];
	if (window.breach_status) words.push(__(window.breach_status, null, "Contract Breach"));
	return `<button class="pr-window ${color_class(color)}" data-result="${escape(window.name)}"
		data-kind="${escape(row.kind)}" title="${escape(words.join(" · "))}">
		<span class="pr-window-value">${window.has_value ? number(window.value, 1) : "–"}</span>
		<span class="pr-window-label">${escape(window_label(row, window))}</span>
	</button>`;
}

// "2026-03" for a month, "2026 Q1" for a quarter, else the day on which the window ends.
function window_label({ judged_each, windows_begin }, { from_date, to_date }) {
	const [year, month] = to_date.split("-");
	if (windows_begin === "Start of the contract") return frappe.datetime.str_to_user(to_date);
	if (judged_each === "Month") return `${year}-${month}`;
	if (judged_each === "Quarter") return `${year} Q${Math.ceil(month / 3)}`;
	if (judged_each === "Half-Year") return `${year} H${Math.ceil(month / 6)}`;
	return judged_each === "Year" ? year : from_date;
}

function deliverable_html(row) {
	const window = row.windows[row.windows.length - 1];
	const delivered = window?.delivered_on || row.delivered_on;
	// Whoever may write the contract may enter anything there: only an address of the web is a link.
	const evidence = /^(https?:\/)?\//.test(row.evidence)
		? `<a href="${escape(row.evidence)}" target="_blank" rel="noopener">${__("Evidence")}</a>`
		: "";
	if (delivered) {
		const late = window?.days_late
			? `<span class="indicator-pill red">${escape(__("{0} days late", [window.days_late]))}</span>`
			: `<span class="indicator-pill green">${__("In time")}</span>`;
		const on = escape(__("Delivered on {0}", [frappe.datetime.str_to_user(delivered)]));
		return `<p>${late} ${on} ${evidence}</p>`;
	}
	const late = frappe.datetime.get_day_diff(frappe.datetime.get_today(), row.due_date);
	const state =
		late > 0
			? `<span class="indicator-pill red">${escape(__("{0} days late", [late]))}</span>`
			: `<span class="indicator-pill blue">${escape(__("Due in {0} days", [-late]))}</span>`;
	return `<p>${state} <button class="btn btn-default btn-xs" data-deliver="${escape(row.key)}">${__(
		"Record Delivery"
	)}</button></p>`;
}

// Asks when a deliverable came, and for the file that shows it. Resolves when it is recorded.
function record_delivery(contract, key) {
	return new Promise((resolve) => {
		const dialog = new frappe.ui.Dialog({
			title: __("Record Delivery"),
			fields: [
				{
					fieldname: "delivered_on",
					fieldtype: "Date",
					label: __("Delivered On"),
					default: frappe.datetime.get_today(),
					reqd: 1,
				},
				{
					fieldname: "evidence",
					fieldtype: "Attach",
					label: __("Evidence"),
					description: __("A letter, a certificate, a photo of what was delivered."),
				},
			],
			primary_action_label: __("Record Delivery"),
			async primary_action(values) {
				await call("obligations.record_delivery", { contract, key, ...values }, __("Saving"));
				dialog.hide();
				resolve();
			},
		});
		dialog.show();
	});
}

// The lines behind a judged window in a dialog: what was counted when it was judged, and today.
export async function show_evidence(doctype, name) {
	const found = await call("obligations.evidence", { doctype, name }, __("Reading the facts"));
	show_lines(found, __("Evidence"), __("When Judged"));
}

// A promise beside what was found, as a bar with a mark at the target; for the forms of results and breaches.
export function promise_against_fact(doc) {
	const target = flt(doc.target);
	const value = flt(doc.value);
	const top = Math.max(target, value) * 1.1 || 1;
	const percent = (figure) => Math.max(0, Math.min(100, (100 * figure) / top));
	const broken = doc.comparison === "At most" ? value > target : value < target;
	return `<div class="pr-promise ${color_class(broken ? "red" : "green")}">
		<span class="pr-promise-bar" style="width: ${percent(value)}%"></span>
		<span class="pr-promise-target" style="left: ${percent(target)}%" title="${escape(__("Target"))}"></span>
	</div>`;
}
