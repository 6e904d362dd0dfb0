import * as calculation from "./partner_relations/calculation";
import * as complaint_investigation from "./partner_relations/complaint_investigation";
import * as complaint_items from "./partner_relations/complaint_items";
import * as complaint_life from "./partner_relations/complaint_life";
import * as complaint_reports from "./partner_relations/complaint_reports";
import * as complaint_resolution from "./partner_relations/complaint_resolution";
import * as complaint_start from "./partner_relations/complaint_start";
import * as complaint_trace from "./partner_relations/complaint_trace";
import * as contract_changes from "./partner_relations/contract_changes";
import * as contract_clauses from "./partner_relations/contract_clauses";
import * as contract_life from "./partner_relations/contract_life";
import * as contract_obligations from "./partner_relations/contract_obligations";
import * as contract_text from "./partner_relations/contract_text";
import * as contract_timeline from "./partner_relations/contract_timeline";
import * as criteria from "./partner_relations/criteria";
import * as customer_tiers from "./partner_relations/customer_tier";
import * as dialogs from "./partner_relations/dialogs";
import * as display from "./partner_relations/display";
import * as evidence from "./partner_relations/evidence";
import * as order_contract from "./partner_relations/order_contract";
import * as plots from "./partner_relations/plot";
import * as rewards from "./partner_relations/rewards";
import * as runs from "./partner_relations/runs";
import * as server from "./partner_relations/server";
import * as suppliers from "./partner_relations/supplier";
import * as tiering from "./partner_relations/tiering";
import * as trials from "./partner_relations/try_template";
import * as weights from "./partner_relations/weights";

frappe.provide("partner_relations");
Object.assign(
	partner_relations,
	calculation,
	complaint_investigation,
	complaint_items,
	complaint_life,
	complaint_reports,
	complaint_resolution,
	complaint_start,
	complaint_trace,
	contract_changes,
	contract_clauses,
	contract_life,
	contract_obligations,
	contract_text,
	contract_timeline,
	criteria,
	customer_tiers,
	dialogs,
	display,
	evidence,
	order_contract,
	plots,
	rewards,
	runs,
	server,
	suppliers,
	tiering,
	trials,
	weights
);
