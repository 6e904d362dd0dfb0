// Forms about complaints on the website: each sends its fields and files to a function of the API.
(() => {
	const page = document.getElementById("complaint");
	const api = "/api/method/partner_relations.customer_care.api.customer_answers.";

	for (const form of page.querySelectorAll("form[data-method]")) {
		form.addEventListener("submit", (event) => {
			event.preventDefault();
			submit(form);
		});
	}

	async function submit(form) {
		const button = form.querySelector("button[type=submit]");
		const trouble = form.querySelector(".alert-danger");
		const complain = (message) => {
			trouble.textContent = message;
			trouble.classList.toggle("d-none", !message);
		};
		complain(wrong_files(form));
		if (trouble.textContent) return;
		button.disabled = true;
		try {
			done(form, await send(form));
		} catch (error) {
			complain(error.message || page.dataset.failed);
			button.disabled = false;
		}
	}

	function wrong_files(form) {
		const field = form.querySelector("input[type=file]");
		if (!field) return "";
		const files = [...field.files];
		if (files.length > Number(field.dataset.count)) return field.dataset.tooMany;
		return files.some((file) => file.size > Number(field.dataset.size)) ? field.dataset.tooLarge : "";
	}

	async function send(form) {
		const values = new FormData(form);
		if (page.dataset.name) values.set("complaint", page.dataset.name);
		const response = await fetch(api + form.dataset.method, {
			method: "POST",
			headers: { Accept: "application/json", "X-Frappe-CSRF-Token": frappe.csrf_token || "" },
			body: values,
		});
		const answer = await response.json().catch(() => ({}));
		if (!response.ok) throw new Error(said(answer));
		return answer.message;
	}

	// What comes next: the new complaint, a word of thanks in place of the form, or the page as it is now.
	function done(form, name) {
		if (form.dataset.next) {
			window.location.href = form.dataset.next + encodeURIComponent(name);
		} else if (form.dataset.thanks) {
			const thanks = document.createElement("div");
			thanks.className = "alert alert-success";
			thanks.setAttribute("role", "status");
			thanks.textContent = form.dataset.thanks;
			form.replaceWith(thanks);
			thanks.scrollIntoView({ block: "center" });
		} else {
			window.location.reload();
		}
	}

	// What the server says, as text: its messages are HTML.
	function said({ _server_messages }) {
		const messages = JSON.parse(_server_messages || "[]").map((message) => JSON.parse(message).message);
		return messages
			.map((html) => new DOMParser().parseFromString(html, "text/html").body.innerText)
			.join(" ");
	}
})();
