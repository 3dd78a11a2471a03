"""Vehicle signals, against a broker that speaks the same protocol."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from concurrent import futures
from typing import Any

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kuksa.val.v2 import types_pb2, val_pb2, val_pb2_grpc

from device.position.vehicle import SIGNALS, BrokerLost, VehicleState, merged, states

SPEED, RANGE, FUEL, CHARGE = SIGNALS


class Broker(val_pb2_grpc.VALServicer):  # type: ignore[misc]
    """Knows some signals; publishes what a test puts into its queue."""

    def __init__(self, known: set[str]) -> None:
        self.known = known
        self.changes: queue.Queue[dict[str, float] | None] = queue.Queue()

    def _check(self, path: str, context: grpc.ServicerContext) -> None:
        if path not in self.known:
            context.abort(grpc.StatusCode.NOT_FOUND, f"{path} is not known")

    def ListMetadata(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._check(request.root, context)
        return val_pb2.ListMetadataResponse(metadata=[types_pb2.Metadata(id=1, path=request.root)])

    def Subscribe(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        for path in request.signal_paths:
            self._check(path, context)
        while (change := self.changes.get(timeout=10)) is not None:
            yield val_pb2.SubscribeResponse(entries={path: point(value) for path, value in change.items()})


def point(value: float) -> Any:
    return types_pb2.Datapoint(value=types_pb2.Value(float=value))


def serve(known: set[str]) -> tuple[Broker, grpc.Server, str]:
    broker = Broker(known)
    server = grpc.server(futures.ThreadPoolExecutor(4))
    val_pb2_grpc.add_VALServicer_to_server(broker, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return broker, server, f"127.0.0.1:{port}"


def test_changes_are_merged_as_they_come_and_the_end_is_an_error() -> None:
    broker, server, address = serve({SPEED, RANGE, CHARGE})
    for change in ({SPEED: 50.0}, {RANGE: 120_000.0, CHARGE: 40.0}, {SPEED: 52.0}, None):
        broker.changes.put(change)
    iterator = states(address)
    assert next(iterator) == VehicleState(speed_kph=50.0)
    assert next(iterator) == VehicleState(speed_kph=50.0, range_m=120_000.0, charge_percent=40.0)
    assert next(iterator) == VehicleState(speed_kph=52.0, range_m=120_000.0, charge_percent=40.0)
    with pytest.raises(BrokerLost, match="ended"):
        next(iterator)
    server.stop(0).wait()


def test_a_broker_that_is_not_there_or_knows_nothing_is_one_error() -> None:
    with pytest.raises(BrokerLost, match="lost"):
        next(states("127.0.0.1:1"))
    _, server, address = serve(set())
    with pytest.raises(BrokerLost, match="none of"):
        next(states(address))
    server.stop(0).wait()
    with pytest.raises(BrokerLost, match="HOST:PORT"):
        next(states("somewhere"))


@given(
    st.dictionaries(
        st.sampled_from([*SIGNALS, "Vehicle.Cabin"]), st.none() | st.floats() | st.text() | st.booleans()
    )
)
def test_no_value_makes_a_state_that_no_car_can_have(changes: dict[str, Any]) -> None:
    state = merged(VehicleState(), changes)
    assert state.speed_kph is None or 0 <= state.speed_kph <= 400
    assert state.fuel_percent is None or 0 <= state.fuel_percent <= 100
