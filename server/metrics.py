"""Figures for whoever watches the machines, on a private port of their own: no name, no code, no content.

Prometheus reads ``http://127.0.0.1:<metrics_port>/metrics``. Rooms are counted, never listed.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from server.adapters.media_nodes import NodeStatus
from server.house import House

GAUGES = {
    "members": "People in rooms or waiting for one.",
    "connections": "Media connections on the worker's port.",
    "lag_ms": "How late the worker's event loop was at worst in the last ten seconds, milliseconds.",
    "free_bytes": "Free space where recordings are written.",
    "queue_depth": "Events waiting in the fullest room.",
}
"""Names in a worker's status, and what they say."""


def families(statuses: Sequence[tuple[str, NodeStatus | None]]) -> Iterable[Metric]:
    """Return what is known of each worker; one that does not answer is down and says nothing else."""
    up = GaugeMetricFamily("tiepdan_media_up", "Whether the media worker answers.", labels=["worker"])
    rooms = GaugeMetricFamily("tiepdan_media_rooms", "Open rooms by phase.", labels=["worker", "phase"])
    packets = CounterMetricFamily(
        "tiepdan_media_packets", "Datagrams by what became of them.", labels=["worker", "what"]
    )
    gauges = {
        name: GaugeMetricFamily(f"tiepdan_media_{name}", says, labels=["worker"]) for name, says in GAUGES.items()
    }
    for worker, status in statuses:
        up.add_metric([worker], 0.0 if status is None else 1.0)
        if status is None:
            continue
        phases = [str(room["phase"]) for room in status.facts["rooms"]]
        for phase in sorted(set(phases)):
            rooms.add_metric([worker, phase], phases.count(phase))
        for what, count in sorted(status.facts.get("packets", {}).items()):
            packets.add_metric([worker, what], count)
        for name, family in gauges.items():
            family.add_metric([worker], float(status.facts.get(name, 0)))
    return [up, rooms, packets, *gauges.values()]


class _Snapshot:
    def __init__(self, found: Iterable[Metric]) -> None:
        self._found = found

    def collect(self) -> Iterable[Metric]:
        return self._found


async def text(house: House) -> bytes:
    """Ask every worker and write the answer in Prometheus's text format."""
    registry = CollectorRegistry()
    registry.register(_Snapshot(families(await house.nodes.status_by_name())))
    return generate_latest(registry)


def serving(house: House) -> Callable[[web.Application], AsyncIterator[None]]:
    """Listen on the private port for as long as the office runs; port 0 means nobody watches."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=await text(house), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    async def run(_: web.Application) -> AsyncIterator[None]:
        if not house.settings.metrics_port:
            yield
            return
        beside = web.Application()
        beside.router.add_get("/metrics", answer)
        runner = web.AppRunner(beside, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", house.settings.metrics_port).start()
        yield
        await runner.cleanup()

    return run
