"""All addresses of intake, and its counter for the rail."""

from server.intake import pages_lookup, pages_public, pages_staff
from server.intake.pages_lookup import SLIP_PATH as SLIP_PATH
from server.intake.pages_staff import counters as counters

ROUTES = (*pages_public.ROUTES, *pages_lookup.ROUTES, *pages_staff.ROUTES)
