"""Codes of CAMEO, in which GDELT writes events, by kind of act.

CAMEO 1.1b3 (Schrodt 2012) is a list of codes for acts between states. Each code has at most one kind (a word of `vocabulary.KIND`, such as
threat or easing). Codes say what was done and rarely about what, so GDELT's events cover all relations, not only trade, and serve as a
cross-check only. Where CAMEO has separate codes for demanding, offering, easing and refusing the same thing, either all of them have a kind
or none.
"""

from types import MappingProxyType

#: Codes of each kind, the closest to its meaning first. Codes for military acts, aid or protest have no kind.
CAMEO: dict[str, tuple[str, ...]] = {
    "threat": ("1312", "130", "131", "1313", "132", "134", "139"),
    "measure": ("163", "160", "172"),
    "investigation": ("115", "090", "116"),
    "accusation": ("112", "110", "111", "114"),
    "demand": ("1054", "100", "101", "1011", "1042", "105", "1051", "0254", "0251"),
    "refusal": ("1244", "120", "121", "1211", "1232", "124", "1241", "125", "127", "128", "164"),
    "offer": ("0354", "0311", "030", "031", "035", "0342", "0351"),
    "easing": ("085", "080", "081", "0832"),
    "purchase": ("061",),
    "agreement": ("057",),
    "dialogue": ("046", "036", "040", "041", "042", "043", "044", "106"),
}

KIND_OF_CAMEO = MappingProxyType({code: kind for kind, codes in CAMEO.items() for code in codes})
