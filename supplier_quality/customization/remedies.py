"""Rewards and penalties: what they add to ERPNext's documents."""

_NAMED = {
	"fieldname": "supplier_reward_penalty",
	"fieldtype": "Data",
	"label": "Supplier Reward Penalty",
	"read_only": 1,
	"no_copy": 1,
	"print_hide": 1,
	"search_index": 1,
	"depends_on": "supplier_reward_penalty",
	"description": "A name, not a link: the entry can be cancelled whatever became of the reward or penalty",
}

CUSTOM_FIELDS: dict[str, list[dict]] = {
	"Supplier": [
		{
			"fieldname": "preferred_until",
			"fieldtype": "Date",
			"label": "Preferred Until",
			"read_only": 1,
			"no_copy": 1,
			"depends_on": "preferred_until",
			"insert_after": "evaluated_on",
		},
	],
	"Journal Entry": [{**_NAMED, "insert_after": "user_remark"}],
	"Purchase Invoice": [{**_NAMED, "insert_after": "remarks"}],
}
