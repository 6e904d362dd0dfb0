frappe.ui.form.on("Contract Clause", {
	async refresh(frm) {
		show_standing(frm);
		add_buttons(frm);
		await show_placeholders(frm);
	},
});

function show_standing(frm) {
	const { doc } = frm;
	frm.set_intro(""); // else a form that is drawn again says it twice
	if (frm.is_new()) return;
	if (doc.is_starting_point && doc.status === "Approved") {
		frm.set_intro(
			__(
				"A starting point that came with the app. Let counsel review it before you rely on it: make a new version with your text, or mark it as reviewed."
			),
			"orange"
		);
	} else if (doc.status === "Draft" && may_decide(frm)) {
		frm.set_intro(
			is_own(doc)
				? __("A draft. Somebody else must approve it before a contract can take it.")
				: __("A draft. A contract can take it once you have approved it."),
			"blue"
		);
	} else if (doc.status === "Retired") {
		frm.set_intro(
			__("Retired. Contracts that have this clause keep it; no other can take it."),
			"yellow"
		);
	}
}

function add_buttons(frm) {
	const { doc } = frm;
	if (frm.is_new()) return;
	if (doc.previous_version) {
		frm.add_custom_button(__("Compare with the Previous Version"), () => compare(frm));
	}
	if (!may_decide(frm)) return;
	if (doc.status === "Draft" && !is_own(doc)) {
		const button = frm.add_custom_button(__("Approve", null, "Contract Clause"), () => approve(frm));
		button.addClass("btn-primary");
	}
	if (doc.status === "Approved") {
		if (doc.is_starting_point) frm.add_custom_button(__("Mark as Reviewed"), () => review(frm));
		frm.add_custom_button(__("Retire"), () => retire(frm));
	}
	if (doc.status !== "Draft") {
		frm.add_custom_button(__("New Version"), () => new_version(frm)).addClass("btn-primary");
	}
}

function may_decide(frm) {
	return Boolean(frm.perm[0]?.write);
}

// The server looks again: who wrote or last edited a text does not approve it.
function is_own(doc) {
	return [doc.owner, doc.modified_by].includes(frappe.session.user);
}

function approve(frm) {
	if (frm.is_dirty()) {
		frappe.throw(__("Save your changes first; then somebody else must approve the clause."));
	}
	const question =
		frm.doc.version > 1
			? __(
					"Approve version {0}? Its text never changes afterwards, and the version before it is retired.",
					[frm.doc.version]
				)
			: __("Approve this clause? Its text never changes afterwards.");
	frappe.confirm(question, async () => {
		await partner_relations.call("clauses.approve", { clause: frm.doc.name }, __("Approving the clause"));
		frappe.show_alert({ message: __("The clause is approved."), indicator: "green" });
		frm.reload_doc();
	});
}

function review(frm) {
	frappe.confirm(
		__("Has counsel reviewed this text for your use? Your name and the date are kept with it."),
		async () => {
			await partner_relations.call("clauses.approve", { clause: frm.doc.name });
			frappe.show_alert({ message: __("The clause is marked as reviewed."), indicator: "green" });
			frm.reload_doc();
		}
	);
}

async function new_version(frm) {
	const name = await partner_relations.call(
		"clauses.new_version",
		{ clause: frm.doc.name },
		__("Making a new version")
	);
	frappe.set_route("Form", "Contract Clause", name);
}

function retire(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Retire the Clause"),
		fields: [
			{
				fieldname: "note",
				fieldtype: "Small Text",
				label: __("Reason"),
				description: __(
					"Contracts that have the clause keep it. The reason is kept with your name and the date."
				),
				reqd: 1,
			},
		],
		primary_action_label: __("Retire"),
		async primary_action({ note }) {
			await partner_relations.call(
				"clauses.retire",
				{ clause: frm.doc.name, note },
				__("Retiring the clause")
			);
			dialog.hide();
			frm.reload_doc();
		},
	});
	dialog.show();
}

async function compare(frm) {
	const { version, previous, pieces } = await partner_relations.call("clauses.compare", {
		clause: frm.doc.name,
	});
	partner_relations.show_difference(
		__("Version {0} Compared with Version {1}", [version, previous]),
		pieces
	);
}

// Below the text: what may stand between braces. A click puts it where the cursor is.
async function show_placeholders(frm) {
	const parent = frm.get_field("placeholders").$wrapper;
	if (frm.doc.status && frm.doc.status !== "Draft") return;
	frm.pr_placeholders = frm.pr_placeholders || (await partner_relations.call("clauses.placeholders"));
	const { escape } = partner_relations;
	const buttons = frm.pr_placeholders.map(
		({ name, label }) =>
			`<button class="btn btn-default btn-xs" data-placeholder="${escape(name)}"
				title="${escape(label)}"><code>{${escape(name)}}</code> ${escape(label)}</button>`
	);
	parent.html(`<div class="pr-panel">
		<div class="pr-panel-title">${__("Placeholders")}</div>
		<p class="text-muted">${__(
			"Filled in when a contract takes the clause, as the language of the clause writes dates and numbers. Click one to put it into the text."
		)}</p>
		<div class="pr-choices">${buttons.join("")}</div>
	</div>`);
	parent.find("[data-placeholder]").on("click", (event) => {
		insert_placeholder(frm, event.currentTarget.dataset.placeholder);
	});
}

function insert_placeholder(frm, name) {
	const { quill } = frm.get_field("body");
	if (!quill) return;
	const { index } = quill.getSelection(true);
	quill.insertText(index, `{${name}}`, "user");
	quill.setSelection(index + name.length + 2);
}
