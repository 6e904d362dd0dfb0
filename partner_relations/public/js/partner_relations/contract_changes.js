// What an amendment changes, old beside new, and whose confirmation it still needs: the head of its form.

import { difference_html } from "./contract_clauses";
import { cards, escape, form_link } from "./display";
import { call } from "./server";

const AMENDMENT = "Contract Amendment";
const ACTION_COLORS = { Add: "green", Replace: "blue", Remove: "red" };

// Fills the overview of a Contract Amendment as it was saved.
export async function show_amendment_overview(frm) {
	const field = frm.get_field("overview");
	frm.toggle_display("overview", !frm.is_new());
	if (frm.is_new()) return;
	const amendment = frm.doc.name;
	const found = await call("contracts.changes", { amendment });
	if (frm.doc.name !== amendment) return;
	field.$wrapper.html(overview_html(frm.doc, found));
	offer_submit(frm, found.needed);
}

// Submitting is our confirmation: to whom it would be refused, Frappe's button and its advice are no help.
function offer_submit(frm, needed) {
	if (frm.doc.docstatus || frm.is_dirty() || !needed.length) return;
	frm.page.clear_primary_action();
	frm.set_intro("");
}

function overview_html(doc, found) {
	return `<div class="pr-panel">
		${cards([from_card(doc), ...term_cards(doc, found), ...confirmation_cards(doc, found)])}
		${needed_html(found.needed)}${overlaps_html(found.overlaps)}
		${found.changes.map(change_html).join("")}
	</div>`;
}

function from_card({ effective_from, contract, docstatus }) {
	const left = frappe.datetime.get_day_diff(effective_from, frappe.datetime.get_today());
	const hints = {
		0: left > 0 ? __("in {0} days, once both sides confirm", [left]) : __("once both sides confirm"),
		1: left > 0 ? __("in {0} days", [left]) : __("in effect"),
		2: __("cancelled: it changes nothing"),
	};
	return {
		label: `${form_link("Contract", contract)} · ${__("Effective From")}`,
		value: escape(frappe.datetime.str_to_user(effective_from)),
		hint: escape(hints[docstatus]),
	};
}

function term_cards({ currency }, { end, value }) {
	const day = (date) => (date ? escape(frappe.datetime.str_to_user(date)) : __("No end"));
	const money = (amount) => escape(format_currency(amount, currency));
	const term = (label, { old, new: now }, shown) => ({
		label,
		value: shown(now),
		hint: __("instead of {0}", [`<del>${shown(old)}</del>`]),
	});
	return [
		...(end ? [term(__("End of the Contract"), end, day)] : []),
		...(value ? [term(__("Contract Value"), value, money)] : []),
	];
}

function confirmation_cards(doc, { confirmed_by_name }) {
	const side = (label, who, day) => ({
		label,
		value: who && day ? __("Confirmed", null, "Contract Amendment") : __("Awaited"),
		hint: who && day ? escape(`${who}, ${frappe.datetime.str_to_user(day.slice(0, 10))}`) : "",
		color: who && day ? "green" : "orange",
	});
	if (doc.docstatus === 2) return [];
	return [
		side(__("The Partner"), doc.party_confirmed_by, doc.party_confirmed_on),
		side(__("Our Side"), confirmed_by_name, doc.confirmed_on),
	];
}

function needed_html(needed) {
	if (!needed.length) return "";
	const items = needed.map((sentence) => `<li>${escape(sentence)}</li>`).join("");
	return `<div class="pr-panel"><p class="pr-panel-title">${__("Before It Can Be Confirmed")}</p>
		<ul class="pr-steps">${items}</ul></div>`;
}

function overlaps_html(overlaps) {
	return overlaps
		.map(({ entry, amendment, effective_from, acts_last, draft }) => {
			const words = acts_last
				? __(
						"“{0}” is changed by {1} too, from {2} on. From the later of both days on this one counts."
					)
				: __("“{0}” is changed by {1} too, from {2} on. From then on that one counts.");
			const values = [
				escape(entry),
				form_link(AMENDMENT, amendment),
				escape(frappe.datetime.str_to_user(effective_from)),
			];
			const text = escape(words).replace(/\{(\d)\}/g, (_match, place) => values[place]);
			return `<div class="pr-row"><span class="indicator-pill orange">${__("Overlap")}</span><div>${text} ${
				draft ? escape(__("Nobody has confirmed that one yet.")) : ""
			}</div></div>`;
		})
		.join("");
}

function change_html({ subject, action, title, old_title, pieces, facts, clause, version }) {
	const pill = `<span class="indicator-pill ${ACTION_COLORS[action]}">${escape(
		__(action, null, "Contract Amendment Change")
	)}</span>`;
	const what = escape(__(subject, null, "Contract Amendment Change"));
	const renamed = old_title && old_title !== title ? `<s class="text-muted">${escape(old_title)}</s> ` : "";
	const library = clause
		? `<div class="text-muted">${form_link("Contract Clause", clause)} ${escape(
				__("Version {0}", [version])
			)}</div>`
		: "";
	return `<div class="pr-row">${pill}<div><span class="text-muted">${what}</span> ${renamed}<b>${escape(
		title
	)}</b>${library}${pieces.length ? difference_html(pieces) : ""}${facts_html(facts)}</div></div>`;
}

function facts_html(facts) {
	const words = (tag, text) => (text ? `<${tag}>${escape(text)}</${tag}>` : "");
	return facts
		.map(
			({ label, old, new: now }) => `<div class="pr-fact">
				<span class="text-muted">${escape(label)}</span> ${words("del", old)} ${words("ins", now)}</div>`
		)
		.join("");
}
