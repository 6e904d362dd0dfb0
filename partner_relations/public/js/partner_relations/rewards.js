// What forms and lists of rewards and penalties share.

import { escape, form_link } from "./display";
import { call } from "./server";

// Says what approving did: one, or how many with each one left out and why.
export function show_approved({ approved, skipped }) {
	if (!skipped.length) {
		const [first, ...others] = approved;
		const one =
			first?.status === "Awaiting Second Approval"
				? __("The first approval is given. A second person must approve it.")
				: __("It is approved.");
		const message = others.length ? __("Approved: {0}.", [approved.length]) : one;
		frappe.show_alert({ message: escape(message), indicator: "green" });
		return;
	}
	const rows = skipped
		.map(
			({ name, reason }) => `<tr>
				<td>${form_link("Supplier Reward Penalty", name)}</td>
				<td>${escape(frappe.utils.html2text(reason))}</td>
			</tr>`
		)
		.join("");
	frappe.msgprint({
		title: __("Approval"),
		indicator: approved.length ? "orange" : "red",
		wide: true,
		message: `<p>${escape(__("Approved: {0}.", [approved.length]))}
			${escape(__("Not approved: {0}.", [skipped.length]))}</p>
			<table class="table table-bordered pr-table">
				<thead><tr><th>${__("Reward or Penalty")}</th><th>${__("Reason")}</th></tr></thead>
				<tbody>${rows}</tbody>
			</table>`,
	});
}

// Asks for the date of a reversing entry and posts it. Also what a refused cancel offers.
export function reverse_reward_penalty({ name }) {
	if (frappe.msg_dialog) frappe.msg_dialog.hide();
	const dialog = new frappe.ui.Dialog({
		title: __("Reverse {0}", [escape(name)]),
		fields: [
			{
				fieldname: "posting_date",
				fieldtype: "Date",
				label: __("Posting Date"),
				description: __("Of the reversing entry. The one that it reverses stays as it is."),
				default: frappe.datetime.get_today(),
				reqd: 1,
			},
		],
		primary_action_label: __("Reverse", null, "Supplier Reward Penalty"),
		async primary_action(values) {
			await call("rewards.reverse", { name, ...values }, __("Posting"));
			dialog.hide();
			frappe.show_alert({ message: __("The reversing entry is posted."), indicator: "green" });
			// nosemgrep: called by the answer to a refused cancel, which knows no form
			const frm = window.cur_frm; // nosemgrep: as above
			if (frm?.doctype === "Supplier Reward Penalty" && frm.doc.name === name) frm.reload_doc();
		},
	});
	dialog.show();
}
