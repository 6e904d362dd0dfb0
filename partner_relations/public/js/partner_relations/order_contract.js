// What the form of a purchase order says of contracts, while it is written: one line at its head, no dialog.

import { escape } from "./display";

const METHOD = "partner_relations.supplier_quality.api.purchase.contract_of_order";
const WAIT = 400;
const LINES_SHOWN = 5;
const ORDER = ["supplier", "company", "transaction_date", "currency", "conversion_rate", "base_net_total"];
const LINE = ["idx", "item_code", "rate", "uom", "stock_uom", "conversion_factor", "is_free_item"];

// Shows which contract covers a draft, and where it departs; asks the server when what decides has changed.
export function show_order_contract(frm) {
	clearTimeout(frm.pr_contract_timer);
	if (frm.doc.docstatus || !frm.doc.supplier || !frm.doc.company || frm.doc.is_internal_supplier) {
		show(frm, null);
		return;
	}
	const order = asked(frm.doc);
	if (frm.pr_contract?.order === order) {
		show(frm, frm.pr_contract.found);
		return;
	}
	frm.pr_contract_timer = setTimeout(() => ask(frm), WAIT);
}

function asked(doc) {
	const pick = (row, fields) => Object.fromEntries(fields.map((field) => [field, row[field]]));
	const items = (doc.items || []).filter(({ item_code }) => item_code).map((row) => pick(row, LINE));
	return JSON.stringify({ ...pick(doc, ORDER), items });
}

async function ask(frm) {
	const { name } = frm.doc;
	const order = asked(frm.doc);
	// A hint must not disturb: what keeps the server from answering is told when the order is saved.
	const response = await frappe.call({ method: METHOD, args: { order }, silent: true }).catch(() => null);
	const found = response?.message;
	// Meanwhile another order was opened, or this one changed: then another answer is under way.
	if (!found || frm.doc.name !== name || asked(frm.doc) !== order) return;
	frm.pr_contract = { order, found };
	show(frm, found);
}

function show(frm, found) {
	const $container = frm.layout.message;
	$container.find(".pr-order-contract").closest(".form-message").remove();
	const lines = found ? lines_of(found) : [];
	if (lines.length) {
		const html = lines.map((line) => `<div>${line}</div>`).join("");
		frm.layout.show_message(`<div class="pr-order-contract">${html}</div>`, color_of(found), true);
	} else if (!$container.children().length) {
		frm.layout.show_message();
	}
}

function color_of({ missing, departures, refused, notice }) {
	if (refused) return "red";
	if (missing || departures.length || notice) return "orange";
	return "blue";
}

// Sentences of the server are HTML with links.
function lines_of({ covered, notice, missing, departures, refused }) {
	const lines = [];
	if (covered) lines.push([covered, notice].filter(Boolean).join(" "));
	if (missing) lines.push(missing);
	lines.push(...departures.slice(0, LINES_SHOWN));
	if (departures.length > LINES_SHOWN)
		lines.push(escape(__("And {0} more rows.", [departures.length - LINES_SHOWN])));
	if (refused) lines.push(escape(__("By the Supplier Quality Settings such an order is refused.")));
	return lines;
}
