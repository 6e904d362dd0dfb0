// What the overview shows better than fields do. They stay for lists, reports and print.
const SHOWN_IN_OVERVIEW = ["promise_section", "figures_section", "has_value", "status_section"];

const COLORS = {
	Detected: "orange",
	Notified: "blue",
	Accepted: "purple",
	Disputed: "yellow",
	Penalised: "red",
	Waived: "gray",
	Closed: "gray",
	Withdrawn: "gray",
};

frappe.ui.form.on("Contract Breach", {
	async refresh(frm) {
		frm.toggle_display(SHOWN_IN_OVERVIEW, false);
		frm.disable_save();
		if (frm.is_new()) {
			frm.set_intro(__("Breaches are made by the daily check of the contracts' obligations."), "blue");
			return;
		}
		const { doc } = frm;
		frm.page.set_indicator(__(doc.status, null, "Contract Breach"), COLORS[doc.status]);
		const more = await partner_relations.call("obligations.breach_overview", { breach: doc.name });
		if (frm.doc.name !== doc.name) return;
		show_overview(frm, more);
		show_state(frm);
		add_buttons(frm, more);
	},
});

function show_overview(frm, more) {
	const { doc } = frm;
	const { cards, escape } = partner_relations;
	const field = frm.get_field("overview").$wrapper.addClass("pr-wide");
	field.html(`
		${scope_html(doc)}
		<p class="pr-lead">${escape(more.sentence)}</p>
		${cards(doc.due_date ? delay_figures(doc) : figures(doc))}
		${doc.due_date ? "" : partner_relations.promise_against_fact(doc)}
		${answer_html(doc)}
		${penalties_html(doc, more)}
	`);
}

function scope_html(doc) {
	const { escape, form_link } = partner_relations;
	const from = frappe.datetime.str_to_user(doc.from_date);
	const to = frappe.datetime.str_to_user(doc.to_date);
	const parts = [
		form_link(doc.party_type, doc.party, doc.party_name || doc.party),
		form_link("Contract", doc.contract),
		escape(doc.company),
		doc.due_date ? "" : escape(`${from} – ${to}`),
		doc.owed_by === "Us" ? `<b>${escape(__("Owed by us"))}</b>` : "",
	];
	return `<div class="pr-scope">${parts
		.filter(Boolean)
		.map((part) => `<span>${part}</span>`)
		.join("")}</div>`;
}

function figures(doc) {
	const { escape, measured, number } = partner_relations;
	const least = doc.comparison !== "At most";
	return [
		{
			label: least ? __("Promised at Least") : __("Promised at Most"),
			value: measured(doc.target, doc.unit || ""),
			hint: escape(__(doc.kpi)),
		},
		{
			label: __("Found"),
			value: measured(doc.has_value ? doc.value : null, doc.unit || ""),
			hint: escape(__("{0} of {1}", [number(doc.numerator, 4), number(doc.denominator, 4)])),
			color: "red",
		},
		{
			label: __("Missed By"),
			value: measured(Math.abs(doc.target - doc.value), doc.unit || ""),
			hint: escape(__("Facts counted: {0}", [doc.sample_size])),
		},
	];
}

function delay_figures(doc) {
	const { escape, number } = partner_relations;
	const delivered = doc.delivered_on
		? __("Delivered on {0}", [frappe.datetime.str_to_user(doc.delivered_on)])
		: __("Not delivered yet");
	return [
		{
			label: __("Due Date", null, "KPI Evidence"),
			value: escape(frappe.datetime.str_to_user(doc.due_date)),
		},
		{ label: __("Days Late"), value: number(doc.days_late, 0), hint: escape(delivered), color: "red" },
		...(doc.exempt_days
			? [
					{
						label: __("Days of Force Majeure"),
						value: number(doc.exempt_days, 0),
						hint: escape(doc.exempt_reason),
					},
				]
			: []),
	];
}

function answer_html(doc) {
	const { escape } = partner_relations;
	if (!doc.response && !doc.answer) return "";
	const said = doc.answer === "Disputed" ? __("The partner disputes it") : __("The partner accepts it");
	return `<div class="pr-panel"><p class="pr-panel-title">${escape(said)}</p>
		<p>${escape(doc.response || "")} <span class="text-muted">${escape(doc.response_by || "")}</span></p></div>`;
}

function penalties_html(doc, { penalties, remedy_scheme }) {
	const { escape, form_link } = partner_relations;
	if (doc.owed_by === "Us" && !penalties.length) return "";
	if (!penalties.length) {
		const text = remedy_scheme
			? __("Remedy scheme: {0}", [remedy_scheme])
			: __("The contract provides no penalty for this promise.");
		return `<p class="text-muted">${escape(text)}</p>`;
	}
	const rows = penalties
		.map((row) => {
			const amount = row.is_financial ? format_currency(row.amount, row.currency) : "";
			const steps = row.calculation
				.map((step) => `<li class="text-muted">${escape(step.text)}</li>`)
				.join("");
			return `<tr>
				<td>${form_link("Supplier Reward Penalty", row.name)}</td>
				<td>${escape(__(row.measure))}</td>
				<td>${escape(__(row.status, null, "Supplier Reward Penalty"))}</td>
				<td class="pr-figure">${escape(amount)}</td>
			</tr>${steps ? `<tr><td colspan="4"><ul class="pr-steps">${steps}</ul></td></tr>` : ""}`;
		})
		.join("");
	return `<div class="pr-panel"><p class="pr-panel-title">${__("Penalties")}</p>
		<table class="table pr-table"><tbody>${rows}</tbody></table></div>`;
}

function show_state(frm) {
	const { doc } = frm;
	const { escape } = partner_relations;
	frm.set_intro("");
	if (doc.facts_changed) frm.set_intro(escape(doc.facts_changed_note), "orange");
	if (doc.terminates) {
		frm.set_intro(__("By the remedy scheme, the contract may be terminated for this breach."), "red");
	}
	if (doc.status === "Withdrawn") frm.set_intro(escape(doc.decision_by_facts), "blue");
	if (doc.owed_by === "Us" && doc.status === "Detected") {
		frm.set_intro(
			__("This was ours to do. Do it, and note the day on the contract; or close the breach."),
			"orange"
		);
	}
}

function add_buttons(frm, more) {
	const { doc } = frm;
	const group = __("Decide");
	if (more.may_see_evidence) {
		frm.add_custom_button(__("Evidence"), () => partner_relations.show_evidence(doc.doctype, doc.name));
	}
	if (more.may_notify) {
		const label = doc.notice_on ? __("Notify Again") : __("Notify");
		const button = frm.add_custom_button(label, () => notify(frm));
		if (doc.status === "Detected") button.removeClass("btn-default").addClass("btn-primary");
	}
	if (more.may_record_answer) frm.add_custom_button(__("Record Answer"), () => record_answer(frm));
	if (more.may_propose) frm.add_custom_button(__("Propose Penalty"), () => propose(frm), group);
	if (more.may_exempt) frm.add_custom_button(__("Force Majeure"), () => exempt(frm), group);
	if (more.may_waive) {
		frm.add_custom_button(__("Waive", null, "Contract Breach"), () => decide(frm, "waive"), group);
	}
	if (more.may_close) {
		frm.add_custom_button(__("Close", null, "Contract Breach"), () => decide(frm, "close"), group);
	}
}

async function notify(frm) {
	const address = await frappe.db.get_value(frm.doc.party_type, frm.doc.party, "email_id");
	const fields = [
		{
			fieldname: "recipients",
			fieldtype: "Data",
			label: __("To", null, "Notice"),
			description: __("Separate several addresses with commas. Empty: the address of the partner."),
			default: address.message?.email_id || "",
		},
		{
			fieldname: "message",
			fieldtype: "Text Editor",
			label: __("Message"),
			description: __(
				"Leave it empty to use the message from the settings. The letter goes with it as a PDF."
			),
		},
	];
	ask(__("Notify"), fields, __("Send"), async (values) => {
		const result = await partner_relations.call(
			"obligations.notify",
			{ breach: frm.doc.name, ...values },
			__("Sending")
		);
		if (result.status === "Sent") {
			frappe.show_alert({ message: __("The notice was sent."), indicator: "green" });
		} else {
			frappe.msgprint({
				title: __("Not Sent"),
				indicator: "red",
				message: `${partner_relations.escape(
					__("The notice could not be sent. It will be tried again.")
				)}<br>${partner_relations.escape(result.error)}`,
			});
		}
		frm.reload_doc();
	});
}

function record_answer(frm) {
	const fields = [
		{
			fieldname: "answer",
			fieldtype: "Select",
			label: __("Answer"),
			options: [
				{ value: "Accepted", label: __("Accepted", null, "Contract Breach") },
				{ value: "Disputed", label: __("Disputed", null, "Contract Breach") },
			],
			reqd: 1,
		},
		{
			fieldname: "text",
			fieldtype: "Small Text",
			label: __("What the Partner Says"),
			mandatory_depends_on: "eval:doc.answer=='Disputed'",
		},
		{ fieldname: "by", fieldtype: "Data", label: __("Who Answered") },
	];
	ask(__("Record Answer"), fields, __("Record Answer"), (values) => act(frm, "record_answer", values));
}

function exempt(frm) {
	const fields = [
		{
			fieldname: "days",
			fieldtype: "Int",
			label: __("Days of Force Majeure"),
			default: frm.doc.exempt_days,
			reqd: 1,
		},
		reason_field(),
	];
	ask(__("Force Majeure"), fields, __("Accept"), (values) => act(frm, "exempt_days", values));
}

function decide(frm, step) {
	const titles = { waive: __("Waive the Breach"), close: __("Close the Breach") };
	ask(titles[step], [reason_field()], titles[step], (values) => act(frm, step, values));
}

function reason_field() {
	return {
		fieldname: "reason",
		fieldtype: "Small Text",
		label: __("Reason"),
		description: __("It is kept with your name and the date."),
		reqd: 1,
	};
}

async function propose(frm) {
	const { proposed } = await partner_relations.call(
		"obligations.propose_penalty",
		{ names: [frm.doc.name] },
		__("Computing the penalty")
	);
	frappe.show_alert(
		proposed.length
			? { message: __("A penalty is proposed."), indicator: "green" }
			: { message: __("By the remedy scheme nothing is owed."), indicator: "orange" }
	);
	frm.reload_doc();
}

async function act(frm, name, values) {
	await partner_relations.call(`obligations.${name}`, { breach: frm.doc.name, ...values }, __("Saving"));
	frm.reload_doc();
}

function ask(title, fields, label, act_on) {
	const dialog = new frappe.ui.Dialog({
		title,
		fields,
		primary_action_label: label,
		async primary_action(values) {
			await act_on(values);
			dialog.hide();
		},
	});
	dialog.show();
}
