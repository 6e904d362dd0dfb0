// Dialogs that several screens open.

import { escape, form_link } from "./display";
import { call, fill_period } from "./server";

// Asks before publishing `count` drafts, then calls `publish` and says what it did. Resolves afterwards.
export function confirm_publishing(count, publish) {
	const question = __("Drafts to publish: {0}. Their scores, grades and restrictions take effect.", [
		count,
	]);
	return new Promise((resolve) => {
		frappe.confirm(question, async () => {
			show_published(await publish());
			resolve();
		});
	});
}

// Says what publishing did: how many, and each one left out with the reason.
export function show_published({ published, skipped }) {
	const done = escape(__("Evaluations published: {0}.", [published.length]));
	if (!skipped.length) {
		frappe.show_alert({ message: done, indicator: "green" });
		return;
	}
	const rows = skipped
		.map(
			(row) => `<tr>
				<td>${form_link("Supplier Evaluation", row.name)}</td>
				<td>${escape(row.supplier)}</td>
				<td>${escape(row.reason)}</td>
			</tr>`
		)
		.join("");
	frappe.msgprint({
		title: __("Published Evaluations"),
		indicator: published.length ? "orange" : "red",
		wide: true,
		message: `<p>${done} ${escape(__("Left as drafts: {0}.", [skipped.length]))}</p>
			<table class="table table-bordered pr-table">
				<thead><tr><th>${__("Evaluation")}</th><th>${__("Supplier")}</th><th>${__("Reason")}</th></tr></thead>
				<tbody>${rows}</tbody>
			</table>`,
	});
}

// Asks for company and period, evaluates the supplier, and opens the draft.
export function evaluate_supplier(supplier, template) {
	const dialog = new frappe.ui.Dialog({
		title: __("Evaluate {0}", [escape(supplier)]),
		fields: [
			{
				fieldname: "company",
				fieldtype: "Link",
				options: "Company",
				label: __("Company"),
				reqd: 1,
				default: frappe.defaults.get_user_default("Company"),
				onchange: () => fill_period(dialog, template, dialog.get_value("company")),
			},
			{ fieldtype: "Section Break" },
			{ fieldname: "from_date", fieldtype: "Date", label: __("From"), reqd: 1 },
			{ fieldtype: "Column Break" },
			{ fieldname: "to_date", fieldtype: "Date", label: __("To"), reqd: 1 },
		],
		primary_action_label: __("Evaluate"),
		async primary_action(values) {
			const result = await call("evaluate_supplier", { supplier, ...values }, __("Reading the facts"));
			dialog.hide();
			open_evaluation(result);
		},
	});
	dialog.show();
	fill_period(dialog, template, dialog.get_value("company"));
}

// Opens what evaluating has made, or says why there is nothing.
export function open_evaluation({ evaluation, message }) {
	if (evaluation) frappe.set_route("Form", "Supplier Evaluation", evaluation);
	if (message)
		frappe.show_alert({ message: escape(message), indicator: evaluation ? "green" : "orange" }, 10);
}

// Asks a manager for the reason and ends the restriction. Resolves when it is released.
export function release_restriction(restriction) {
	return new Promise((resolve) => {
		const dialog = new frappe.ui.Dialog({
			title: __("Release Restriction"),
			fields: [
				{
					fieldname: "reason",
					fieldtype: "Small Text",
					label: __("Reason"),
					description: __("It is kept with your name and the date."),
					reqd: 1,
				},
			],
			primary_action_label: __("Release", null, "Supplier Restriction"),
			async primary_action({ reason }) {
				await call("release_restriction", { restriction, reason }, __("Releasing the restriction"));
				dialog.hide();
				frappe.show_alert({ message: __("The restriction is released."), indicator: "green" });
				resolve();
			},
		});
		dialog.show();
	});
}

// Asks for recipients and a message, and sends the evaluation as PDF. Resolves when that was tried.
export async function send_to_supplier(evaluation, supplier) {
	const recipients = await supplier_emails(supplier);
	return new Promise((resolve) => {
		const dialog = new frappe.ui.Dialog({
			title: __("Send to Supplier"),
			fields: [
				{
					fieldname: "recipients",
					fieldtype: "Data",
					label: __("To", null, "Notice"),
					description: __("Separate several addresses with commas."),
					default: recipients.join(", "),
					reqd: 1,
				},
				{
					fieldname: "message",
					fieldtype: "Text Editor",
					label: __("Message"),
					description: __(
						"Leave it empty to use the message from the settings. The evaluation goes with it as a PDF."
					),
				},
			],
			primary_action_label: __("Send"),
			async primary_action(values) {
				const { status, error } = await call(
					"send_to_supplier",
					{ evaluation, ...values },
					__("Sending")
				);
				dialog.hide();
				if (status === "Sent") {
					frappe.show_alert({ message: __("The evaluation was sent."), indicator: "green" });
				} else {
					frappe.msgprint({
						title: __("Not Sent"),
						indicator: "red",
						message: `${escape(
							__("The evaluation could not be sent. It will be tried again.")
						)}<br>${escape(error)}`,
					});
				}
				resolve();
			},
		});
		dialog.show();
	});
}

export async function supplier_emails(supplier) {
	const { message } = await frappe.db.get_value("Supplier", supplier, "email_id");
	if (message?.email_id) return [message.email_id];
	if (!frappe.model.can_read("Contact")) return [];
	const contacts = await frappe.db.get_list("Contact", {
		filters: [
			["Dynamic Link", "link_doctype", "=", "Supplier"],
			["Dynamic Link", "link_name", "=", supplier],
			["email_id", "is", "set"],
		],
		fields: ["email_id"],
		limit: 5,
	});
	return [...new Set(contacts.map((contact) => contact.email_id))];
}
