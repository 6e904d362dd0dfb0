// Choosing what a complaint is about: only what its customer got from us.

import { escape, number } from "./display";
import { care_call } from "./server";

const LINE = "Customer Complaint Item";
const SEARCH = "partner_relations.customer_care.api.complaint_items";
const KINDS = ["Sales Invoice", "Delivery Note", "Sales Order"];
const kinds = () => KINDS.filter((doctype) => frappe.model.can_read(doctype));

// For `setup` of the form: the lists of the lines offer what belongs to the customer.
export function set_up_complaint_items(frm) {
	const query =
		(name, ...fields) =>
		(doc, cdt, cdn) => {
			const row = locals[cdt][cdn];
			const filters = { customer: doc.customer || "" };
			for (const field of fields) if (row[field]) filters[field] = row[field];
			return { query: `${SEARCH}.${name}`, filters };
		};
	frm.set_query("document_name", "items", query("documents"));
	frm.set_query("item_code", "items", query("items", "document_type", "document_name"));
	frm.set_query("batch_no", "items", query("batches", "document_type", "document_name", "item_code"));
	frm.set_query("serial_no", "items", query("serials", "document_type", "document_name", "item_code"));
}

// For `refresh`: the button that picks lines of a document.
export function offer_complaint_items(frm) {
	const button = frm
		.get_field("items")
		.grid.add_custom_button(__("From a Document"), () => pick_document(frm));
	leave_numbers_to_the_server();
	const possible = frm.doc.customer && frm.perm[0]?.write && kinds().length;
	button.toggleClass("hidden", !possible);
}

// The Desk's check of links asks for the right to read batches, which few have who handle complaints; the server
// judges the numbers anyway. Rows have copies of their fields.
function leave_numbers_to_the_server() {
	const { docfield_map, docfield_copy } = frappe.meta;
	for (const fields of [docfield_map[LINE], ...Object.values(docfield_copy[LINE] || {})]) {
		fields.batch_no.ignore_link_validation = true;
		fields.serial_no.ignore_link_validation = true;
	}
}

function pick_document(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("What It Is About"),
		size: "large",
		fields: [
			{
				fieldname: "document_type",
				fieldtype: "Select",
				label: __("Document", null, "Customer Complaint Item"),
				options: kinds().map((value) => ({ value, label: __(value) })),
				default: kinds()[0],
				onchange: () => dialog.set_value("document_name", ""),
			},
			{ fieldtype: "Column Break" },
			{
				fieldname: "document_name",
				fieldtype: "Dynamic Link",
				options: "document_type",
				label: __("Number", null, "Customer Complaint Item"),
				reqd: 1,
				get_query: () => ({
					query: `${SEARCH}.documents`,
					filters: { customer: frm.doc.customer },
				}),
				onchange: () => show_lines(dialog),
			},
			{ fieldtype: "Section Break" },
			{ fieldname: "lines", fieldtype: "HTML" },
		],
		primary_action_label: __("Add"),
		primary_action({ document_type, document_name }) {
			const chosen = dialog.lines.filter((line, index) =>
				dialog.$body.find(`#pr-line-${index}`).prop("checked")
			);
			if (!chosen.length) {
				frappe.show_alert({ message: __("Choose at least one line."), indicator: "orange" });
				return;
			}
			for (const { row, item_code, item_name, uom, batch_no, serial_no, qty } of chosen) {
				const values = { document_type, document_name, document_row: row, item_code, item_name, uom };
				frm.add_child("items", { ...values, batch_no, serial_no, qty: serial_no ? 1 : qty });
			}
			frm.refresh_field("items");
			frm.dirty();
			dialog.hide();
		},
	});
	dialog.lines = [];
	dialog.show();
}

async function show_lines(dialog) {
	const { document_type, document_name } = dialog.get_values(true);
	const $lines = dialog.get_field("lines").$wrapper.empty();
	dialog.lines = [];
	if (!document_name) return;
	const lines = await care_call("complaint_items.choices", { document_type, document_name });
	dialog.lines = lines;
	const rows = lines.map(
		(line, index) => `<tr>
			<td><input type="checkbox" id="pr-line-${index}" ${lines.length === 1 ? "checked" : ""}></td>
			<td><label for="pr-line-${index}">${escape(line.item_name || line.item_code)}</label></td>
			<td>${escape(line.batch_no || "")}</td>
			<td>${escape(line.serial_no || "")}</td>
			<td class="text-right">${number(line.qty)} ${escape(__(line.uom || ""))}</td>
		</tr>`
	);
	$lines.html(`<div class="pr-scroll"><table class="table table-bordered pr-table">
		<thead><tr><th></th><th>${__("Item")}</th><th>${__("Batch")}</th><th>${__("Serial No")}</th>
			<th class="text-right">${__("Quantity")}</th></tr></thead>
		<tbody>${rows.join("")}</tbody></table></div>`);
}

// What was chosen before says nothing about another document or item.
frappe.ui.form.on(LINE, {
	document_type: (frm, cdt, cdn) => clear(cdt, cdn, "document_name"),
	item_code: (frm, cdt, cdn) => clear(cdt, cdn, "batch_no", "serial_no"),
});

function clear(cdt, cdn, ...fields) {
	for (const field of fields) {
		if (locals[cdt][cdn][field]) frappe.model.set_value(cdt, cdn, field, "");
	}
}
