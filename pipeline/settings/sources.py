"""Settings of fetching: enabled upstreams, one group per upstream, and the network.

Belongs here: settings built from the groups in `pipeline/contracts/upstreams.py`. Does not: fetching (`pipeline/sources`).
"""

import ipaddress
import re
import tomllib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import AfterValidator, Field, NonNegativeFloat, PositiveFloat, PositiveInt, create_model, model_validator
from pydantic_settings import EnvSettingsSource, TomlConfigSettingsSource

from pipeline.contracts.upstreams import UPSTREAMS, G, SettingsGroup, Upstream

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path


def _require_upstream(name: str) -> str:
    if name not in UPSTREAMS:
        raise ValueError(f"there is no upstream {name[:40]!r}; write one of {', '.join(UPSTREAMS)}")
    return name


def _require_host(text: str) -> str:
    """Raise `ValueError` unless the text is a bare host.

    With a scheme, port or path it would equal no host, and have no effect. Returns the text.
    """
    try:
        is_host = re.fullmatch(r"[\w.-]+", text) is not None or ipaddress.ip_address(text.strip("[]")) is not None
    except ValueError:
        is_host = False
    if not is_host:
        raise ValueError("write the name or address of a host, without scheme, port and path, e.g. feeds.internal or 10.0.0.7")
    return text


UpstreamName = Annotated[str, AfterValidator(_require_upstream)]
Host = Annotated[str, AfterValidator(_require_host)]


class Network(SettingsGroup):
    """Network use. The limits apply to every upstream."""

    contact: str = Field("", max_length=200, description="contact address for upstreams; sent in the User-Agent")
    private_hosts: tuple[Host, ...] = Field((), description="hosts that may be fetched although their address is private or local")
    wait_seconds: PositiveFloat = Field(20.0, le=600, description="longest wait for a connection or for the next bytes")
    deadline_seconds: PositiveFloat = Field(300.0, le=7200, description="longest time for one response")
    largest_bytes: PositiveInt = Field(200_000_000, description="size limit of a response, unpacked")
    tries: int = Field(4, ge=1, le=10, description="attempts for each item before it counts as failed")
    longest_pause_seconds: PositiveFloat = Field(120.0, le=3600, description="longest pause that an upstream may request by `Retry-After`")
    seconds_between: NonNegativeFloat = Field(1.0, le=60, description="minimum time between two requests to one host")


class _Sources(SettingsGroup):
    on: tuple[UpstreamName, ...] = Field(
        (), description=f"names of the upstreams that are fetched: {', '.join(f'`{n}`' for n in UPSTREAMS)}"
    )
    network: Network = Network()

    @model_validator(mode="after")
    def _require_requests(self) -> Self:
        """Raise `ValueError` if an enabled upstream has nothing to request."""
        for upstream in (UPSTREAMS[name] for name in self.on):
            if upstream.needs and not getattr(self.get_group(upstream), upstream.needs):
                name = f"sources.{upstream.name}.{upstream.needs}"
                raise ValueError(f"{upstream.name} is enabled, but {name} is empty, so nothing would be fetched; fill it in")
        return self

    def get_group(self, upstream: Upstream[G]) -> G:
        """Return the settings of one upstream, such as `sources.census`."""
        group = getattr(self, upstream.name)
        assert isinstance(group, upstream.settings)
        return group


if TYPE_CHECKING:

    class Sources(_Sources):
        """Enabled upstreams, by default none, and the settings of each."""

else:
    Sources = create_model(
        "Sources",
        __base__=_Sources,
        __doc__="Enabled upstreams, by default none, and the settings of each.",
        **{one.name: (one.settings, one.settings()) for one in UPSTREAMS.values()},
    )


class Variables(EnvSettingsSource):
    """TENSION_* variables, and the API keys of upstreams, e.g. `TENSION_CENSUS_KEY`."""

    def __call__(self) -> dict[str, Any]:
        """Read the variables, and move API keys to their upstreams' groups."""
        keys = {name: self.env_vars.get(f"{self.env_prefix}{name}".lower()) for name in _KEY_NAMES}
        return _move_keys(super().__call__() | {name: key for name, key in keys.items() if key is not None})


class TomlFile(TomlConfigSettingsSource):
    """Settings file `tension.toml`; API keys may have short names, e.g. `census_key`."""

    def __call__(self) -> dict[str, Any]:
        """Read the file; move keys such as `census_key` to `sources.census.key`."""
        return _move_keys(super().__call__())

    def _read_file(self, file_path: "Path | Traversable") -> dict[str, Any]:
        # Editors of Windows begin a file with a byte order mark, which TOML does not allow and nobody sees.
        return tomllib.loads(file_path.read_text(encoding="utf-8-sig"))


#: Upstream by short name of its key, as in `tension.toml` or in a variable after TENSION_.
_KEY_NAMES = {f"{upstream.name}_key": upstream.name for upstream in UPSTREAMS.values() if upstream.key_variable}


def _move_keys(values: Mapping[str, Any]) -> dict[str, Any]:
    """Move each API key from its short name to `sources.<name>.key`.

    For example, `census_key` becomes `sources.census.key`, and replaces one that is there. `values` is not changed. A key stays where it is
    if `sources` or `sources.<name>` is not a table: validation then reports an error.
    """
    moved = dict(values)
    for key_name in _KEY_NAMES.keys() & moved.keys():
        sources = moved.get("sources", {})
        group = sources.get(_KEY_NAMES[key_name], {}) if isinstance(sources, dict) else None
        if isinstance(group, dict):
            moved["sources"] = sources | {_KEY_NAMES[key_name]: group | {"key": moved.pop(key_name)}}
    return moved
