"""Kinds and instruments in the codes of other projects.

Sources: CAMEO 1.1b3 (Schrodt 2012); PLOVER from its authors' table CAMEO2PLOVER-2021 (openeventdata/PLOVER); the Global Trade Alert
(GTA) handbook, evaluation colours and intervention types; the MAST chapters (UNCTAD 2019), which GTA uses for non-tariff measures.

Each CAMEO code belongs to one kind, so events can be converted back to kinds. CAMEO codes say what was done and rarely about what, so
converted events cover all relations and serve as a cross-check only. Where CAMEO has separate codes for demanding, offering, easing and
refusing the same thing, either all of them are listed here or none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class KindCodes:
    """Codes of a kind in other codings; empty where there is none.

    CAMEO codes are ordered by closeness; the PLOVER fields belong to the first of them.
    """

    cameo: tuple[str, ...]
    plover_event: str
    plover_mode: str
    plover_context: str
    gta_evaluation: str


KINDS: dict[str, KindCodes] = {
    "threat": KindCodes(("1312", "130", "131", "1313", "132", "134", "139"), "THREATEN", "restrict", "diplomatic", ""),
    "measure": KindCodes(("163", "160", "172"), "COERCE", "restrict", "diplomatic", "red"),
    "investigation": KindCodes(("115", "090", "116"), "ACCUSE", "disapprove", "legal", "amber"),
    "accusation": KindCodes(("112", "110", "111", "114"), "ACCUSE", "disapprove", "", ""),
    "demand": KindCodes(("1054", "100", "101", "1011", "1042", "105", "1051", "0254", "0251"), "DEMAND", "yield", "economic", ""),
    "refusal": KindCodes(
        ("1244", "120", "121", "1211", "1232", "124", "1241", "125", "127", "128", "164"), "REJECT", "yield", "economic", ""
    ),
    "offer": KindCodes(("0354", "0311", "030", "031", "035", "0342", "0351"), "AGREE", "", "economic", ""),
    "easing": KindCodes(("085", "080", "081", "0832"), "RETREAT", "ease", "economic", "green"),
    "purchase": KindCodes(("061",), "COOPERATE", "", "economic", "green"),
    "agreement": KindCodes(("057",), "SUPPORT", "", "diplomatic", "green"),
    "dialogue": KindCodes(("046", "036", "040", "041", "042", "043", "044", "106"), "CONSULT", "", "diplomatic", ""),
}


@dataclass(frozen=True)
class InstrumentCodes:
    """Codes of an instrument in GTA and MAST, empty if none."""

    gta_types: tuple[str, ...]
    mast: str


INSTRUMENTS: dict[str, InstrumentCodes] = {
    "tariff": InstrumentCodes(("Import tariff", "Export tax"), ""),
    "export_control": InstrumentCodes(("Export ban", "Export licensing requirement", "Export quota"), "P"),
    "entity_list": InstrumentCodes(("Export ban", "Import ban"), "P"),
    "import_restriction": InstrumentCodes(("Import ban", "Import quota", "Import licensing requirement"), "E"),
    "trade_remedy": InstrumentCodes(("Anti-dumping", "Anti-subsidy", "Safeguard"), "D"),
    "investigation": InstrumentCodes((), ""),
    "investment_restriction": InstrumentCodes(("FDI: Entry and ownership rule", "FDI: Treatment and operations"), "I"),
    "purchases": InstrumentCodes(("Public procurement, nes",), "M"),
    "subsidy": InstrumentCodes(("State aid, unspecified", "Financial grant", "Production subsidy"), "L"),
    "services_transport": InstrumentCodes(("Internal taxation of imports",), "F"),
    "currency": InstrumentCodes(("Competitive devaluation",), ""),
    "agreement": InstrumentCodes((), ""),
    "other": InstrumentCodes((), ""),
}


#: Kind of each listed CAMEO code. Codes for military acts, aid or protest are not listed.
KIND_OF_CAMEO: Mapping[str, str] = MappingProxyType({code: kind for kind, codes in KINDS.items() for code in codes.cameo})
