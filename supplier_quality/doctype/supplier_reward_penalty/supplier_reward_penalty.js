const COLORS = {
	Proposed: "yellow",
	"Awaiting Second Approval": "yellow",
	Approved: "blue",
	Notified: "blue",
	Accepted: "blue",
	Disputed: "orange",
	Posted: "green",
	"In Effect": "green",
	Ended: "gray",
	Waived: "gray",
	Reversed: "gray",
	Cancelled: "red",
};

const OPEN = ["Proposed", "Awaiting Second Approval"];
const WAIVABLE = ["Approved", "Notified", "Accepted", "Disputed", "In Effect"];
const NOTIFIABLE = ["Approved", "Notified", "Accepted", "Disputed", "Posted", "In Effect"];
const REWARDS = [
	"Bonus",
	"Rebate",
	"Price Reduction",
	"Preferred Status",
	"Larger Order Share",
	"Payment Terms",
];
const PENALTIES = [
	"Chargeback",
	"Liquidated Damages",
	"Price Reduction",
	"Rebate",
	"Smaller Order Share",
	"Payment Terms",
	"Warning Letter",
	"Suspension",
	"Disqualification",
];
const FINANCIAL = ["Bonus", "Rebate", "Price Reduction", "Chargeback", "Liquidated Damages"];

frappe.ui.form.on("Supplier Reward Penalty", {
	setup(frm) {
		frm.set_query("remedy_scheme", () => ({ filters: { purpose: frm.doc.kind } }));
	},

	async refresh(frm) {
		offer_measures(frm);
		show_indicator(frm);
		if (frm.doc.docstatus === 0 && !frm.is_new() && !OPEN.includes(frm.doc.status)) {
			frm.disable_form(); // rejected or waived before it was approved: it only stays on record
		}
		if (frm.is_new()) {
			frm.get_field("overview").$wrapper.empty();
			frm.get_field("calculation_view").$wrapper.empty();
			return;
		}
		const { name } = frm.doc;
		const overview = await partner_relations.call("rewards.overview", { name });
		if (frm.doc.name !== name) return; // the user went on to another record meanwhile
		frm.pr_overview = overview;
		show_calculation(frm);
		show_overview(frm);
		show_next_step(frm);
		add_steps(frm);
		add_links(frm);
	},

	kind(frm) {
		offer_measures(frm);
	},

	measure(frm) {
		const { measure, kind } = frm.doc;
		const financial = FINANCIAL.includes(measure);
		frm.set_value("is_financial", financial ? 1 : 0);
		frm.set_value(
			"paid_by",
			financial ? (kind === "Reward" && measure === "Bonus" ? "Company" : "Supplier") : ""
		);
	},
});

// A reward is no suspension, a penalty no bonus.
function offer_measures(frm) {
	const measures = { Reward: REWARDS, Penalty: PENALTIES }[frm.doc.kind];
	if (!measures || frm.doc.docstatus) return;
	frm.set_df_property("measure", "options", ["", ...measures].join("\n"));
}

function show_indicator(frm) {
	if (frm.is_new()) return;
	const { status } = frm.doc;
	frm.page.set_indicator(__(status, null, frm.doctype), COLORS[status] || "gray");
}

function show_calculation(frm) {
	const { calculation, calculated_amount, currency } = frm.doc;
	const field = frm.get_field("calculation_view").$wrapper;
	field.html(
		calculation
			? partner_relations.calculation_table(frm.pr_overview.steps, calculated_amount, currency)
			: ""
	);
}

// What is at stake: the amount and what the ledger holds of it, or what the measure does.
function show_overview(frm) {
	const { doc } = frm;
	const { escape, cards, form_link } = partner_relations;
	const { effect, ledger_amount, restrictions } = frm.pr_overview;
	const money = (amount) => escape(format_currency(amount, doc.currency));
	const list = [
		{
			label: escape(__(doc.kind, null, frm.doctype)),
			value: escape(__(doc.measure, null, frm.doctype)),
			hint: form_link("Supplier", doc.supplier, doc.supplier_name || doc.supplier),
			color: doc.kind === "Reward" ? "green" : "red",
		},
	];
	if (doc.is_financial) {
		list.push({
			label: __("Amount"),
			value: money(doc.amount),
			hint: doc.paid_by === "Supplier" ? __("paid by the supplier") : __("paid by the company"),
		});
		if (doc.docstatus) {
			list.push({
				label: __("In the Ledger"),
				value: money(ledger_amount),
				hint: doc.posting_date
					? escape(frappe.datetime.str_to_user(doc.posting_date))
					: __("not posted"),
				color:
					flt(ledger_amount, 2) !== flt(doc.status === "Posted" ? doc.amount : 0, 2)
						? "orange"
						: "",
			});
		}
	} else if (effect) {
		const active = restrictions.filter(({ status }) => status === "Active").length;
		list.push({
			label: __("Effect"),
			value: `<span class="pr-card-text">${escape(effect)}</span>`,
			hint: restrictions.length ? escape(__("Restrictions in force: {0}", [active])) : "",
		});
	}
	// Until the supplier has been told, no answer is awaited, whatever day was set for a notice that waits.
	if (doc.answer || (doc.respond_by && doc.notice_on)) {
		const day = (stored) => frappe.datetime.str_to_user((stored || "").split(" ")[0]);
		list.push({
			label: __("Answer"),
			value: escape(doc.answer ? __(doc.answer, null, frm.doctype) : __("awaited")),
			hint: escape(
				doc.responded_on ? __("on {0}", [day(doc.responded_on)]) : __("by {0}", [day(doc.respond_by)])
			),
			color: { Accepted: "green", Disputed: "orange" }[doc.answer] || "",
		});
	}
	frm.get_field("overview").$wrapper.addClass("pr-wide").html(cards(list));
}

// One sentence on what is to be done next, and by whom.
function show_next_step(frm) {
	const { doc } = frm;
	const { objection_to_approving, objection_to_posting } = frm.pr_overview;
	const { escape } = partner_relations;
	frm.set_intro("");
	if (OPEN.includes(doc.status)) {
		const second = doc.status === "Awaiting Second Approval";
		const text =
			objection_to_approving ||
			(second
				? __("The first approval was given by {0}. A second person must approve it.", [
						doc.first_approver,
					])
				: __("It awaits approval by somebody other than who proposed it."));
		frm.set_intro(escape(text), "blue");
	} else if (doc.status === "Disputed") {
		const text = __("The supplier disputes it. Uphold or waive it.");
		frm.set_intro(`${escape(text)}<br><b>${escape(doc.response)}</b>`, "orange");
	} else if (doc.status === "Waived") {
		const reason = doc.waiver_reason || __("It fell with the breach behind it, which was withdrawn.");
		frm.set_intro(escape(reason), "blue");
	} else if (["Approved", "Notified", "Accepted"].includes(doc.status) && doc.docstatus === 1) {
		if (doc.debit_note) {
			frm.set_intro(escape(__("The accountants complete and submit its debit note.")), "blue");
		} else if (doc.is_financial) {
			frm.set_intro(
				escape(objection_to_posting || __("It can be posted to the ledger.")),
				objection_to_posting ? "blue" : "green"
			);
		}
	}
}

function add_steps(frm) {
	const { doc } = frm;
	const may = (right) => Boolean(frm.perm[0]?.[right]);
	const { can_post, can_make_debit_note, objection_to_approving, objection_to_posting, may_answer } =
		frm.pr_overview;
	const open = doc.docstatus === 0 && OPEN.includes(doc.status);

	if (doc.docstatus === 0 && may("submit")) {
		// Frappe's own Submit would not know of two approvals.
		if (!open || objection_to_approving) {
			if (!frm.is_dirty()) frm.page.clear_primary_action();
		} else if (!frm.is_dirty()) {
			frm.page.set_primary_action(__("Approve", null, "Supplier Reward Penalty"), () => approve(frm));
		}
		if (open) frm.add_custom_button(__("Reject"), () => waive(frm, __("Reject")));
	}
	if (open && doc.is_financial && doc.remedy_scheme && may("write")) {
		frm.add_custom_button(__("Calculate by Scheme"), () => calculate(frm));
	}
	if (doc.docstatus !== 1) return;

	const next = [];
	if (NOTIFIABLE.includes(doc.status) && may("email")) {
		next.push([
			doc.notice_status === "Sent" ? __("Send Notice Again") : __("Send Notice"),
			() => send_notice(frm),
			doc.status === "Approved" && !doc.decision_on_dispute,
		]);
	}
	if (doc.status === "Approved" && !doc.notice_on && may("submit")) {
		next.push([__("Notice Given Otherwise"), () => record_notice(frm)]);
	}
	if (may_answer && may("write")) next.push([__("Record Answer"), () => record_answer(frm)]);
	if (doc.status === "Disputed" && may("submit")) {
		next.push([__("Decide on Dispute"), () => decide_dispute(frm), true]);
	}
	if (doc.is_financial && !objection_to_posting && !doc.debit_note) {
		if (can_post) next.push([__("Post to Ledger"), () => post(frm), true]);
		if (can_make_debit_note && doc.paid_by === "Supplier") {
			next.push([__("Make Debit Note"), () => make_debit_note(frm)]);
		}
	}
	if (doc.status === "Posted" && doc.journal_entry && can_post) {
		next.push([
			__("Reverse", null, "Supplier Reward Penalty"),
			() => partner_relations.reverse_reward_penalty({ name: doc.name }),
		]);
	}
	if (doc.status === "In Effect" && may("submit")) next.push([__("End Now"), () => end(frm)]);
	if (WAIVABLE.includes(doc.status) && may("submit")) {
		next.push([__("Waive"), () => waive(frm, __("Waive"))]);
	}
	for (const [label, action, primary] of next) {
		const button = frm.add_custom_button(label, action);
		if (primary) button.removeClass("btn-default").addClass("btn-primary");
	}
}

function add_links(frm) {
	const { doc } = frm;
	const link = (doctype, name, label) => {
		if (!name || !frappe.model.can_read(doctype)) return;
		frm.add_custom_button(
			label,
			() => frappe.set_route("Form", doctype, name),
			__("Open", null, "Supplier Reward Penalty")
		);
	};
	link(doc.source_type, doc.source_name, __(doc.source_type));
	link("Contract", doc.contract, __("Contract"));
	link("Purchase Invoice", doc.purchase_invoice, __("Purchase Invoice"));
	link("Journal Entry", doc.journal_entry, __("Journal Entry"));
	link("Purchase Invoice", doc.debit_note, __("Debit Note"));
	link("Journal Entry", doc.reversal_entry, __("Reversing Entry"));
	for (const { name, document_type } of frm.pr_overview.restrictions) {
		link("Supplier Restriction", name, __("Restriction: {0}", [__(document_type)]));
	}
}

async function run(frm, method, args, working, done) {
	const result = await partner_relations.call(
		`rewards.${method}`,
		{ name: frm.doc.name, ...args },
		working
	);
	if (done) frappe.show_alert({ message: done, indicator: "green" });
	await frm.reload_doc();
	return result;
}

// Asks for values and runs a step with them.
function ask(frm, { title, fields, label, method, working, done, args = {} }) {
	const dialog = new frappe.ui.Dialog({
		title,
		fields,
		primary_action_label: label || title,
		async primary_action(values) {
			await run(frm, method, { ...args, ...values }, working, done);
			dialog.hide();
		},
	});
	dialog.show();
}

const reason_field = () => ({
	fieldname: "reason",
	fieldtype: "Small Text",
	label: __("Reason"),
	description: __("It is kept with your name and the date."),
	reqd: 1,
});

const date_field = (fieldname, label) => ({
	fieldname,
	fieldtype: "Date",
	label,
	default: frappe.datetime.get_today(),
	reqd: 1,
});

function approve(frm) {
	const { doc } = frm;
	const what = doc.is_financial
		? `${__(doc.measure, null, frm.doctype)}, ${format_currency(doc.amount, doc.currency)}`
		: __(doc.measure, null, frm.doctype);
	const question = __("Approve for {0}: {1}?", [
		partner_relations.escape(doc.supplier_name || doc.supplier),
		partner_relations.escape(what),
	]);
	frappe.confirm(question, async () => {
		const result = await partner_relations.call(
			"rewards.approve",
			{ names: [doc.name] },
			__("Approving", null, frm.doctype)
		);
		partner_relations.show_approved(result);
		frm.reload_doc();
	});
}

function waive(frm, label) {
	ask(frm, {
		title: label,
		fields: [reason_field()],
		method: "waive",
		working: __("Saving"),
		done: __("It is waived."),
	});
}

function end(frm) {
	ask(frm, {
		title: __("End Now"),
		fields: [reason_field()],
		method: "end",
		working: __("Saving"),
		done: __("The measure has ended."),
	});
}

function calculate(frm) {
	ask(frm, {
		title: __("Calculate by Scheme"),
		fields: [
			{
				fieldname: "value",
				fieldtype: "Currency",
				label: __("Basis or Volume"),
				description: __("In the company's currency, as the scheme's basis says"),
			},
			{
				fieldname: "units",
				fieldtype: "Float",
				label: __("Days Late, Points Missed or Breaches"),
			},
			{ fieldname: "exempt_units", fieldtype: "Float", label: __("Of Them Force Majeure") },
			{ fieldname: "grade", fieldtype: "Data", label: __("Grade", null, "Supplier Evaluation") },
		],
		label: __("Calculate"),
		method: "calculate",
		working: __("Calculating"),
	});
}

async function send_notice(frm) {
	const recipients = await partner_relations.supplier_emails(frm.doc.supplier);
	const dialog = new frappe.ui.Dialog({
		title: __("Send Notice"),
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
					"Leave it empty to use the message from the settings. The letter goes with it as a PDF."
				),
			},
		],
		primary_action_label: __("Send"),
		async primary_action(values) {
			const { status, error } = await run(frm, "send_notice", values, __("Sending"));
			dialog.hide();
			if (status === "Sent") {
				frappe.show_alert({ message: __("The notice was sent."), indicator: "green" });
				return;
			}
			const { escape } = partner_relations;
			const text = __("The notice could not be sent. It will be tried again.");
			frappe.msgprint({
				title: __("Not Sent"),
				indicator: "red",
				message: `${escape(text)}<br>${escape(error)}`,
			});
		},
	});
	dialog.show();
}

function record_notice(frm) {
	ask(frm, {
		title: __("Notice Given Otherwise"),
		fields: [
			date_field("given_on", __("Given On")),
			{
				fieldname: "how",
				fieldtype: "Small Text",
				label: __("To Whom and How"),
				description: __("For example: registered letter to the managing director"),
				reqd: 1,
			},
		],
		label: __("Record"),
		method: "record_notice",
		working: __("Saving"),
		done: __("The supplier is notified; the days to answer count from then."),
	});
}

function record_answer(frm) {
	ask(frm, {
		title: __("Record Answer"),
		fields: [
			{
				fieldname: "answer",
				fieldtype: "Select",
				label: __("The Supplier's Answer"),
				options: ["Accepted", "Disputed"].map((value) => ({
					value,
					label: __(value, null, "Supplier Reward Penalty"),
				})),
				reqd: 1,
			},
			{ fieldname: "by", fieldtype: "Data", label: __("Answered By") },
			{
				fieldname: "text",
				fieldtype: "Small Text",
				label: __("What the Supplier Says"),
				mandatory_depends_on: "eval:doc.answer == 'Disputed'",
			},
		],
		label: __("Record"),
		method: "record_response",
		working: __("Saving"),
	});
}

function decide_dispute(frm) {
	ask(frm, {
		title: __("Decide on Dispute"),
		fields: [
			{
				fieldname: "said",
				fieldtype: "HTML",
				options: `<blockquote>${partner_relations.escape(frm.doc.response)}</blockquote>`,
			},
			{
				fieldname: "decision",
				fieldtype: "Select",
				label: __("Decision"),
				options: [
					{ value: "Uphold", label: __("Uphold: it stands as approved") },
					{ value: "Waive", label: __("Waive: nothing follows from it") },
				],
				reqd: 1,
			},
			reason_field(),
		],
		label: __("Decide"),
		method: "decide_dispute",
		working: __("Saving"),
	});
}

function post(frm) {
	ask(frm, {
		title: __("Post to Ledger"),
		fields: [
			date_field("posting_date", __("Posting Date")),
			{
				fieldname: "what",
				fieldtype: "HTML",
				options: `<p class="text-muted small">${
					frm.doc.paid_by === "Supplier"
						? __(
								"It is set off against the supplier's outstanding invoices; what remains goes on account."
							)
						: __("The amount is owed to the supplier until it is paid.")
				}</p>`,
			},
		],
		label: __("Post", null, "Supplier Reward Penalty"),
		method: "post",
		working: __("Posting"),
		done: __("It is posted."),
	});
}

function make_debit_note(frm) {
	frappe.confirm(
		__("Draft a debit note? The accountants add tax and submit it; until then nothing is posted."),
		async () => {
			const name = await run(frm, "make_debit_note", {}, __("Making the debit note"));
			frappe.set_route("Form", "Purchase Invoice", name);
		}
	);
}
