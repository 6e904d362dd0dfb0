"""What tiers add to ERPNext's documents."""

_TIER = {
	"fieldname": "customer_tier",
	"fieldtype": "Link",
	"label": "Customer Tier",
	"options": "Customer Tier",
	"read_only": 1,
	"no_copy": 1,
	"print_hide": 1,
	"search_index": 1,
	"in_list_view": 1,
	"in_standard_filter": 1,
	"ignore_user_permissions": 1,
}

# What became of the mail that tells the customer how its order is doing; it is tried again while it is not
# sent.
_PROGRESS = [
	{
		"fieldname": "progress_notice",
		"fieldtype": "Select",
		"label": "Order Progress Mail",
		"options": "\nSent\nNot Sent",
		"read_only": 1,
		"no_copy": 1,
		"print_hide": 1,
		"allow_on_submit": 1,
		"search_index": 1,
		"depends_on": "progress_notice",
		"insert_after": "customer_tier",
	},
	{
		"fieldname": "progress_notice_error",
		"fieldtype": "Small Text",
		"label": "Why It Was Not Sent",
		"read_only": 1,
		"no_copy": 1,
		"print_hide": 1,
		"allow_on_submit": 1,
		"depends_on": "progress_notice_error",
		"insert_after": "progress_notice",
	},
]

CUSTOM_FIELDS: dict[str, list[dict]] = {
	"Customer": [
		{
			"fieldname": "customer_care_tab",
			"fieldtype": "Tab Break",
			"label": "Customer Care",
			"insert_after": "portal_users",
		},
		{
			"fieldname": "tier_overview",
			"fieldtype": "HTML",
			"label": "Tier Overview",
			"insert_after": "customer_care_tab",
		},
		{
			"fieldname": "customer_tier_section",
			"fieldtype": "Section Break",
			"label": "Tier",
			"insert_after": "tier_overview",
		},
		{
			**_TIER,
			"description": "Follows from the last approved assessment, unless it was set by hand for a time",
			"insert_after": "customer_tier_section",
		},
		{
			"fieldname": "customer_tier_since",
			"fieldtype": "Date",
			"label": "In This Tier Since",
			"read_only": 1,
			"no_copy": 1,
			"depends_on": "customer_tier_since",
			"insert_after": "customer_tier",
		},
		{
			"fieldname": "assessed_tier",
			"fieldtype": "Link",
			"label": "Assessed Tier",
			"options": "Customer Tier",
			"read_only": 1,
			"no_copy": 1,
			"ignore_user_permissions": 1,
			"description": "The customer goes back to it when the tier set by hand ends",
			"depends_on": "tier_override_until",
			"insert_after": "customer_tier_since",
		},
		{
			"fieldname": "customer_tier_column",
			"fieldtype": "Column Break",
			"insert_after": "assessed_tier",
		},
		{
			"fieldname": "tier_override_until",
			"fieldtype": "Date",
			"label": "Set by Hand Until",
			"read_only": 1,
			"no_copy": 1,
			"search_index": 1,
			"depends_on": "tier_override_until",
			"insert_after": "customer_tier_column",
		},
		{
			"fieldname": "tier_override_reason",
			"fieldtype": "Small Text",
			"label": "Why It Was Set by Hand",
			"read_only": 1,
			"no_copy": 1,
			"depends_on": "tier_override_until",
			"insert_after": "tier_override_until",
		},
		*(
			{
				"fieldname": name,
				"fieldtype": "Date",
				"label": label,
				"read_only": 1,
				"no_copy": 1,
				"hidden": 1,
				"print_hide": 1,
				"insert_after": after,
			}
			for name, label, after in (
				("visit_dropped_on", "Planned Visit Deleted On", "tier_override_reason"),
				("call_dropped_on", "Planned Call Deleted On", "visit_dropped_on"),
			)
		),
		{
			"fieldname": "customer_potential_section",
			"fieldtype": "Section Break",
			"label": "Potential",
			"description": "What this customer could become, in the account manager's judgement",
			"insert_after": "call_dropped_on",
		},
		{
			"fieldname": "has_customer_potential",
			"fieldtype": "Check",
			"label": "Potential Is Rated",
			"no_copy": 1,
			"insert_after": "customer_potential_section",
		},
		{
			"fieldname": "customer_potential",
			"fieldtype": "Percent",
			"label": "Potential",
			"no_copy": 1,
			"non_negative": 1,
			"depends_on": "has_customer_potential",
			"description": "0: none at all, 100: the best there is",
			"insert_after": "has_customer_potential",
		},
		{
			"fieldname": "customer_potential_column",
			"fieldtype": "Column Break",
			"insert_after": "customer_potential",
		},
		{
			"fieldname": "customer_potential_on",
			"fieldtype": "Date",
			"label": "Rated On",
			"read_only": 1,
			"no_copy": 1,
			"depends_on": "has_customer_potential",
			"insert_after": "customer_potential_column",
		},
		{
			"fieldname": "customer_potential_by",
			"fieldtype": "Link",
			"label": "Rated By",
			"options": "User",
			"read_only": 1,
			"no_copy": 1,
			"ignore_user_permissions": 1,
			"depends_on": "has_customer_potential",
			"insert_after": "customer_potential_on",
		},
	],
	"Quotation": [{**_TIER, "insert_after": "customer_name"}],
	"Sales Order": [{**_TIER, "insert_after": "customer_name"}, *_PROGRESS],
	"Delivery Note": [{**_TIER, "insert_after": "customer_name"}, *_PROGRESS],
	"Event": [
		{
			"fieldname": "planned_by_tier",
			"fieldtype": "Check",
			"label": "Planned by the Customer's Tier",
			"read_only": 1,
			"no_copy": 1,
			"depends_on": "planned_by_tier",
			"insert_after": "all_day",
		},
	],
}

PROPERTIES: tuple[tuple[str, str, str, str, str], ...] = ()

# Events are looked for by the customer that takes part in them; customers at risk by when they ordered.
INDEXED_FIELDS: dict[str, list[str]] = {"Event Participants": ["reference_docname"]}

DEFAULTS: tuple[str, ...] = ("service_calendar", "customer_tier")
