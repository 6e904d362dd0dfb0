// Adds the life cycle to ERPNext's list of contracts; those with employees stay as ERPNext shows them.

{
	const settings = (frappe.listview_settings["Contract"] = frappe.listview_settings["Contract"] || {});
	const needed = ["party_type", "life_cycle", "effective_end_date", "notice_by", "terminated_on"];
	settings.add_fields = [...new Set([...(settings.add_fields || []), ...needed])];

	// Until it is known, nothing is marked as due.
	let reminder_days = -1;

	// Drafts and cancelled contracts too are somewhere in their life.
	settings.has_indicator_for_draft = true;
	settings.has_indicator_for_cancelled = true;
	const get_indicator = settings.get_indicator;
	settings.get_indicator = (doc) => {
		if (doc.life_cycle && doc.party_type !== "Employee") {
			const label = partner_relations.life_cycle_label(doc.life_cycle);
			return [
				label,
				partner_relations.life_cycle_color(doc.life_cycle),
				`life_cycle,=,${doc.life_cycle}`,
			];
		}
		// What Frappe would show, had the list no indicators of its own for these.
		if (cint(doc.docstatus) === 0) return [__("Draft", null, "Contract"), "red", "docstatus,=,0"];
		if (cint(doc.docstatus) === 2) return [__("Cancelled", null, "Contract"), "red", "docstatus,=,2"];
		return get_indicator?.(doc);
	};

	settings.formatters = {
		...settings.formatters,
		// The indicator says where a contract stands; this column what comes next.
		life_cycle: (_state, _df, doc) => notice_html(doc) || end_html(doc),
	};

	const onload = settings.onload;
	settings.onload = async (listview) => {
		onload?.(listview);
		reminder_days = await partner_relations.call("contract_list.reminder_days");
		if (listview.data?.length) listview.render_list();
	};

	function end_html({ life_cycle, effective_end_date: end }) {
		if (!["In Force", "Expired", "Terminated"].includes(life_cycle)) return "";
		if (!end) return __("Without an end date");
		const day = [frappe.datetime.str_to_user(end)];
		return partner_relations.escape(
			life_cycle === "In Force" ? __("Ends on {0}", day) : __("Ended on {0}", day)
		);
	}

	// As contract_terms.days_to_notice counts on the server.
	function notice_html({ life_cycle, notice_by, terminated_on }) {
		if (life_cycle !== "In Force" || !notice_by || terminated_on) return "";
		const days = frappe.datetime.get_day_diff(notice_by, frappe.datetime.get_today());
		if (days < 0 || days > reminder_days) return "";
		const { escape } = partner_relations;
		const title = `${__("Give Notice By")}: ${frappe.datetime.str_to_user(notice_by)}`;
		return `<span class="filterable indicator-pill no-indicator-dot orange"
			data-filter="notice_by,=,${escape(notice_by)}" title="${escape(title)}">${escape(
				days ? __("Notice in {0} days", [days]) : __("Notice is due today")
			)}</span>`;
	}
}
