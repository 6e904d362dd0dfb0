frappe.ui.form.on("Supplier Grade Scale", {
	refresh: show_bands,
});

frappe.ui.form.on("Supplier Grade", {
	grade: show_bands,
	lower: show_bands,
	upper: show_bands,
	color: show_bands,
	grades_remove: show_bands,
});

// The bands from 0 to 100 as a bar above the table; gaps stay hatched.
function show_bands(frm) {
	const { color_class, escape, number } = partner_relations;
	const bands = (frm.doc.grades || [])
		.filter((row) => flt(row.lower) < flt(row.upper))
		.sort((one, other) => one.lower - other.lower)
		.map((row) => {
			const range = __("{0}: from {1} to below {2}", [
				row.grade || "?",
				number(row.lower),
				number(row.upper),
			]);
			const width = Math.min(100, flt(row.upper)) - Math.max(0, flt(row.lower));
			return `<span class="${color_class(row.color)}" title="${escape(range)}"
				style="left: ${Math.max(0, flt(row.lower))}%; width: ${width}%">
				${escape(row.grade)} <small>${number(row.lower)}</small>
			</span>`;
		});
	const field = frm.get_field("grades").$wrapper;
	field.find(".pr-bands").remove();
	field.prepend(`<div class="pr-bands pr-scale">${bands.join("")}</div>`);
}
