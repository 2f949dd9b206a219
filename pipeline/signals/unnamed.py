"""Which state acts in a sentence that names none as actor.

Example: `China answered on Friday. Duties on American pork will rise to 84 percent.` Does not belong here: pronouns (`context.py`), or
what was done (`readers/`).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.signals.actors import Mention, find_dateline
from pipeline.signals.lexicon import cues
from pipeline.signals.tokens import Token, tokenize

PASSIVE_REACH = 4  # words from a form of `be` to its participle

# Verbs whose subject is the restriction (`the duty shall be 10 percent`), or the trade that is restricted.
_BEGINS = re.compile(
    r"\b(?:tak(?:e|es|ing)|took) effect\b|\b(?:com(?:e|es|ing)|came) into (?:force|effect)\b|\b(?:go|goes|going|went) (?:up|into effect)\b"
    r"|\b(?:shall|will|is to) (?:now |then )?be \d"
    r"|\bkick(?:s|ed)? in\b|\benter(?:s|ed)? into force\b"
    r"|\b(?:rises?|rose|risen|falls?|fell|fallen|doubles?|doubled) (?:to|by|from)\b"
    r"|\b(?:needs?|needed|requires?|required|faces?|faced) (?:[\w.%-]+ ){0,4}"
    r"(?:licen[cs]\w*|permits?|approval|tariffs?|dut(?:y|ies)|lev(?:y|ies)|surtax|quotas?|(?:export |import )?(?:controls?|bans?))\b",
    re.IGNORECASE,
)
# An office that opens an inquiry: `the market regulator opened an antitrust case`, `its ministry has launched a probe`.
_OPENS_INQUIRY = re.compile(
    r"^(?:\w+, )?(?:[Tt]he|[Ii]ts) (?:[\w-]+ ){0,3}?(?:administration|authority|customs|ministry|office|regulator|watchdog)"
    r" (?:also |has |separately )*(?:began|begins|filed|files|launched|launches|opened|opens|started|starts)\b[^.;]{0,60}?"
    r"\b(?:case|inquiry|investigation|probe|review)\b"
)


@dataclass
class Doers:
    """Who acted so far in an article.

    `doer`: the actor of the last sentence that has one and no word of reproach (`accused`); `place`: the state whose capital the dateline
    names. Both are None until known.
    """

    doer: str | None = None
    place: str | None = None

    def note(self, text: str, mentions: Iterable[Mention]) -> None:
        """Remember who acts in a sentence, and its dateline.

        The first actor in `mentions` that is not of role `mutual` or `speaker` becomes `doer`. If there is none, or the sentence has a word
        of reproach (`accused`), `doer` stays. `place` is set by the first dateline and then stays.
        """
        tokens = tokenize(text)
        self.place = self.place or find_dateline(tokens)
        if not cues("reproaches") & {token.lower for token in tokens}:
            self.doer = next((m.code for m in mentions if m.is_actor and m.role not in {"mutual", "speaker"}), self.doer)

    def find(self, text: str, mentions: Sequence[Mention], main_pair: tuple[str, ...], speaker: str | None) -> Iterable[Mention]:
        """Yield at most one state that acts without being named.

        It is a mention of role `speaker` without words, from 0 to 0. There is none if a mention may be the subject, or has the role
        `speaker`, if the sentence reports no act of trade policy, or if nothing says who acts. The state is the first of these that the
        sentence does not name: `speaker`, the doer, that of the dateline, and, if the sentence names one of `main_pair` (the countries that
        the article names most), the other. A state that the sentence names is what the act is aimed at.
        """
        tokens = tokenize(text)
        if any(m.role == "speaker" for m in mentions) or _names_actor(tokens, mentions) or not _reports_act(text, tokens):
            return
        named = {mention.code for mention in mentions}
        likely = (speaker, self.doer, self.place or find_dateline(tokens), *(main_pair if named & set(main_pair) else ()))
        code = next((code for code in likely if code and code not in named), None)
        if code:
            yield Mention(code, 0, 0, "speaker")


def _names_actor(tokens: Sequence[Token], mentions: Iterable[Mention]) -> bool:
    """Whether a country that a sentence mentions may be its subject.

    It must be an actor (`is_actor`), without a preposition or a word such as `targeting` directly before it.
    """
    before = {after.start: token.lower for token, after in pairwise(tokens)}
    return any(mention.is_actor and before.get(mention.start) not in cues("governed") for mention in mentions)


def _reports_act(text: str, tokens: Sequence[Token]) -> bool:
    """Whether a sentence reports an act of trade policy or an inquiry."""
    return _OPENS_INQUIRY.match(text) is not None or _is_trade_act(text, tokens)


def _is_trade_act(text: str, tokens: Sequence[Token]) -> bool:
    """Whether a sentence reports that trade is restricted or freed.

    It has a word for trade or its restriction, and its verb is a passive or one such as `take effect`. No word such as `that` or `after`
    may be before the verb. Conditions, denials and sentences about a deal, in which both sides act, do not count.
    """
    words = [token.lower for token in tokens]
    if cues("traded").isdisjoint(words) or not cues("undecided").isdisjoint(words):
        return False
    begin = _BEGINS.search(text)
    begins = [at for at, token in enumerate(tokens) if begin and token.start >= begin.start()][:1]
    passives = [at for at, word in enumerate(words) if word in cues("be") and _has_participle(words[at + 1 : at + 3 + PASSIVE_REACH])]
    verb = min((*begins, *passives), default=None)
    return verb is not None and (cues("subordinators") | {"that"}).isdisjoint(words[:verb])


def _has_participle(after: Sequence[str]) -> bool:
    """Whether words after `be` make a passive without agent.

    The first of the next `PASSIVE_REACH` words that is in the list `done` decides: it must not be followed by `by`, except before a number.
    Examples: `raised`, `raised by 10 percent`; not `raised by a firm`.
    """
    at = next((at for at, word in enumerate(after[:PASSIVE_REACH]) if word in cues("done")), None)
    if at is None:
        return False
    next_words = after[at + 1 : at + 3]
    return next_words[:1] != ["by"] or next_words[-1][0].isdigit()
