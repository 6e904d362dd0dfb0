import * as calculation from "./partner_relations/calculation";
import * as contract_clauses from "./partner_relations/contract_clauses";
import * as contract_life from "./partner_relations/contract_life";
import * as contract_obligations from "./partner_relations/contract_obligations";
import * as criteria from "./partner_relations/criteria";
import * as dialogs from "./partner_relations/dialogs";
import * as display from "./partner_relations/display";
import * as plots from "./partner_relations/plot";
import * as rewards from "./partner_relations/rewards";
import * as server from "./partner_relations/server";
import * as suppliers from "./partner_relations/supplier";
import * as trials from "./partner_relations/try_template";

frappe.provide("partner_relations");
Object.assign(
	partner_relations,
	calculation,
	contract_clauses,
	contract_life,
	contract_obligations,
	criteria,
	dialogs,
	display,
	plots,
	rewards,
	server,
	suppliers,
	trials
);
