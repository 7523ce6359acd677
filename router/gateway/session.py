"""What the gateway knows of one client: its CompID, its FIX version, its dialect. Must not know its orders."""

from msgspec import Struct

from fixspec.dialect import Dialect
from fixspec.model import Version
from fixspec.spec import VERSIONS


class ClientSession(Struct, frozen=True):
    """One client's session. `begin_string` is FIX.4.2 or FIX.4.4."""

    comp_id: str
    begin_string: str
    dialect: Dialect

    def __post_init__(self) -> None:
        assert self.begin_string in VERSIONS, self.begin_string

    @property
    def version(self) -> Version:
        return VERSIONS[self.begin_string]

    @property
    def is_42(self) -> bool:
        return self.begin_string == "FIX.4.2"
