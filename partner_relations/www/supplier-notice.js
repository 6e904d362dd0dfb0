frappe.ready(() => {
	const form = document.getElementById("supplier-answer");
	if (!form) return;
	const text = form.querySelector("textarea");
	const trouble = form.querySelector(".alert");
	const buttons = form.querySelectorAll("button");

	const complain = (message) => {
		trouble.textContent = message;
		trouble.classList.toggle("d-none", !message);
	};

	form.addEventListener("submit", async (event) => {
		event.preventDefault();
		const answer = event.submitter.value;
		if (answer === "Disputed" && !text.value.trim()) {
			complain(form.dataset.reasonMissing);
			text.focus();
			return;
		}
		complain("");
		if (!window.confirm(form.dataset[`sure${answer}`])) return;
		buttons.forEach((button) => (button.disabled = true));
		try {
			await send({
				doctype: form.dataset.doctype,
				name: form.dataset.name,
				answer,
				text: text.value,
			});
			window.location.reload();
		} catch (error) {
			complain(error.message || form.dataset.failed);
			buttons.forEach((button) => (button.disabled = false));
		}
	});

	async function send(values) {
		const response = await fetch(
			"/api/method/partner_relations.supplier_quality.api.supplier_portal.answer",
			{
				method: "POST",
				headers: {
					Accept: "application/json",
					"Content-Type": "application/json",
					"X-Frappe-CSRF-Token": frappe.csrf_token,
				},
				body: JSON.stringify(values),
			}
		);
		if (!response.ok) throw new Error(said(await response.json().catch(() => ({}))));
	}

	// What the server says, as text: its messages are HTML.
	function said({ _server_messages }) {
		const messages = JSON.parse(_server_messages || "[]").map((message) => JSON.parse(message).message);
		return messages
			.map((html) => new DOMParser().parseFromString(html, "text/html").body.textContent)
			.join(" ");
	}
});
