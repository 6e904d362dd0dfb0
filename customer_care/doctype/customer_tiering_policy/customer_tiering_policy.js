// What a metric is rated by where nobody has entered anything yet, in its own unit: [rated 0 at, rated 100 at].
const USUAL_RATINGS = {
	Revenue: [0, 100000],
	"Gross Margin": [0, 40],
	Growth: [-20, 20],
	Recency: [180, 14],
	Frequency: [0, 24],
	"Payment Punctuality": [60, 100],
	"Return Rate": [10, 0],
	"Complaint Rate": [50, 0],
	"Perfect-Order Rate": [60, 100],
};
// Tables and fields that a method's suggestions fill, where all of them are empty.
const FILLED = {
	"Weighted Score": ["bands"],
	RFM: ["segments"],
	ABC: ["tier_a", "tier_b", "tier_c"],
	"Value-Potential Matrix": ["cells"],
};

frappe.ui.form.on("Customer Tiering Policy", {
	setup(frm) {
		const usable = () => ({ filters: { disabled: 0 } });
		for (const field of ["default_tier", "tier_a", "tier_b", "tier_c"]) frm.set_query(field, usable);
		for (const table of ["bands", "segments", "cells", "limits"]) frm.set_query("tier", table, usable);
		show_units(frm);
	},

	refresh(frm) {
		if (frm.doc.description) frm.set_intro(partner_relations.escape(frm.doc.description));
		frm.get_field("metrics").grid.add_custom_button(__("Scale Weights to 100"), () =>
			partner_relations.scale_weights(frm.doc.metrics)
		);
		add_buttons(frm);
		show_total(frm);
		show_map(frm);
		if (frm.is_new()) fill(frm);
	},

	method: fill,
});

frappe.ui.form.on("Customer Tiering Metric", {
	metric(_frm, doctype, name) {
		const row = locals[doctype][name];
		const usual = USUAL_RATINGS[row.metric];
		if (!usual || flt(row.worst) || flt(row.best)) return;
		frappe.model.set_value(doctype, name, { worst: usual[0], best: usual[1] });
	},
	weight: show_total,
	metrics_add: show_total,
	metrics_remove: show_total,
});

frappe.ui.form.on("Customer Tiering Segment", {
	segment: show_map,
	tier: show_map,
	r_from: show_map,
	r_to: show_map,
	fm_from: show_map,
	fm_to: show_map,
	f_from: show_map,
	f_to: show_map,
	m_from: show_map,
	m_to: show_map,
	segments_move: show_map,
	segments_remove: show_map,
});

function add_buttons(frm) {
	if (frm.perm[0]?.write) frm.add_custom_button(__("Try It"), () => partner_relations.try_policy(frm));
	if (frm.is_new()) return;
	if (!frm.doc.disabled && frappe.model.can_create("Customer Tiering Run")) {
		frm.add_custom_button(__("New Run", null, "Customer Tiering Policy"), () =>
			frappe.new_doc("Customer Tiering Run", { policy: frm.doc.name })
		);
	}
	frm.add_custom_button(__("Runs", null, "Customer Tiering Policy"), () =>
		frappe.set_route("List", "Customer Tiering Run", { policy: frm.doc.name })
	);
	frm.add_custom_button(__("Download for Preview"), () => download(frm));
}

async function download(frm) {
	if (frm.is_dirty()) {
		frappe.show_alert({
			message: __("Save first: the file holds the saved policy."),
			indicator: "orange",
		});
		return;
	}
	const policy = await partner_relations.care_call("tiering.policy_for_preview", {
		policy: frm.doc.name,
	});
	partner_relations.save_json(policy, frm.doc.name);
}

// The metrics with their units, as they are rated in them.
async function show_units(frm) {
	const metrics = await partner_relations.care_call("tiering.metric_units");
	const units = Object.fromEntries(metrics.map(({ metric, unit }) => [metric, unit]));
	const labels = Object.fromEntries(metrics.map(({ metric, label }) => [metric, label]));
	const named = (metric) => (units[metric] ? `${labels[metric]} (${__(units[metric])})` : metric);
	frappe.meta.docfield_map["Customer Tiering Metric"].metric.formatter = (metric) =>
		partner_relations.escape(named(metric));
	frm.refresh_field("metrics");
}

function show_total(frm) {
	const wrapper = frm.get_field("metrics").$wrapper;
	partner_relations.show_total_weight(wrapper, partner_relations.total_weight(frm.doc.metrics));
}

function show_map(frm) {
	if (frm.doc.method !== "RFM") return;
	frm.get_field("segment_map").$wrapper.html(partner_relations.segment_map(frm.doc.segments));
}

// Fills what the chosen method needs, by the tiers of this site; what somebody entered stays.
async function fill(frm) {
	const { method } = frm.doc;
	show_map(frm);
	if (!FILLED[method] || !frm.perm[0]?.write) return;
	if (FILLED[method].some((field) => frm.doc[field]?.length)) return;
	const values = await partner_relations.care_call("tiering.suggestions", { method });
	if (frm.doc.method !== method) return;
	for (const [field, value] of Object.entries(values)) {
		if (Array.isArray(value)) {
			value.forEach((row) => frm.add_child(field, row));
			frm.refresh_field(field);
		} else {
			frm.set_value(field, value);
		}
	}
	show_map(frm);
}
