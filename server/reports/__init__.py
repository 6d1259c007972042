"""Reports: tables of the Inspectorate counted from the matters, the dashboard, and what counting needs to be told."""
