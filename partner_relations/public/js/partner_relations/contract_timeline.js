// What happens when in the life of a contract: its beginning, each amendment, its notice date and its end.

import { color_class, empty_state, escape, form_link } from "./display";
import { call } from "./server";

const AMENDMENT = "Contract Amendment";
const STATUS_COLORS = { Draft: "orange", Confirmed: "green", Cancelled: "gray" };

// Fills the tab "Life of the Contract" of a contract that was approved.
export async function show_contract_timeline(frm) {
	const field = frm.get_field("life_overview");
	if (!field) return;
	field.$wrapper.empty();
	if (!frm.doc.docstatus) return;
	const contract = frm.doc.name;
	const amendments = await call("contracts.amendments", { contract });
	if (frm.doc.name !== contract) return;
	const may_amend =
		frm.doc.docstatus === 1 &&
		["Signing", "In Force"].includes(frm.doc.life_cycle) &&
		frappe.model.can_create(AMENDMENT);
	field.$wrapper.html(timeline_html(frm, amendments, may_amend));
	field.$wrapper
		.find("[data-amend]")
		.on("click", () => frappe.new_doc(AMENDMENT, { contract: frm.doc.name }));
}

function timeline_html(frm, amendments, may_amend) {
	const button = may_amend
		? `<button class="btn btn-default btn-xs" data-amend>${__("New Amendment")}</button>`
		: "";
	const nothing = amendments.length
		? ""
		: empty_state(
				may_amend
					? __("Nothing has been amended. An amendment changes clauses, obligations, end or value.")
					: __("Nothing has been amended.")
			);
	const events = [...days_of(frm.doc), ...amendments.map((row) => amendment_event(row))];
	events.sort((one, other) =>
		one.day === other.day ? one.place - other.place : one.day < other.day ? -1 : 1
	);
	return `<div class="pr-panel pr-wide">
		<div class="pr-panel-head"><p class="pr-panel-title">${__("What Holds From When")}</p>${button}</div>
		<ol class="pr-timeline">${events.map(event_html).join("")}</ol>
		${nothing}
	</div>`;
}

// The days of the contract itself; `place` orders what falls on one day.
function days_of(doc) {
	const events = [];
	const add = (day, place, color, text, hint = "") =>
		day && events.push({ day, place, color, body: `${escape(text)}${muted(hint)}` });
	const signed = doc.signed_on
		? __("Signed by {0} on {1}", [doc.signee, frappe.datetime.str_to_user(doc.signed_on.slice(0, 10))])
		: __("Not signed yet");
	add(doc.start_date, 0, "blue", __("The contract begins"), signed);
	add(frappe.datetime.get_today(), 2, "gray", __("Today"));
	const running = doc.life_cycle === "In Force" && !doc.terminated_on;
	if (running && doc.notice_by && doc.notice_by !== doc.effective_end_date)
		add(doc.notice_by, 3, "yellow", __("Last day to give notice"));
	for (const { ended_on, months } of JSON.parse(doc.renewals || "[]"))
		add(ended_on, 3, "blue", __("Renewed by {0} months", [months]));
	const renews =
		running && doc.auto_renew
			? __("Without notice it renews by {0} months.", [doc.renewal_months])
			: doc.terminated_on
				? doc.termination_reason
				: "";
	add(
		doc.effective_end_date,
		4,
		"gray",
		doc.terminated_on ? __("The contract ends: it was terminated") : __("The contract ends"),
		renews
	);
	return events;
}

function amendment_event(row) {
	const color = STATUS_COLORS[row.status];
	const pill = `<span class="indicator-pill ${color}">${escape(__(row.status, null, "Contract Amendment"))}</span>`;
	return {
		day: row.effective_from,
		place: 1,
		color,
		body: `<b>${form_link(AMENDMENT, row.name, row.title)}</b> ${pill}
			<div>${changes_of(row).map(escape).join(" · ")}</div>${muted(confirmed(row))}`,
	};
}

// A few words per change: "Replaced: Delivery", "New end: 2027-12-31".
function changes_of(row) {
	const words = {
		Add: (title) => __("Added: {0}", [title]),
		Replace: (title) => __("Changed: {0}", [title]),
		Remove: (title) => __("Removed: {0}", [title]),
	};
	const found = row.changes.map(({ action, title }) => words[action](title));
	if (row.new_end_date) found.push(__("New end: {0}", [frappe.datetime.str_to_user(row.new_end_date)]));
	if (row.has_new_value) found.push(__("New value: {0}", [format_currency(row.new_value, row.currency)]));
	return found;
}

function confirmed(row) {
	if (row.status === "Cancelled") return __("Cancelled: it changes nothing.");
	if (row.status === "Confirmed") {
		return __("Confirmed by {0} on {1} and for us by {2} on {3}", [
			row.party_confirmed_by,
			frappe.datetime.str_to_user(row.party_confirmed_on),
			row.confirmed_by_name,
			frappe.datetime.str_to_user(row.confirmed_on.slice(0, 10)),
		]);
	}
	return row.party_confirmed_by && row.party_confirmed_on
		? __("Confirmed by {0} on {1}, not yet by us", [
				row.party_confirmed_by,
				frappe.datetime.str_to_user(row.party_confirmed_on),
			])
		: __("Neither side has confirmed it yet: it changes nothing.");
}

function muted(text) {
	return text ? `<div class="text-muted">${escape(text)}</div>` : "";
}

function event_html({ day, color, body }) {
	return `<li class="${color_class(color)}">
		<span class="pr-timeline-day">${escape(frappe.datetime.str_to_user(day))}</span><div>${body}</div>
	</li>`;
}
