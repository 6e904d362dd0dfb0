// Calls of the app's API.

// Calls a function of supplier_quality/api; resolves to what it returns. With `working`, the screen waits.
export function call(name, args, working) {
	return call_module("supplier_quality", name, args, working);
}

// The same for a function of customer_care/api: care_call("complaints.take_step", {...}).
export function care_call(name, args, working) {
	return call_module("customer_care", name, args, working);
}

function call_module(module, name, args, working) {
	return frappe
		.call({
			method: `partner_relations.${module}.api.${name}`,
			args,
			freeze: Boolean(working),
			freeze_message: working,
		})
		.then((response) => response.message);
}

// Changes the form's document by a call, then shows it as it is now; resolves to what the call returns. What
// the server tells of the change meanwhile is our own: Frappe would load the form once more a second later,
// over what is typed by then.
export async function change_and_reload(frm, change) {
	frappe.ui.form.is_saving = true;
	try {
		const answer = await change();
		await frm.reload_doc();
		return answer;
	} finally {
		frappe.ui.form.is_saving = false;
	}
}

let known_measures;

// The measures that KPIs can use: [{name, label, unit, uses, description}], asked for once.
export function measures() {
	known_measures =
		known_measures ||
		call("measures").catch((error) => {
			known_measures = null;
			throw error;
		});
	return known_measures;
}

// The names of the measures, by which they are stored, to the labels by which people know them.
export async function measure_labels() {
	return Object.fromEntries((await measures()).map((measure) => [measure.name, measure.label]));
}

// Fills from_date and to_date of a form or dialog with the last closed period of the template.
export async function fill_period(target, template, company) {
	if (!template || !company) return null;
	const period = await call("default_period", { template, company });
	await target.set_value("from_date", period.from_date);
	await target.set_value("to_date", period.to_date);
	return period;
}

// Gives the user some data as a JSON file of this name.
export function save_json(data, name) {
	const file = new Blob([JSON.stringify(data, null, 1)], { type: "application/json" });
	const link = document.createElement("a");
	link.href = URL.createObjectURL(file);
	link.download = `${name}.json`;
	link.click();
	URL.revokeObjectURL(link.href);
}
