"""Our kinds and instruments in the words of other codings.

Sources: CAMEO 1.1b3 (Schrodt 2012); PLOVER through the authors' own table CAMEO2PLOVER-2021 (openeventdata/PLOVER); Global Trade
Alert (GTA handbook: evaluation colours and intervention types) and the MAST chapters (UNCTAD 2019) that GTA uses for non-tariff measures.
A CAMEO code belongs to one kind only, so that the way back (an event feed into our kinds) is a function. CAMEO says what is done, hardly
ever about what: apart from sanctions and "economic" cooperation its codes are of all relations, not of trade. So the way back gives a
cross-check and no index. Where CAMEO tells a demand, an offer, an easing and a refusal of one thing apart, all of them are here or none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class KindCodes:
    """CAMEO codes, the nearest first; PLOVER event, mode and context of that first code; GTA's colour. Empty where a coding has none."""

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
    """GTA intervention types and the MAST chapter letter; empty where the other coding does not see the instrument."""

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


#: Our kind for each CAMEO event code of ours. Codes of military acts, aid or protest are not there: they are none.
KIND_OF_CAMEO: Mapping[str, str] = MappingProxyType({code: kind for kind, codes in KINDS.items() for code in codes.cameo})
