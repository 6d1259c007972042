"""The office: citizens register, staff sort, book, receive, write minutes and follow up.

Nine slices (accounts, office, cases, intake, scheduling, archive, reception, minutes,
reports) stand on one shared schema in ``server.tables``. A later step may use an
earlier one, never the reverse.
"""
