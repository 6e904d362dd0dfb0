// What a customer gets for a complaint: proposed, approved, made as ERPNext's own documents.

import { cards, empty_state, escape, form_link } from "./display";
import { care_call, change_and_reload } from "./server";

const COMPLAINT = "Customer Complaint";

const COLORS = {
	"Awaiting Approval": "orange",
	Approved: "blue",
	Made: "yellow",
	Done: "green",
	Rejected: "red",
	Cancelled: "gray",
};

const WITH_AMOUNT = ["Repair", "Price Allowance"];

// What is usually done for who seeks it.
const USUAL = {
	Credit: "Credit Note",
	Replacement: "Replacement Delivery",
	Repair: "Repair",
	Return: "Return",
	"Price Allowance": "Price Allowance",
	Apology: "Apology",
};

// Documents for a complaint are made here, from what was granted; not by the "+" of the connections.
export function set_up_resolutions(frm) {
	const made = ["Sales Invoice", "Delivery Note", "Sales Order", "Warranty Claim"];
	frm.can_make_methods = {
		...frm.can_make_methods,
		...Object.fromEntries(made.map((doctype) => [doctype, () => false])),
	};
}

// Fills the tab Resolution: what was granted and what is left of the limit, and each resolution with its
// document and what may be done next.
export async function show_complaint_resolutions(frm) {
	frm.toggle_display(["resolutions", "resolution_cost"], false);
	frm.toggle_display("resolution_overview", !frm.is_new());
	if (frm.is_new()) return;
	const { name } = frm.doc;
	const overview = await care_call("resolutions.overview", { complaint: name });
	if (frm.doc.name !== name) return;
	const $wrapper = frm.get_field("resolution_overview").$wrapper;
	$wrapper.html(overview_html(overview));
	$wrapper.find("[data-action]").on("click", (event) => {
		const { action, row } = event.currentTarget.dataset;
		ACTIONS[action](
			frm,
			overview.rows.find((one) => one.name === row),
			overview
		);
	});
}

// A line in the forms of ERPNext's documents that were made for a complaint.
export function show_complaint_of_document(frm) {
	const { customer_complaint } = frm.doc;
	if (customer_complaint) {
		frm.set_intro(__("For the complaint {0}", [form_link(COMPLAINT, customer_complaint)]), "blue");
	}
}

function overview_html(overview) {
	const { rows, may_propose } = overview;
	const add = may_propose
		? `<button class="btn btn-default btn-sm" data-action="propose">${__("Propose Resolution…")}</button>`
		: "";
	if (!rows.length) {
		const text = may_propose
			? __("Nothing was granted yet. Propose what the customer gets: a credit note, a replacement…")
			: __("Nothing was granted yet.");
		return empty_state(`<p>${text}</p>${add}`);
	}
	return `${cards(figures(overview))}
		<table class="table table-bordered pr-table">
			<thead><tr>
				<th>${__("Resolution", null, "Customer Complaint")}</th><th class="pr-figure">${__("Amount")}</th>
				<th>${__("Status")}</th><th>${__("Document", null, "Customer Complaint")}</th><th class="pr-figure">${__("Cost")}</th><th></th>
			</tr></thead>
			<tbody>${rows.map((row) => row_html(row, overview)).join("")}</tbody>
		</table>${add}`;
}

function figures({ rows, granted, limit, cost, currency }) {
	const left = Math.max(0, limit - granted);
	const waiting = rows.filter(({ status }) => status === "Awaiting Approval").length;
	return [
		{ label: __("Granted", null, "Customer Complaint"), value: money(granted, currency) },
		{
			label: __("Left Without Approval"),
			value: money(left, currency),
			hint: __("of {0} by the tier", [money(limit, currency)]),
			color: left ? "green" : "orange",
		},
		{
			label: __("Awaiting Approval", null, "Customer Complaint Resolution"),
			value: String(waiting),
			color: waiting ? "orange" : "gray",
		},
		{ label: __("Cost So Far"), value: money(cost, currency), hint: __("Submitted documents") },
	];
}

function row_html(row, { currency }) {
	const status = `<span class="indicator-pill ${COLORS[row.status]}">${escape(
		__(row.status, null, "Customer Complaint Resolution")
	)}</span>`;
	const note = row.note ? `<div class="text-muted small">${escape(row.note)}</div>` : "";
	return `<tr>
		<td>${escape(__(row.kind, null, "Customer Complaint Resolution"))}${note}</td>
		<td class="pr-figure">${money(row.amount, currency)}</td>
		<td>${status}<div class="text-muted small">${escape(who(row))}</div></td>
		<td>${document_html(row)}</td>
		<td class="pr-figure">${row.status === "Done" ? money(row.cost, currency) : ""}</td>
		<td class="pr-figure">${buttons(row)}</td>
	</tr>`;
}

// Who proposed and decided, and why.
function who(row) {
	const lines = [__("Proposed by {0}", [row.proposed_by])];
	if (row.approved_by && row.approved_by !== row.proposed_by) {
		lines.push(__("Decided by {0}", [row.approved_by]));
	}
	if (row.decision_reason) lines.push(row.decision_reason);
	return lines.join(" · ");
}

function document_html({ document, source_type, source_name }) {
	if (document) {
		const { doctype, name, status, amount, currency } = document;
		const state = [
			doctype === "Communication" ? __("Letter", null, "Customer Complaint") : __(status || "Draft"),
			amount ? format_currency(amount, currency) : "",
		];
		return `${form_link(doctype, name)}<div class="text-muted small">${escape(
			state.filter(Boolean).join(" · ")
		)}</div>`;
	}
	return source_name
		? `<span class="text-muted small">${__("from {0}", [form_link(source_type, source_name)], "Customer Complaint")}</span>`
		: "";
}

function buttons(row) {
	const list = [];
	if (row.may_decide) {
		list.push(
			button("approve", row, __("Approve", null, "Customer Complaint"), "btn-primary"),
			button("reject", row, __("Reject"))
		);
	}
	if (row.status === "Approved") {
		list.push(
			button(
				"make",
				row,
				row.kind === "Apology" ? __("Send") : __("Make", null, "Customer Complaint"),
				"btn-primary"
			)
		);
	}
	if (row.may_withdraw) list.push(button("withdraw", row, __("Withdraw")));
	return list.join(" ");
}

function button(action, row, label, css_class = "btn-default") {
	return `<button class="btn btn-xs ${css_class}" data-action="${action}"
		data-row="${escape(row.name)}">${escape(label)}</button>`;
}

function money(amount, currency) {
	return escape(format_currency(amount, currency));
}

const ACTIONS = {
	propose: (frm, _row, overview) => propose(frm, overview),
	approve: (frm, row) => decide(frm, row, "approve", __("Approve", null, "Customer Complaint"), false),
	reject: (frm, row) => decide(frm, row, "reject", __("Reject"), true),
	withdraw: (frm, row) => decide(frm, row, "withdraw", __("Withdraw"), true),

	async make(frm, row) {
		if (row.refused) {
			frappe.msgprint({
				title: __("Somebody Else Must Do This"),
				message: escape(row.refused),
				indicator: "orange",
			});
			return;
		}
		check_saved(frm);
		const { doctype, name } = await change_and_reload(frm, () =>
			care_call(
				"resolutions.make",
				{ complaint: frm.doc.name, row: row.name },
				__("Making the document")
			)
		);
		if (doctype !== "Communication") frappe.set_route("Form", doctype, name);
	},
};

// Asks for the reason, which is kept with the user's name.
function decide(frm, row, action, label, demanded) {
	check_saved(frm);
	const dialog = new frappe.ui.Dialog({
		title: `${label}: ${__(row.kind, null, "Customer Complaint Resolution")}`,
		fields: [
			{
				fieldname: "reason",
				fieldtype: "Small Text",
				label: __("Reason"),
				description: __("It is kept with your name and the date."),
				reqd: demanded ? 1 : 0,
			},
		],
		primary_action_label: label,
		async primary_action({ reason }) {
			await change_and_reload(frm, () =>
				care_call(`resolutions.${action}`, { complaint: frm.doc.name, row: row.name, reason }, label)
			);
			dialog.hide();
		},
	});
	dialog.show();
}

// Offers what the complaint's lines allow, with what it is worth and whether it needs an approval.
async function propose(frm, { currency, limit, granted }) {
	check_saved(frm);
	const offers = await care_call("resolutions.offers", { complaint: frm.doc.name });
	const by_kind = Object.fromEntries(offers.map((offer) => [offer.kind, offer]));
	const possible = offers.find(({ refused }) => !refused)?.kind;
	const dialog = new frappe.ui.Dialog({
		title: __("Propose Resolution"),
		fields: [
			{
				fieldname: "kind",
				fieldtype: "Select",
				label: __("Resolution", null, "Customer Complaint"),
				options: offers.map(({ kind }) => ({
					value: kind,
					label: __(kind, null, "Customer Complaint Resolution"),
				})),
				default: USUAL[frm.doc.remedy_sought] || possible,
				reqd: 1,
				onchange: () => show_kind(),
			},
			{ fieldname: "state", fieldtype: "HTML" },
			{ fieldname: "lines", fieldtype: "HTML" },
			{
				fieldname: "amount",
				fieldtype: "Currency",
				label: __("Amount"),
				options: "currency",
				onchange: () => show_worth(),
			},
			{ fieldname: "currency", fieldtype: "Data", hidden: 1, default: currency },
			{ fieldname: "note", fieldtype: "Small Text", label: __("Note", null, "Customer Complaint") },
		],
		primary_action_label: __("Propose", null, "Customer Complaint"),
		async primary_action({ kind, amount, note }) {
			await change_and_reload(frm, () =>
				care_call(
					"resolutions.propose",
					{ complaint: frm.doc.name, kind, amount, note, lines: chosen_lines() },
					__("Proposing")
				)
			);
			dialog.hide();
		},
	});

	const kind = () => dialog.get_value("kind");

	const $lines = dialog.get_field("lines").$wrapper;
	const items = Object.fromEntries((frm.doc.items || []).map((row) => [row.name, row]));

	function chosen_lines() {
		if (!by_kind[kind()].lines.length) return null;
		const lines = $lines.find("input").get();
		return lines
			.map((input) => ({ row: input.dataset.row, qty: flt(input.value) }))
			.filter(({ qty }) => qty > 0);
	}

	function show_kind() {
		const offer = by_kind[kind()];
		if (!offer) return;
		$lines.html(lines_html(offer, items));
		$lines.find("input").on("change", show_worth);
		dialog.set_df_property("amount", "hidden", WITH_AMOUNT.includes(kind()) ? 0 : 1);
		dialog.set_df_property("amount", "reqd", kind() === "Price Allowance" ? 1 : 0);
		dialog.set_df_property("note", "reqd", kind() === "Apology" ? 1 : 0);
		dialog.set_df_property(
			"note",
			"label",
			kind() === "Apology"
				? __("Apology", null, "Customer Complaint Resolution")
				: __("Note", null, "Customer Complaint")
		);
		show_worth();
	}

	async function show_worth() {
		const asked = kind();
		if (!by_kind[asked]) return;
		const offer = await care_call("resolutions.worth", {
			complaint: frm.doc.name,
			kind: asked,
			lines: chosen_lines(),
		});
		if (asked !== kind()) return;
		const amount = WITH_AMOUNT.includes(asked) ? flt(dialog.get_value("amount")) : offer.amount;
		dialog.get_field("state").$wrapper.html(state_html(offer.refused, amount));
		dialog.get_primary_btn().prop("disabled", Boolean(offer.refused));
	}

	function state_html(refused, amount) {
		if (refused)
			return `<div class="alert alert-warning">${escape(frappe.utils.html2text(refused))}</div>`;
		const left = Math.max(0, limit - granted);
		const worth = amount ? __("It comes to {0}.", [money(amount, currency)]) : __("It costs nothing.");
		const approval =
			amount > left
				? __("Of the tier's limit {0} are left, so somebody else approves it.", [
						money(left, currency),
					])
				: __("It is within what you may grant.");
		return `<p class="text-muted">${worth} ${approval}</p>`;
	}

	dialog.show();
	show_kind();
}

// The lines that may be chosen, each with the quantity of it.
function lines_html({ kind, lines }, items) {
	if (!lines.length) return "";
	const rows = lines.map(({ row, qty }, index) => {
		const line = items[row] || {};
		// A repair is for one line.
		const chosen = kind === "Repair" && index ? 0 : qty;
		return `<tr>
			<td>${escape(line.item_name || line.item_code)}
				<div class="text-muted small">${escape(line.serial_no || line.batch_no || "")}</div></td>
			<td class="pr-figure">
				<input type="number" class="form-control input-xs" min="0" max="${qty}" step="any" value="${chosen}"
					data-row="${escape(row)}" aria-label="${escape(__("Quantity"))}">
				<div class="text-muted small">${__("of {0} {1}", [qty, escape(__(line.uom || ""))])}</div></td>
		</tr>`;
	});
	return `<div class="form-group">
		<label class="control-label">${__("Lines", null, "Customer Complaint")}</label>
		<table class="table table-bordered pr-table pr-chosen-lines"><tbody>${rows.join("")}</tbody></table>
		<p class="help-box small text-muted">${__("A quantity of 0 leaves a line out.")}</p>
	</div>`;
}

function check_saved(frm) {
	if (frm.is_dirty()) frappe.throw(__("Save your changes first."));
}
