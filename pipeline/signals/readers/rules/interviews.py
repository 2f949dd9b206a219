"""Sentences that open with a question to an official.

Example: `Asked whether Peru would tax wine, the minister said: "No."`. The question is no act; only the answer can be one. Does not belong
here: questions that end with a question mark (`adjust.py`).
"""

import re

# `Asked by reporters on Monday if Peru would tax wine, the minister ...`. The question ends at the last comma before who answers.
_OPENING = re.compile(
    r"^\W*(?:(?:And|But|When|Later),? )?[Aa]sked\b[^,;:\"\u201c]{0,60}?\b(?:about|if|whether)\b[^;:\"\u201c]*?"
    r"(?P<answer>, (?:the|an?|his|her|its|he|she|it|they|[A-Z])[^,;:\"\u201c]{0,80}? (?:answer|declin|gave|le(?:ave|ft)|refus"
    r"|repl(?:y|i)|sa(?:y|id)|shook|shrug|smil|t(?:ell|old)|turn|walk|wav)\w*.*)$",
    re.DOTALL,
)
_TRADE = re.compile(
    r"\b(?:tariff|dut(?:y|ies)\b|quota|bans?\b|banned\b|import|export|lev(?:y|ies)\b|goods\b|sanction|embargo|curb|restrict|retaliat|tax|deal\b"
    r"|market|licen[cs]|permit|fees?\b)",
    re.IGNORECASE,
)
# Nothing will be done: `"No, no."`, `said there would be none`.
_NO = re.compile(
    r"[\"\u201c.,?!] ?(?:Absolutely not|Never|No|None|Not at all|Of course not)(?=[.,;!\"\u201d]|$)|\bwould be none\b", re.IGNORECASE
)
# No answer: `left the podium without a word`.
_NO_ANSWER = re.compile(
    r"\b(?:ask me|(?:another|next) question|changed the subject|(?:did not|didn['\u2019]t|would not) (?:answer|comment|repl|respond|say)"
    r"|declin(?:es?|ed) to (?:answer|be drawn|comment|reply|respond|say)|left the"
    r"|no comment|refus(?:es?|ed) to (?:answer|be drawn|comment|say)"
    r"|shook h(?:er|is) head|shrugged|walked (?:away|off|on|past)|without (?:a word|answering|comment|replying))\b",
    re.IGNORECASE,
)
# `Retaliate? With what?` is no answer yet.
_COUNTER_QUESTION = re.compile(r"(?<=[\"\u201c?] )?[\w ,'\u2019]+\?")


def is_only_question(text: str) -> bool:
    """Whether an official answers a question with no or not at all.

    Example: `Asked whether Peru would tax wine, the minister left the podium.`
    """
    opening = _OPENING.match(text)
    if opening is None:
        return False
    answer = _COUNTER_QUESTION.sub("", opening["answer"])
    return _TRADE.search(answer) is None and (_NO.search(answer) is not None or _NO_ANSWER.search(answer) is not None)
