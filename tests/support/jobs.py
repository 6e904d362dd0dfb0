"""The queues of the site under test."""


def forget_jobs() -> None:
	"""Take from the queues what earlier tests have left there for the site: a worker would do it first."""
	import frappe
	from frappe.utils.background_jobs import get_queue, get_queue_list

	for name in get_queue_list():
		queue = get_queue(name)
		for job in queue.get_job_ids():
			if job.startswith(f"{frappe.local.site}::"):
				queue.remove(job)
