// The investigation of a complaint: what it still lacks, and what follows for the supplier.

import { escape, form_link } from "./display";
import { care_call, change_and_reload } from "./server";

const PENALTY = "Supplier Reward Penalty";

// For `setup` of the form.
export function set_up_investigation(frm) {
	frm.set_query("cause", () => ({ filters: { disabled: 0 } }));
	frm.set_query("action_owner", "actions", () => ({
		filters: { enabled: 1, user_type: "System User" },
	}));
	// The plus signs of the connections do what the buttons do.
	frm.custom_make_buttons = {
		...frm.custom_make_buttons,
		[PENALTY]: "Start a Penalty",
		"Quality Action": "Request an Improvement",
	};
}

// For `refresh`: what is missing on top of the tab, and the buttons.
export async function show_investigation(frm) {
	const field = frm.get_field("investigation_overview");
	const { name } = frm.doc;
	field.$wrapper.html("");
	if (frm.is_new()) return;
	const state = await care_call("investigation.state", { complaint: name });
	if (frm.doc.name !== name) return;
	field.$wrapper.html(missing_html(state) + follow_ups_html(state));
	add_buttons(frm, state);
}

function missing_html({ demanded, to_resolve, to_close }) {
	const parts = [];
	if (to_resolve.length) {
		parts.push(list_html(__("Before the complaint can be resolved:"), to_resolve));
	}
	if (to_close.length) {
		parts.push(list_html(__("Before the complaint can be closed:"), to_close));
	}
	if (parts.length) return `<div class="pr-banner">${parts.join("")}</div>`;
	const text = demanded
		? __("The investigation is complete.")
		: __("The severity of this complaint demands no investigation. No action is open.");
	return `<p class="text-muted">${escape(text)}</p>`;
}

function list_html(title, sentences) {
	const items = sentences.map((sentence) => `<li>${escape(sentence)}</li>`).join("");
	return `<div><strong>${escape(title)}</strong><ul class="pr-missing">${items}</ul></div>`;
}

function follow_ups_html({ follow_ups }) {
	if (!follow_ups.length) return "";
	const items = follow_ups.map(({ doctype, name, label, status, supplier }) => {
		const kind = label ? __(label, null, PENALTY) : __("Improvement Request");
		return `<li>${escape(kind)}: ${form_link(doctype, name)}, ${escape(supplier)}
			<span class="text-muted">${escape(__(status, null, doctype))}</span></li>`;
	});
	return `<div class="pr-panel-title">${__("For the Supplier")}</div>
		<ul class="pr-missing">${items.join("")}</ul>`;
}

function add_buttons(frm, state) {
	const { doc } = frm;
	frm.add_custom_button(__("8D Report"), () => print_8d(frm), __("View"));
	if (doc.responsibility !== "Supplier" || !doc.supplier || frm.is_dirty()) return;
	const group = __("For the Supplier");
	if (state.may_penalise) {
		frm.add_custom_button(__("Start a Penalty"), () => start_penalty(doc, state), group);
	}
	if (state.may_request) {
		frm.add_custom_button(__("Request an Improvement"), () => request_improvement(frm, state), group);
	}
}

function print_8d({ doctype, docname }) {
	const address = new URLSearchParams({ doctype, name: docname, format: "8D Report", no_letterhead: 0 });
	window.open(`/printview?${address}&_lang=${frappe.boot.lang}`);
}

// One that is there already is shown first: two people may have had the same thought.
function start_penalty({ name }, { follow_ups }) {
	const start = async () => {
		const values = await care_call("investigation.penalty_values", { complaint: name });
		frappe.new_doc(PENALTY, values);
	};
	const earlier = follow_ups.find(
		({ doctype, status }) => doctype === PENALTY && !["Waived", "Cancelled"].includes(status)
	);
	if (!earlier) return start();
	return frappe.confirm(
		__("There is a penalty for this complaint already: {0}. Start another one?", [
			form_link(PENALTY, earlier.name),
		]),
		start
	);
}

function request_improvement(frm, { answer_by, problem }) {
	const dialog = new frappe.ui.Dialog({
		title: __("Request an Improvement"),
		fields: [
			{
				fieldname: "answer_by",
				fieldtype: "Date",
				label: __("Answer By"),
				reqd: 1,
				default: answer_by,
			},
			{
				fieldname: "problem",
				fieldtype: "Small Text",
				label: __("Problem"),
				reqd: 1,
				default: problem,
				description: __(
					"The supplier reads this in a mail that asks for an 8D report. Name the goods, not the customer."
				),
			},
		],
		primary_action_label: __("Send Request"),
		async primary_action(values) {
			const { action, not_sent } = await change_and_reload(frm, () =>
				care_call(
					"investigation.request_improvement",
					{ complaint: frm.doc.name, ...values },
					__("Sending")
				)
			);
			dialog.hide();
			const made = __("{0} was made.", [form_link("Quality Action", action)]);
			const unsent = not_sent ? `<br>${escape(__("No mail was sent: {0}", [not_sent]))}` : "";
			frappe.msgprint({
				title: __("Request an Improvement"),
				message: made + unsent,
				indicator: not_sent ? "orange" : "green",
			});
		},
	});
	dialog.show();
}
