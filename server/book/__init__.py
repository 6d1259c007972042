"""The reception book: the legal register of who was received (Mẫu số 03, Circular 04/2021)."""
