// The life of a contract in its form: where it stands, and what may be done next.

import { show_contract_text } from "./contract_text";
import { show_contract_timeline } from "./contract_timeline";
import { escape } from "./display";
import { call, change_and_reload } from "./server";

const COLORS = {
	Drafting: "gray",
	"Legal Review": "orange",
	"Awaiting Approval": "orange",
	Signing: "blue",
	"In Force": "green",
	Expired: "gray",
	Terminated: "red",
	Cancelled: "red",
};

export const LIFE_CYCLE = Object.keys(COLORS);

const FIELDS = {
	comment: () => ({ fieldtype: "Small Text", label: __("Comment", null, "Contract") }),
	reason: () => ({ fieldtype: "Small Text", label: __("Reason"), reqd: 1 }),
	signed_file: () => ({ fieldtype: "Attach", label: __("Signed Contract"), reqd: 1 }),
	signee: () => ({ fieldtype: "Data", label: __("Signed for the Partner By"), reqd: 1 }),
	signed_on: () => ({ fieldtype: "Datetime", label: __("Signed On", null, "Contract"), reqd: 1 }),
	terminated_on: () => ({ fieldtype: "Date", label: __("Last Day of the Contract"), reqd: 1 }),
};

// The step of a contract, for people.
export function life_cycle_label(state) {
	return __(state, null, "Contract");
}

export function life_cycle_color(state) {
	return COLORS[state] || "gray";
}

export function life_cycle_pill(state) {
	return `<span class="indicator-pill ${life_cycle_color(state)}">${escape(life_cycle_label(state))}</span>`;
}

// Shows the step in which a contract is, and a button for each step that may follow.
export async function show_contract_life(frm) {
	const { doc } = frm;
	if (doc.party_type === "Employee" || frm.is_new()) return;
	if (doc.life_cycle) {
		frm.page.set_indicator(life_cycle_label(doc.life_cycle), life_cycle_color(doc.life_cycle));
	}
	if (doc.notice_by && doc.life_cycle === "In Force") {
		const days = frappe.datetime.get_day_diff(doc.notice_by, frappe.datetime.get_today());
		const text =
			days >= 0
				? __("Days until notice must be given: {0}", [days])
				: __("The day to give notice has passed.");
		frm.dashboard.add_indicator(escape(text), days > 60 ? "green" : "orange");
	}
	if (doc.docstatus === 1) {
		frm.add_custom_button(__("Text as of a Day"), () => show_contract_text(frm));
	}
	show_contract_timeline(frm);
	const steps = await call("contracts.next_steps", { contract: doc.name });
	if (frm.doc.name !== doc.name) return;
	offer_submit_to_approvers(frm, steps);
	for (const step of steps.filter(({ name }) => name !== "cancel")) {
		frm.add_custom_button(step.label, () => take(frm, step), __("Next Step"));
	}
}

// Submitting is the approval: to whom it would be refused, Frappe's button and its advice are no help.
function offer_submit_to_approvers(frm, steps) {
	const approve = steps.find(({ name }) => name === "approve");
	if (frm.doc.docstatus !== 0 || frm.is_dirty() || (approve && !approve.refused)) return;
	frm.page.clear_primary_action();
	frm.set_intro("");
}

function take(frm, step) {
	if (frm.is_dirty()) {
		frappe.throw(__("Save your changes first."));
	}
	if (step.refused) {
		frappe.msgprint({ title: step.label, message: escape(step.refused), indicator: "orange" });
		return;
	}
	const run = (details) =>
		change_and_reload(frm, () =>
			call("contracts.take_step", { contract: frm.doc.name, step: step.name, details }, step.label)
		);
	if (!step.details.length) {
		frappe.confirm(escape(`${step.label}?`), () => run({}));
		return;
	}
	const dialog = new frappe.ui.Dialog({
		title: step.label,
		fields: step.details.map((fieldname) => ({ fieldname, ...FIELDS[fieldname]() })),
		primary_action_label: step.label,
		async primary_action(values) {
			await run(values);
			dialog.hide();
		},
	});
	dialog.show();
}
