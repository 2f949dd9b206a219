"""Settings of what is fetched: which upstreams are on, a group for each of them, and how the network is used.

Belongs here: how the groups of `pipeline/contracts/upstreams.py` become settings, and the network's limits. Does not: fetching
(`pipeline/sources`).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field, NonNegativeFloat, PositiveFloat, PositiveInt, create_model
from pydantic_settings import EnvSettingsSource, TomlConfigSettingsSource

from pipeline.contracts.upstreams import UPSTREAMS, G, SettingsGroup, Upstream


def _require_known(name: str) -> str:
    if name not in UPSTREAMS:
        raise ValueError(f"there is no upstream of this name; write one of {', '.join(UPSTREAMS)}")
    return name


UpstreamName = Annotated[str, AfterValidator(_require_known)]


class Network(SettingsGroup):
    """How the network is used. The limits hold for every upstream."""

    contact: str = Field("", max_length=200, description="address that upstreams may write to; sent in the User-Agent")
    private_hosts: tuple[str, ...] = Field((), description="hosts that may be asked although their address is private or of this machine")
    wait_seconds: PositiveFloat = Field(20.0, le=600, description="longest wait for a connection, or for the next bytes")
    deadline_seconds: PositiveFloat = Field(300.0, le=7200, description="longest time for one whole answer")
    largest_bytes: PositiveInt = Field(200_000_000, description="largest answer, unpacked")
    tries: int = Field(4, ge=1, le=10, description="how often one thing is asked for before it counts as failed")
    longest_pause_seconds: PositiveFloat = Field(120.0, le=3600, description="longest pause that an upstream's `Retry-After` may ask for")
    seconds_between: NonNegativeFloat = Field(1.0, le=60, description="least time between two requests to one host")


class _Sources(SettingsGroup):
    on: tuple[UpstreamName, ...] = Field(
        (), description=f"names of the upstreams that are fetched: {', '.join(f'`{n}`' for n in UPSTREAMS)}"
    )
    network: Network = Network()

    def of(self, upstream: Upstream[G]) -> G:
        """The group of settings of one upstream."""
        group = getattr(self, upstream.name)
        assert isinstance(group, upstream.settings)
        return group


if TYPE_CHECKING:

    class Sources(_Sources):
        """Which upstreams are on, and what is asked of each. None is on by default: a run reads nothing from the network."""

else:
    Sources = create_model(
        "Sources",
        __base__=_Sources,
        __doc__="Which upstreams are on, and what is asked of each. None is on by default: a run reads nothing from the network.",
        **{one.name: (one.settings, one.settings()) for one in UPSTREAMS.values()},
    )


class Variables(EnvSettingsSource):
    """TENSION_* variables, with the key of each upstream that needs one (`TENSION_CENSUS_KEY`)."""

    def __call__(self) -> dict[str, Any]:
        """Read the variables of the fields, and the keys into the groups of their upstreams."""
        keys = {name: self.env_vars.get(f"{self.env_prefix}{name}".lower()) for name in _KEY_NAMES}
        return _move_keys(super().__call__() | {name: key for name, key in keys.items() if key is not None})


class TomlFile(TomlConfigSettingsSource):
    """`tension.toml`, where a key may also be given under its short name (`census_key`)."""

    def __call__(self) -> dict[str, Any]:
        """Read the file, and the keys into the groups of their upstreams."""
        return _move_keys(super().__call__())


#: Short names of keys, as in `tension.toml` and after TENSION_ in a variable.
_KEY_NAMES = {f"{upstream.name}_key": upstream.name for upstream in UPSTREAMS.values() if upstream.key_variable}


def _move_keys(values: Mapping[str, Any]) -> dict[str, Any]:
    """Move each key from its short name to `sources.<name>.key`; where no group can be read, validation says so."""
    moved = dict(values)
    for key_name in _KEY_NAMES.keys() & moved.keys():
        sources = moved.get("sources", {})
        group = sources.get(_KEY_NAMES[key_name], {}) if isinstance(sources, dict) else None
        if isinstance(group, dict):
            moved["sources"] = sources | {_KEY_NAMES[key_name]: group | {"key": moved.pop(key_name)}}
    return moved
