"""Speed, fuel and charge from the vehicle, by COVESA VSS through a KUKSA databroker. Absent by default."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from device.errors import Missing

SIGNALS = {
    "Vehicle.Speed": "speed_kph",
    "Vehicle.Powertrain.Range": "range_m",
    "Vehicle.Powertrain.FuelSystem.RelativeLevel": "fuel_percent",
    "Vehicle.Powertrain.TractionBattery.StateOfCharge.Current": "charge_percent",
}
"""VSS path to the field that it fills; VSS gives km/h, metres and per cent."""

_NOT_FOUND = 5
"""gRPC status of a signal that the vehicle does not have."""

_LIMITS = {"speed_kph": 400.0, "range_m": 3e6, "fuel_percent": 100.0, "charge_percent": 100.0}


class BrokerLost(Missing):
    """The databroker cannot be reached, or ended the subscription."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleState:
    """What the vehicle last said; None for what it never did."""

    speed_kph: float | None = None
    """Speed, km/h."""

    range_m: float | None = None
    """Distance that fuel or charge will last, metres."""

    fuel_percent: float | None = None
    """Fuel in the tank, per cent of full."""

    charge_percent: float | None = None
    """Charge of the traction battery, per cent of full."""


def states(broker: str, connected: Callable[[Any], None] | None = None) -> Iterator[VehicleState]:
    """Yield the vehicle's state at each change, until the broker is lost.

    Parameters
    ----------
    broker : str
        `HOST:PORT` of the databroker.
    connected : callable, optional
        Gets the client; its `disconnect` ends the iteration from another thread.

    Raises
    ------
    BrokerLost
        The broker cannot be reached, knows none of the signals, or went away.
    """
    from kuksa_client.grpc import VSSClient, VSSClientError

    host, _, port = broker.partition(":")
    if not port.isdigit():
        raise BrokerLost(f"{broker!r} is no HOST:PORT such as 127.0.0.1:55555: set [position] kuksa")
    state = VehicleState()
    try:
        with VSSClient(host, int(port), ensure_startup_connection=False) as client:
            if connected is not None:
                connected(client)
            known = _known(client)
            if not known:
                raise BrokerLost(f"{broker} knows none of {', '.join(SIGNALS)}")
            for changes in client.subscribe_current_values(known):
                state = merged(
                    state, {path: getattr(point, "value", None) for path, point in changes.items()}
                )
                yield state
    except (VSSClientError, OSError, ValueError) as error:
        raise BrokerLost(f"the databroker {broker} is lost: {error}") from None
    raise BrokerLost(f"the databroker {broker} ended the subscription")


def _known(client: Any) -> list[str]:
    from kuksa_client.grpc import VSSClientError

    known = []
    for path in SIGNALS:
        try:
            client.ensure_id_mapping([path])
            known.append(path)
        except VSSClientError as error:
            if error.error.get("code") != _NOT_FOUND:
                raise
    return known


def merged(state: VehicleState, changes: dict[str, Any]) -> VehicleState:
    """Lay changed signals over a state; values that no car can have are left out."""
    good: dict[str, float] = {}
    for path, value in changes.items():
        name = SIGNALS.get(path)
        if name and isinstance(value, int | float) and 0 <= value <= _LIMITS[name]:
            good[name] = float(value)
    return replace(state, **good)
