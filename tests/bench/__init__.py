"""Measurements that people start by hand: `./tiepdan bench …`."""
