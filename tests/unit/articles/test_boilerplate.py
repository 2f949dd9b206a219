"""Boilerplate lines are removed, similar lines of news stay."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.articles.boilerplate import MAX_LINE_CHARS, read_patterns, remove_boilerplate
from tests.examples import examples

ENTRIES = read_patterns()


def clean(text: str) -> str:
    return str(remove_boilerplate(pl.Series("body", [text], pl.String))[0])


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: str(entry["goes"][0])[:30])
def test_each_pattern_matches_its_examples_and_not_similar_news(entry: dict[str, str]) -> None:
    for line in entry["goes"]:
        assert pl.select(pl.lit(line).str.contains(rf"^(?i:{entry['pattern']})$")).item(), line
        assert clean(line) == ""
    assert clean(entry["stays"]) == entry["stays"]


# Written after the patterns, without looking at them.
BOILERPLATE = [
    "Advertisement", "Advertising", "ADVERTISEMENT", "Article continues below advertisement", "Story continues below",
    "Sign up for our daily newsletter", "Sign up here for the Trade Briefing newsletter.", "Sign up for email alerts",
    "Get our free newsletter in your inbox", "Subscribe", "Subscribe for full access", "Subscribe to our newsletter!",
    "Read more: Zenda halts glass talks", "READ MORE: Zenda halts glass talks", "Read also: What the truce means",
    "Related: Who pays a tariff?", "See also: Ruritania in figures", "Read more", "Continue reading…", "Continue reading →",
    "Read the full article here", "Related articles", "Most popular", "Top stories", "More from Strelsau Post", "You might also like",
    "Follow us on X", "Follow us on Twitter and Facebook", "Like us on Facebook", "Join us on Telegram", "Follow @strelsaupost",
    "Share", "Share this story", "Share on Twitter", "Tweet", "Email this article", "© 2025 Strelsau Post Ltd", "© Strelsau Press Agency",
    "Copyright © 2025 Zenda Times. All rights reserved.", "All rights reserved", "Copyright 2025 Strelsau Press",
    "Reporting by Anna Ray; Editing by Bo Dun", "(Reporting by Anna Ray and Bo Dun in Zenda, editing by Cy Eck)",
    "Writing by Anna Ray Editing by Bo Dun", "Additional reporting by Anna Ray in Zenda", "With files from Zenda Press",
    "This site uses cookies. Learn more.", "Accept cookies", "We use cookies and similar technologies to improve your experience.",
    "This content is for subscribers only", "Already a member? Log in", "Sign in to continue", "Log in", "Thank you for reading!",
    "You have 3 articles left this month", "To continue reading, subscribe today.", "By subscribing you agree to our privacy policy.",
    "The post Zenda halts talks appeared first on Zenda Times.", "This story was originally published by Zenda Times.",
    "3 min read", "Skip to content", "Back to top", "Leave a comment", "12 comments", "Support our work", "• Read more: Zenda halts talks",
]  # fmt: skip
NEWS = [
    "Advertisement spending fell after the tariffs.", "Advertising tariffs as a tax cut fooled nobody.", "Story of a truce",
    "Sign up to the truce, Zenda urged its neighbours.", "Sign up for talks by Friday, Washington told Beijing.",
    "Get out of the deal, farmers told the minister.", "Get our soybeans to China, growers ask.", "Subscribe to the pact by May, he said.",
    "Subscribers only pay the duty in June.", "Read the tariff order before you sign, lawyers warned.", "Read my lips: no new tariffs.",
    "More tariffs: Washington adds 10 percent on glass from Friday, and Zenda will answer in kind, its minister told parliament on Monday.",
    "See you in court: Zenda sues over glass duties.", "Related duties on glass rose to 34 percent.", "Related products are exempt.",
    "Related party sales to China are taxed", "Continue talks or face duties, Brussels warned.",
    "Continue reading of the bill is set for May",
    "Most tariffs stay", "Top exporters stop sales", "Latest tariffs hit glass", "More talks", "Popular goods are taxed",
    "Follow us or lose the market, Washington said.", "Follow the European Union and tax steel, unions ask.",
    "Like us, Mexico will answer with duties.", "Join us in the talks, Paris asks Beijing.", "Share of imports from China falls",
    "Share prices fell on the tariffs.", "Share the burden", "Tweet raises tariffs on Mexico", "Print money or cut duties",
    "Copyright piracy in China costs billions, Washington says.", "Copyright law changed in the truce.",
    "All rights reserved under the treaty will be used, Beijing said.", "Reporting by state media says that exports fell.",
    "Reporting by the bureau on glass was wrong.", "Writing by hand, the king signed the tariff order.",
    "Editing by officials changed the deal.",
    "Edited by lawyers, the text lost its tariffs.", "With files from the ministry, Zenda proved its case.",
    "Cookies and biscuits from Zenda face a duty of 34 percent.", "We use cookies made in Zenda, and they will cost more.",
    "Accept the tariffs, Washington told Ottawa.", "This content rule is for cars only.", "Members only agreed on steel.",
    "Sign in Geneva or face duties, he said.", "Log exports are banned", "Register to export, Beijing orders makers of magnets.",
    "You have no cards, he told the president.",
    "You have read one article of the accord wrongly, judge tells lawyers of Zenda.",
    "To continue talks, Beijing asks for an exemption.", "By signing, you agree that tariffs end, he told Zenda.",
    "The post at the border was closed first on Monday.", "This story was denied by Beijing.", "5 minutes to decide",
    "Comments on the tariff are due by May",
    "Back to the table", "Skip the talks", "Support for tariffs falls", "Support our farmers, growers ask Congress", "Close to a deal",
    "Thank you for tariffs, says steel boss", "Download of rare earth licences starts", "Menu prices rise on tariffs",
]  # fmt: skip


def test_unseen_boilerplate_is_removed_and_similar_news_stays() -> None:
    assert [line for line in BOILERPLATE if clean(line)] == []
    assert [line for line in NEWS if clean(line) != line] == []


def test_a_boilerplate_line_is_removed_anywhere_in_a_text() -> None:
    assert clean("Glass is  taxed.\nAdvertisement\n  Zenda objects.\n\n  Share this article \nMore.") == (
        "Glass is  taxed.\n\n  Zenda objects.\n\n\nMore."
    )


def test_words_within_a_sentence_stay() -> None:
    text = "He said: Sign up for our newsletter. Then he left."
    assert clean(text) == text


def test_a_long_paragraph_stays_even_if_it_starts_like_boilerplate() -> None:
    text = "Read more: " + "glass " * (MAX_LINE_CHARS // 6)
    assert clean(text) == text


@examples(100)
@given(
    st.lists(st.sampled_from(["Advertisement", "Glass is taxed.", "", " ", "Read more: x"]) | st.text(max_size=20), max_size=8).map(
        "\n".join
    )
)
def test_only_whole_lines_are_removed(text: str) -> None:
    before, after = text.split("\n"), clean(text).split("\n")
    assert len(before) == len(after)
    assert all(new in {"", old} for old, new in zip(before, after, strict=True))
