// Preloaded into Frappe's socket server (node -r): it listens on loopback only, and finds *.localhost there,
// which the C library of some systems doesn't resolve. The server calls the site back by that name.
const dns = require("dns");
const net = require("net");

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...rest) {
	const is_port = /^\d+$/.test(String(port));
	if (is_port && typeof rest[0] !== "string") rest.unshift("127.0.0.1");
	return listen.call(this, port, ...rest);
};

const lookup = dns.lookup;
dns.lookup = function (hostname, options, callback) {
	if (!/(^|\.)localhost$/.test(hostname)) return lookup.call(dns, hostname, options, callback);
	if (typeof options === "function") callback = options;
	const address = "127.0.0.1";
	if (options && options.all) return process.nextTick(callback, null, [{ address, family: 4 }]);
	return process.nextTick(callback, null, address, 4);
};
