// Where the goods of a complaint came from, and who else got them: back on the left, forward on the right.

import { escape, form_link, number, page_link } from "./display";
import { care_call } from "./server";

const SHOWN = 8;

const STATUS_COLORS = { Accepted: "green", Rejected: "red" };

// Shows the trace of a complaint in its field `trace`.
export async function show_complaint_trace(frm) {
	const field = frm.get_field("trace");
	const { name, items } = frm.doc;
	if (frm.is_new() || !(items || []).length) {
		field.$wrapper.html("");
		return;
	}
	const found = await care_call("traceability.trace", { complaint: name });
	if (frm.doc.name !== name) return;
	field.$wrapper.html(trace_html(found));
}

// A link where the user may follow it.
function link(doctype, name, text = name) {
	return frappe.model.can_read(doctype) ? form_link(doctype, name, text) : escape(text);
}

function trace_html(found) {
	const ways = found.traces.map((one) => way_html(one, found.customer)).join("");
	const hint = found.traces.length
		? ""
		: `<div class="pr-empty">${__(
				"Choose the batch or serial number of an item to see where it came from and who else got it."
			)}</div>`;
	const more = found.more
		? `<div class="text-muted">${escape(
				__(
					"Numbers that are not shown: {0}. Name the batch or serial number in a line to trace it.",
					[found.more]
				)
			)}</div>`
		: "";
	return `<div class="pr-trace">${ways}${more}${hint}${others_html(found)}</div>`;
}

function way_html(one, customer) {
	return `<div class="pr-trace-way">
		${column_html(__("Came From"), origin_html(one))}
		<div class="pr-trace-middle">${middle_html(one)}</div>
		${column_html(__("Went To"), deliveries_html(one, customer))}
	</div>`;
}

function column_html(title, body) {
	return `<div class="pr-trace-column"><div class="pr-panel-title">${title}</div>${body}</div>`;
}

function middle_html({ number: { item_code, batch_no, serial_no }, item_name, ...one }) {
	const kind = serial_no ? "Serial No" : "Batch";
	const filters = { item_code, ...(serial_no ? { serial_no } : { batch_no }) };
	const customers = __("Customers who have it: {0}", [one.customers.length]);
	return `<div class="text-muted">${escape(serial_no ? __("Serial No") : __("Batch"))}</div>
		<div class="pr-trace-number">${link(kind, serial_no || batch_no)}</div>
		<div>${link("Item", item_code, item_name || item_code)}</div>
		<div class="text-muted">${escape(customers)}</div>
		<div>${page_link(["query-report", "Batch and Serial Trace"], filters, __("As a Report"))}</div>`;
}

// Receipts with their supplier and inspection, and what was made here.
function origin_html(one) {
	const made = one.productions.map((row) =>
		entry_html({
			title: escape(__("Made here: {0} {1}", [number(row.quantity), __(one.uom)])),
			document: row,
			notes: [row.work_order && link("Work Order", row.work_order)],
		})
	);
	const received = one.receipts.map((row) =>
		entry_html({
			title: row.supplier
				? link("Supplier", row.supplier, row.supplier_name || row.supplier)
				: escape(__("Not Bought", null, "Trace")),
			document: row,
			notes: [
				quantity_html(row, __("sent back: {0}")),
				row.made_into && goods_html(row, __("used to make it")),
				...one.inspections
					.filter(
						({ document_name, item_code }) =>
							document_name === row.document_name && item_code === row.number.item_code
					)
					.map(inspection_html),
			],
		})
	);
	const hidden = one.hidden.receipts + one.hidden.productions + one.hidden.inspections;
	const nothing = escape(__("No receipt is known: it may be older than this system."));
	return list_html([...made, ...received], hidden, nothing);
}

function inspection_html({ name, status }) {
	const pill = `<span class="indicator-pill ${STATUS_COLORS[status] || "gray"}">${escape(
		__(status)
	)}</span>`;
	return `${link("Quality Inspection", name)} ${pill}`;
}

function deliveries_html(one, customer) {
	// This complaint's customer first, then those who still have some of it.
	const rank = (row) => (row.customer === customer ? 0 : row.quantity - row.returned > 0 ? 1 : 2);
	const rows = [...one.deliveries].sort((left, right) => rank(left) - rank(right));
	const entries = rows.map((row) =>
		entry_html({
			title: link("Customer", row.customer, row.customer_name || row.customer),
			badge: row.customer === customer ? __("This Complaint") : "",
			document: row,
			notes: [
				quantity_html(row, __("came back: {0}")),
				row.made_in && goods_html(row, __("made with it")),
			],
			faded: row.quantity - row.returned <= 0,
		})
	);
	const more = entries.length - SHOWN;
	if (more > 0) {
		entries.splice(
			SHOWN,
			more,
			`<div class="text-muted">${escape(__("{0} more in the report", [more]))}</div>`
		);
	}
	return list_html(entries, one.hidden.deliveries, escape(__("Nobody got it yet.")));
}

// Other goods than those traced: what went into them, or was made of them.
function goods_html({ number: { item_code, batch_no, serial_no }, item_name }, what) {
	const number_link = link(serial_no ? "Serial No" : "Batch", serial_no || batch_no);
	return `${link("Item", item_code, item_name || item_code)} ${number_link}
		<span class="text-muted">${escape(what)}</span>`;
}

function entry_html({ title, badge = "", document, notes, faded = false }) {
	const facts = notes.filter(Boolean).map((note) => `<div>${note}</div>`);
	const mark = badge ? ` <span class="pr-badge pr-blue">${escape(badge)}</span>` : "";
	return `<div class="pr-trace-entry ${faded ? "text-muted" : ""}">
		<div><strong>${title}</strong>${mark}</div>
		<div>${link(document.document_type, document.document_name)}
			<span class="text-muted">${escape(frappe.datetime.str_to_user(document.date))}</span></div>
		${facts.join("")}
	</div>`;
}

function quantity_html({ quantity, returned, uom }, back) {
	const parts = [`${number(quantity)} ${__(uom)}`];
	if (returned) parts.push(back.replace("{0}", number(returned)));
	return escape(parts.join(", "));
}

function list_html(entries, hidden, nothing) {
	const rest = hidden
		? `<div class="text-muted">${escape(__("Not shown, because you may not read them: {0}", [hidden]))}</div>`
		: "";
	return (entries.join("") || (hidden ? "" : `<div class="text-muted">${nothing}</div>`)) + rest;
}

// Complaints of others about the same batches and serial numbers.
function others_html({ others, others_hidden, traces }) {
	if (!traces.length) return "";
	const rows = others.map(
		(row) => `<tr>
			<td>${link("Customer Complaint", row.name, row.subject)}</td>
			<td>${escape(row.customer_name || row.customer)}</td>
			<td>${escape(__(row.severity, null, "Customer Complaint"))}</td>
			<td>${escape(__(row.step, null, "Customer Complaint"))}</td>
			<td>${escape(frappe.datetime.str_to_user(row.received_on.slice(0, 10)))}</td>
		</tr>`
	);
	const title = `<div class="pr-panel-title">${__("Other Complaints About It")}</div>`;
	const hidden = others_hidden
		? `<div class="text-muted">${escape(
				__("Not shown, because you may not read them: {0}", [others_hidden])
			)}</div>`
		: "";
	if (!rows.length) {
		return `${title}${hidden || `<div class="text-muted">${escape(__("There are none so far."))}</div>`}`;
	}
	return `${title}<div class="pr-scroll"><table class="table table-bordered pr-table">
		<thead><tr><th>${__("Complaint", null, "Customer Complaint")}</th><th>${__("Customer")}</th><th>${__("Severity")}</th>
			<th>${__("Step")}</th><th>${__("Received On", null, "Customer Complaint")}</th></tr></thead>
		<tbody>${rows.join("")}</tbody></table></div>${hidden}`;
}
