// The life of a complaint: where it stands, what is due next, and what may be done.

import { tier_badge } from "./customer_tier";
import { cards, escape, form_link } from "./display";
import { care_call, change_and_reload } from "./server";

const COMPLAINT = "Customer Complaint";

const STEP_COLORS = {
	Received: "red",
	Acknowledged: "orange",
	"Under Investigation": "yellow",
	"Resolution Proposed": "blue",
	Resolved: "cyan",
	"Confirmed by Customer": "green",
	Closed: "gray",
	Rejected: "gray",
};

const DEADLINE_COLORS = {
	"On Time": "green",
	"Due Soon": "orange",
	Overdue: "red",
	"On Hold": "gray",
	Met: "green",
	Missed: "red",
};

const WAY = Object.keys(STEP_COLORS).slice(0, 7);
const OPEN = WAY.slice(0, 4);

const PROMISES = [
	["Acknowledge", "acknowledge"],
	["Respond", "respond"],
	["Resolve", "resolve"],
];
const PHOTO = /\.(png|jpe?g|gif|webp|bmp)$/i;

const KEPT = { acknowledge: "acknowledged_on", respond: "responded_on", resolve: "resolved_on" };

const FIELDS = {
	reason: (step) => ({
		fieldtype: "Small Text",
		label: step.name === "wait" ? __("Waiting For") : __("Reason"),
		reqd: step.name === "close" ? 0 : 1,
	}),
	comment: () => ({ fieldtype: "Small Text", label: __("Comment", null, "Customer Complaint") }),
};

export const COMPLAINT_STEPS = STEP_COLORS;
export const OPEN_COMPLAINT_STEPS = OPEN;

// A step of a complaint, for people.
export function complaint_step_label(step) {
	return __(step, null, COMPLAINT);
}

export function deadline_color(status) {
	return DEADLINE_COLORS[status] || "gray";
}

// How far away a deadline is: "in 3 h", "2 days late".
export function time_until(moment_text) {
	const minutes = frappe.datetime.get_minute_diff(moment_text, frappe.datetime.system_datetime());
	const size = Math.abs(minutes);
	if (!size) return __("now", null, "Customer Complaint");
	if (size < 60) return minutes >= 0 ? __("in {0} min", [size]) : __("{0} min late", [size]);
	const hours = Math.round(size / 60);
	if (hours < 48) return minutes > 0 ? __("in {0} h", [hours]) : __("{0} h late", [hours]);
	const days = Math.round(hours / 24);
	return minutes > 0 ? __("in {0} days", [days]) : __("{0} days late", [days]);
}

// Which deadline is next, and when: "Respond in 3 h".
export function next_due_text({ next_deadline, next_due }) {
	const name = __(next_deadline, null, COMPLAINT);
	return next_due
		? `${name} ${time_until(next_due)}`
		: `${name}: ${__("On Hold", null, "Customer Complaint")}`;
}

// Shows the step in which a complaint is, its deadlines, and a button for each step that may follow.
export async function show_complaint_life(frm) {
	const { doc } = frm;
	// What the overview shows, or a service fills in.
	frm.toggle_display(["step", "next_deadline", "next_due", "deadline_status", "priority"], false);
	frm.toggle_display(["customer_name", "customer_tier"], false);
	frm.toggle_display("overview", !frm.is_new());
	if (frm.is_new()) return;
	frm.page.set_indicator(complaint_step_label(doc.step), STEP_COLORS[doc.step] || "gray");
	frm.get_field("overview").$wrapper.html(
		`${way_html(doc)}${banner_html(doc)}${cards(deadline_cards(doc))}${photos_html(frm)}`
	);
	const steps = await care_call("complaints.next_steps", { complaint: doc.name });
	if (frm.doc.name !== doc.name) return;
	const onward = next_on_the_way(doc.step, steps);
	for (const step of steps) {
		if (step === onward) {
			frm.add_custom_button(step.label, () => take(frm, step)).addClass("btn-primary-light");
		} else {
			frm.add_custom_button(step.label, () => take(frm, step), __("Next Step"));
		}
	}
}

// Of the steps that may follow, the one that leads on along the usual way; others lead back, or beside it.
function next_on_the_way(from, steps) {
	const here = WAY.indexOf(from);
	const ahead = steps.filter(({ target }) => here >= 0 && WAY.indexOf(target) > here);
	return ahead.sort((one, other) => WAY.indexOf(one.target) - WAY.indexOf(other.target))[0];
}

// The steps on the usual way, up to where the complaint is.
function way_html({ step }) {
	const reached = WAY.indexOf(step);
	const marks = WAY.map((name, position) => {
		const state = position < reached ? "done" : position === reached ? "now" : "";
		return `<li class="${state}"><span>${escape(complaint_step_label(name))}</span></li>`;
	});
	return `<ol class="pr-way ${reached < 0 ? "pr-way-left" : ""}">${marks.join("")}</ol>`;
}

// What somebody who opens the complaint must know first.
function banner_html(doc) {
	const sentences = [];
	if (doc.waiting) {
		const hold = (doc.holds || []).find(({ to_time }) => !to_time);
		if (hold) {
			sentences.push(
				__("Waiting for the customer since {0}: {1}", [
					frappe.datetime.str_to_user(hold.from_time),
					hold.reason,
				])
			);
		}
	}
	if (doc.step === "Rejected" && doc.rejection_reason) {
		sentences.push(__("Rejected: {0}", [doc.rejection_reason]));
	}
	if (doc.reopened_count && OPEN.includes(doc.step)) {
		sentences.push(__("Reopened ({0}): {1}", [doc.reopened_count, doc.reopen_reason]));
	}
	if (!doc.customer) {
		sentences.push(__("It isn't known yet which customer complains."));
	}
	return sentences.map((text) => `<div class="pr-banner">${escape(text)}</div>`).join("");
}

// What is attached and can be seen, a click away from its full size.
function photos_html(frm) {
	const photos = (frm.attachments?.get_attachments() || []).filter(({ file_name }) =>
		PHOTO.test(file_name)
	);
	if (!photos.length) return "";
	const pictures = photos.map(
		({ file_url, file_name }) => `<a href="${escape(file_url)}" target="_blank" rel="noopener">
			<img src="${escape(file_url)}" alt="${escape(file_name)}" title="${escape(file_name)}" loading="lazy">
		</a>`
	);
	return `<div class="pr-photos">${pictures.join("")}</div>`;
}

function deadline_cards(doc) {
	const list = PROMISES.map(([name, key]) => deadline_card(doc, name, key));
	list.push({
		label: __("Customer"),
		value: doc.customer
			? form_link("Customer", doc.customer, doc.customer_name || doc.customer)
			: `<span class="text-muted">–</span>`,
		hint: [
			doc.customer_tier && tier_badge(doc.customer_tier),
			doc.priority && escape(__("Priority: {0}", [__(doc.priority, null, COMPLAINT)])),
		]
			.filter(Boolean)
			.join(" "),
	});
	return list;
}

function deadline_card(doc, name, key) {
	const label = escape(__(name, null, COMPLAINT));
	const kept = doc[KEPT[key]];
	const by = doc[`${key}_by`];
	const missed = doc[`${key}_missed`];
	const hint = by ? escape(__("by {0}", [frappe.datetime.str_to_user(by)])) : "";
	if (kept) {
		const value = missed ? __("Too late") : __("Done", null, "Customer Complaint");
		return { label, value: escape(value), hint, color: missed ? "red" : "green" };
	}
	const open = OPEN.includes(doc.step);
	if (open && by) {
		const next = doc.next_deadline === name ? deadline_color(doc.deadline_status) : "gray";
		return { label, value: escape(time_until(by)), hint, color: missed ? "red" : next };
	}
	if (open && doc.waiting && doc.next_deadline) {
		return { label, value: escape(__("On Hold", null, "Customer Complaint")), hint, color: "gray" };
	}
	return { label, value: missed ? escape(__("Too late")) : "–", hint, color: missed ? "red" : "gray" };
}

function take(frm, step) {
	if (frm.is_dirty()) {
		frappe.throw(__("Save your changes first."));
	}
	if (step.refused) {
		frappe.msgprint({ title: step.label, message: escape(step.refused), indicator: "orange" });
		return;
	}
	// Whether the step was taken. Why it was not, the server has said.
	const run = (details) =>
		change_and_reload(frm, () =>
			care_call(
				"complaints.take_step",
				{ complaint: frm.doc.name, step: step.name, details },
				step.label
			)
		).then(
			() => true,
			() => false
		);
	const asked = step.details.filter((fieldname) => FIELDS[fieldname]);
	if (!asked.length) {
		run({});
		return;
	}
	const dialog = new frappe.ui.Dialog({
		title: step.label,
		fields: asked.map((fieldname) => ({ fieldname, ...FIELDS[fieldname](step) })),
		primary_action_label: step.label,
		async primary_action(values) {
			if (await run(values)) dialog.hide();
		},
	});
	dialog.show();
}

// The name of a step taken, for the history in the form.
export function step_taken_label(name) {
	return (
		{
			receive: complaint_step_label("Received"),
			acknowledge: complaint_step_label("Acknowledged"),
			investigate: complaint_step_label("Under Investigation"),
			propose_resolution: complaint_step_label("Resolution Proposed"),
			resolve: complaint_step_label("Resolved"),
			confirm: complaint_step_label("Confirmed by Customer"),
			close: complaint_step_label("Closed"),
			reject: complaint_step_label("Rejected"),
			reopen: __("Reopened"),
			respond: __("Customer Was Answered"),
			wait: __("Waiting for the Customer"),
			go_on: __("Went On"),
		}[name] || name
	);
}
