(() => {
	// Of Obligation Compliance, where these months are shown at most.
	const MONTHS = 24;

	frappe.query_reports["Contract Register"] = {
		filters: [
			{
				fieldname: "company",
				label: __("Company"),
				fieldtype: "Link",
				options: "Company",
				default: frappe.defaults.get_user_default("Company"),
			},
			{
				fieldname: "party_type",
				label: __("Party Type"),
				fieldtype: "Select",
				options: [
					{ value: "", label: "" },
					{ value: "Supplier", label: __("Supplier") },
					{ value: "Customer", label: __("Customer") },
				],
				on_change: (report) => report.set_filter_value("party", ""),
			},
			{
				fieldname: "party",
				label: __("Partner"),
				fieldtype: "Dynamic Link",
				options: "party_type",
				get_options: () => frappe.query_report.get_filter_value("party_type") || "Supplier",
			},
			{
				fieldname: "life_cycle",
				label: __("Life Cycle"),
				fieldtype: "MultiSelectList",
				get_data: (text) =>
					partner_relations.LIFE_CYCLE.map((state) => ({
						value: state,
						description: partner_relations.life_cycle_label(state),
					})).filter(({ value, description }) =>
						`${value} ${description}`.toLowerCase().includes((text || "").toLowerCase())
					),
			},
			{
				fieldname: "contract_owner",
				label: __("Contract Owner"),
				fieldtype: "Link",
				options: "User",
			},
			{
				fieldname: "within_days",
				label: __("Notice or End within Days"),
				fieldtype: "Int",
			},
			{ fieldname: "from_date", label: __("Ends From"), fieldtype: "Date" },
			{ fieldname: "to_date", label: __("Ends Until"), fieldtype: "Date" },
		],

		formatter(value, row, column, data, default_formatter) {
			if (!data) return default_formatter(value, row, column, data);
			const { escape } = partner_relations;
			const { fieldname } = column;
			if (fieldname === "life_cycle") return partner_relations.life_cycle_pill(value);
			if (fieldname === "days_to_notice") return notice_html(data);
			if (fieldname === "missing_clauses") return missing_html(data);
			if (fieldname === "party_type") return escape(__(value || ""));
			if (fieldname === "contract_owner") return owner_html(value);
			if (fieldname in EVIDENCE) return figure_html(value, data, EVIDENCE[fieldname]);
			if (value == null) return "";
			// Frappe shows plain text as HTML; what people typed must not run.
			if (column.fieldtype === "Data") return escape(value);
			return default_formatter(value, row, column, data);
		},
	};

	// Where a click on a figure leads, and its words.
	const EVIDENCE = {
		obligations: {
			href: ({ contract }) => `${partner_relations.href(["contract", contract])}#obligations_overview`,
		},
		judged: { href: ({ contract }) => results(contract, ["in", ["Kept", "Breached"]]) },
		kept: { href: ({ contract }) => results(contract, "Kept") },
		kept_share: {
			text: (value) => `${format_number(value, null, 1)} %`,
			color: (value) => (value < 100 ? "" : "text-success"),
			href: ({ contract, company }) =>
				partner_relations.href(["query-report", "Obligation Compliance"], {
					contract,
					company: company || "",
					from_date: frappe.datetime.add_months(frappe.datetime.month_start(), 1 - MONTHS),
					to_date: frappe.datetime.get_today(),
				}),
		},
		open_breaches: {
			color: (value) => (value ? "text-danger" : ""),
			href: ({ contract }) =>
				partner_relations.href(["contract-breach"], {
					contract,
					owed_by: "Partner",
					status: JSON.stringify(["in", ["Detected", "Notified", "Accepted", "Disputed"]]),
				}),
		},
	};

	function results(contract, outcome) {
		return partner_relations.href(["contract-obligation-result"], {
			contract,
			outcome: Array.isArray(outcome) ? JSON.stringify(outcome) : outcome,
		});
	}

	function figure_html(value, data, { href, text, color }) {
		if (value == null) return "";
		const words = text ? text(value) : format_number(value, null, 0);
		const css_class = color?.(value) || "";
		const shown = value || text ? `<a class="${css_class}" href="${href(data)}">${words}</a>` : words;
		return `<div style="text-align: right">${shown}</div>`;
	}

	// "in 12 days", "today", "passed 5 days ago": in colour where something is to be done.
	function notice_html({ days_to_notice: days, notice_soon, auto_renew }) {
		if (days == null) return "";
		let text = days === 0 ? __("today") : __("in {0} days", [days]);
		let color = notice_soon ? "orange" : "";
		if (days < 0) {
			text = __("passed {0} days ago", [-days]);
			color = auto_renew ? "red" : "gray";
		}
		return color ? `<span class="indicator-pill ${color}">${text}</span>` : text;
	}

	function missing_html({ missing_clauses, clause_override_by }) {
		if (!missing_clauses) return "";
		const { escape } = partner_relations;
		const title = clause_override_by ? __("Overridden by {0}", [name_of(clause_override_by)]) : "";
		return `<span class="indicator-pill ${clause_override_by ? "orange" : "red"}"
			title="${escape(title)}">${escape(missing_clauses)}</span>`;
	}

	function owner_html(user) {
		if (!user) return "";
		return partner_relations.form_link("User", user, name_of(user));
	}

	function name_of(user) {
		return frappe.boot.user_info[user]?.fullname || user;
	}
})();
