"""The page behind the link in a mail: no cache keeps it, no search engine lists it, no referrer names it."""

from frappe.website.page_renderers.template_page import TemplatePage
from werkzeug.wrappers import Response

from partner_relations.customer_care.answer_links import ROUTE

HEADERS = {
	"Cache-Control": "no-store, no-cache, must-revalidate, private",
	"Pragma": "no-cache",
	"Referrer-Policy": "no-referrer",
	"X-Robots-Tag": "noindex, nofollow, noarchive",
	"X-Frame-Options": "DENY",
	"Content-Security-Policy": "frame-ancestors 'none'; form-action 'self'",
}


class AnswerPage(TemplatePage):
	"""www/complaint-answer with headers of its own."""

	def can_render(self) -> bool:
		return self.path == ROUTE and bool(super().can_render())

	def render(self) -> Response:
		response = super().render()
		response.headers.update(HEADERS)
		return response
