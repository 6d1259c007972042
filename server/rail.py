"""The rail of staff pages: which door stands open for which role."""

from server.words import Role

_STAFF = frozenset(Role) - {Role.CITIZEN}
_STAFF_WARD = frozenset(
    {Role.RECEPTION_OFFICER, Role.PETITION_OFFICER, Role.WARD_CHAIR, Role.WARD_VICE_CHAIR, Role.OFFICE_HEAD}
)
_DESK = _STAFF_WARD - {Role.WARD_VICE_CHAIR} | {Role.CITY_BOARD_MEMBER}
RAIL: tuple[tuple[str, str, str, frozenset[Role]], ...] = (
    ("/hom-nay", "home", "today", _STAFF),
    ("/toan-canh", "monitor", "city", frozenset({Role.CITY_BOARD_MEMBER})),
    ("/goi-thanh-pho", "bell", "board", frozenset({Role.CITY_BOARD_MEMBER})),
    ("/dang-ky-moi", "inbox", "inbox", _STAFF_WARD),
    ("/lich", "calendar", "schedule", _STAFF_WARD | {Role.WARD_POLICE, Role.TECHNICIAN, Role.CITY_BOARD_MEMBER}),
    ("/don", "file-text", "petitions", _DESK | {Role.INSPECTOR}),
    (
        "/vu-viec",
        "folder",
        "cases",
        _STAFF_WARD | {Role.CASE_OFFICER, Role.CITY_BOARD_MEMBER, Role.INSPECTOR, Role.RECORDS_OFFICER},
    ),
    ("/viec-theo-doi", "list", "follow_ups", _STAFF_WARD | {Role.CASE_OFFICER, Role.CITY_BOARD_MEMBER}),
    ("/noi-dung-xac-minh", "file-text", "copies", frozenset({Role.CASE_OFFICER})),
    ("/van-ban", "file-text", "papers", _STAFF_WARD),
    ("/so-tiep", "book", "book", _STAFF_WARD | {Role.RECORDS_OFFICER}),
    ("/csdl-quoc-gia", "layers", "national", _DESK),
    ("/bao-cao", "chart", "reports", _STAFF_WARD | {Role.CITY_BOARD_MEMBER, Role.INSPECTOR, Role.RECORDS_OFFICER}),
    ("/ky-thuat", "monitor", "technical", frozenset({Role.TECHNICIAN, Role.SYS_ADMIN})),
    ("/can-bo", "users", "officers", frozenset({Role.SYS_ADMIN})),
    (
        "/nhat-ky",
        "history",
        "audit",
        frozenset({Role.SYS_ADMIN, Role.INSPECTOR, Role.WARD_CHAIR, Role.RECORDS_OFFICER}),
    ),
    ("/cai-dat", "settings", "settings", frozenset({Role.SYS_ADMIN, Role.OFFICE_HEAD})),
)
"""The rail of staff pages: address, icon, key of label and counter, who sees it."""
