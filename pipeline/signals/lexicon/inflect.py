"""Inflection of English verbs and nouns, as the lexicon lists base forms."""

from collections.abc import Iterator
from functools import cache

VOWELS = "aeiou"
# Verbs that double the last letter; spelling does not show which final syllables are stressed.
DOUBLING = frozenset(
    {"slap", "ban", "cut", "hit", "drop", "bar", "trim", "scrap", "stop", "plan", "commit", "permit", "submit", "rip", "put", "set",
     "get", "shun", "step", "cap", "ship", "strip", "hem", "rap", "snub", "chop", "dig", "pad", "bin", "slam", "beg", "sit"}
)  # fmt: skip
# Verbs that double it in British English only.
DOUBLING_IN_BRITAIN = frozenset({"cancel", "label", "signal", "travel"})
IRREGULAR = {
    "cut": ("cut", "cut"),
    "hit": ("hit", "hit"),
    "put": ("put", "put"),
    "set": ("set", "set"),
    "buy": ("bought", "bought"),
    "hold": ("held", "held"),
    "meet": ("met", "met"),
    "take": ("took", "taken"),
    "come": ("came", "come"),
    "go": ("went", "gone"),
    "break": ("broke", "broken"),
    "withdraw": ("withdrew", "withdrawn"),
    "begin": ("began", "begun"),
    "strike": ("struck", "struck"),
    "run": ("ran", "run"),
    "throw": ("threw", "thrown"),
    "give": ("gave", "given"),
    "make": ("made", "made"),
    "bring": ("brought", "brought"),
    "say": ("said", "said"),
    "tell": ("told", "told"),
    "seek": ("sought", "sought"),
    "speak": ("spoke", "spoken"),
    "overturn": ("overturned", "overturned"),
    "fight": ("fought", "fought"),
    "undercut": ("undercut", "undercut"),
    "rule": ("ruled", "ruled"),
    "stand": ("stood", "stood"),
    "let": ("let", "let"),
    "win": ("won", "won"),
    "lose": ("lost", "lost"),
    "uphold": ("upheld", "upheld"),
    "withhold": ("withheld", "withheld"),
    "withstand": ("withstood", "withstood"),
    "draw": ("drew", "drawn"),
    "drive": ("drove", "driven"),
    "send": ("sent", "sent"),
    "stick": ("stuck", "stuck"),
    "tear": ("tore", "torn"),
    "lay": ("laid", "laid"),
    "cling": ("clung", "clung"),
    "dig": ("dug", "dug"),
    "sit": ("sat", "sat"),
    "shake": ("shook", "shaken"),
    "lead": ("led", "led"),
    "spring": ("sprang", "sprung"),
    "back": ("backed", "backed"),
    "find": ("found", "found"),
    "wake": ("woke", "woken"),
    "sue": ("sued", "sued"),
    "steal": ("stole", "stolen"),
    "rip": ("ripped", "ripped"),
    "shut": ("shut", "shut"),
    "walk": ("walked", "walked"),
    "tie": ("tied", "tied"),
    "forbid": ("forbade", "forbidden"),
    "blow": ("blew", "blown"),
    "pay": ("paid", "paid"),
    "get": ("got", "got"),
    "keep": ("kept", "kept"),
    "see": ("saw", "seen"),
    "think": ("thought", "thought"),
    "leave": ("left", "left"),
    "sell": ("sold", "sold"),
    "rise": ("rose", "risen"),
    "fall": ("fell", "fallen"),
    "wind": ("wound", "wound"),
    "unwind": ("unwound", "unwound"),
    "speed": ("sped", "sped"),
    "quit": ("quit", "quit"),
}


def _add_s(verb: str) -> str:
    """Return the form in -s of a verb or noun: `levies`."""
    if verb.endswith(("s", "x", "z", "ch", "sh", "go", "do")):
        return verb + "es"
    if verb.endswith("y") and verb[-2] not in VOWELS:
        return verb[:-1] + "ies"
    return verb + "s"


def _double_last_letter(verb: str) -> str:
    return verb + verb[-1] if verb in DOUBLING else verb


def _to_past(verb: str) -> str:
    """Return the regular past tense: `levied`, `banned`."""
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2] not in VOWELS:
        return verb[:-1] + "ied"
    return _double_last_letter(verb) + "ed"


def _to_ing(verb: str) -> str:
    """Return the form in -ing: `imposing`, `banning`."""
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if verb.endswith("e") and not verb.endswith("ee"):
        return verb[:-1] + "ing"
    return _double_last_letter(verb) + "ing"


@cache
def verb_forms(phrase: str) -> dict[str, str]:
    """Map every form of a verb phrase to the form's name.

    The first word is inflected; the keys are whole phrases. Names are base, s, past, pp (participle) and ing; `both` if past and participle
    are equal, `any` if the participle equals the base form.
    """
    verb, *rest = phrase.split(" ")
    past, participle = IRREGULAR.get(verb, (_to_past(verb), _to_past(verb)))
    forms = {verb: "base", _add_s(verb): "s", _to_ing(verb): "ing"}
    if past == participle:
        forms[past] = "both" if past != verb else "any"
        if verb in DOUBLING_IN_BRITAIN:
            forms |= {f"{verb}{verb[-1]}ing": "ing", f"{verb}{verb[-1]}ed": "both"}
    else:
        forms |= {past: "past", participle: "pp" if participle != verb else "any"}
    return {" ".join((form, *rest)): name for form, name in forms.items()}


def noun_forms(phrase: str) -> Iterator[str]:
    """Yield singular and plural of a noun phrase.

    `phrase` is the singular. Its last word is inflected.
    """
    *rest, noun = phrase.split(" ")
    yield phrase
    yield " ".join((*rest, _add_s(noun)))
