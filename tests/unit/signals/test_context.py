import pytest

from pipeline.signals.context import ResolvedSentence, resolve_references
from pipeline.signals.segment import split_sentences
from tests.unit.signals.reading import asserted, read, read_pairs


def resolve(text: str, source: str = "Meridian Wire") -> list[ResolvedSentence]:
    return resolve_references("a", None, source, "", split_sentences(text))


def codes_of_role(resolved: ResolvedSentence, role: str) -> set[str]:
    return {m.code for m in resolved.mentions if m.role == role}


def test_the_main_pair_is_the_two_countries_named_most() -> None:
    assert resolve("China met Japan. China met France. Japan agreed.")[0].main_pair == ("CHN", "JPN")


def test_mentions_in_the_title_count_three_times() -> None:
    title = "Japan and Brazil"
    text = f"{title}\n\nChina saw it. China heard it."
    assert resolve_references("a", None, "x", title, split_sentences(text, len(title)))[0].main_pair == ("JPN", "BRA")


@pytest.mark.parametrize("title", ["Business Daily", "23 April 2025", "Opinion"])
def test_the_name_of_a_section_is_no_context(title: str) -> None:
    text = "China raised tariffs on American beef to 20 percent, the commerce ministry said."
    first = resolve_references("a", None, "x", title, split_sentences(f"{title}\n\n{text}", len(title)))[1]
    assert (first.title, first.previous) == ("", "")
    assert read(text, title=title) == read(text) == {"CHN>USA measure"}


@pytest.mark.parametrize("title", ["China acts", "New tariffs", "Stocks fall as investors fret"])
def test_any_other_title_is_context(title: str) -> None:
    sentences = resolve_references("a", None, "x", title, split_sentences(f"{title}\n\nChina saw it. Japan heard it.", len(title)))
    assert [(one.title, one.previous) for one in sentences] == [(title, ""), (title, title), (title, "China saw it.")]


def test_both_sides_means_the_main_pair() -> None:
    assert codes_of_role(resolve("China met Japan. Both sides were content.")[1], "mutual") == {"CHN", "JPN"}


def test_it_means_the_last_subject() -> None:
    assert codes_of_role(resolve("Brussels acted. It will act again.")[1], "pronoun") == {"EUN"}


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("The ministry accused Washington of bullying.", "CHN"),
        ("The spokesman has urged the United States to stop.", "CHN"),
        ("The commerce ministry in Beijing called the step malicious.", "CHN"),
        ("The ministry accused Beijing of dumping.", "USA"),
        ("The ministry said that Washington would pay.", "CHN"),
        ("The administration said that this was fair.", "USA"),
    ],
)
def test_a_ministry_is_not_of_the_country_that_it_addresses(sentence: str, code: str) -> None:
    text = f"Washington raised duties on China. {sentence}"
    assert codes_of_role(resolve(text)[1], "pronoun") == {code}


def test_we_means_the_speaker_of_a_transcript_line() -> None:
    assert codes_of_role(resolve("Lin Jian: We oppose it.")[0], "speaker") == {"CHN"}


def test_we_means_no_country_in_a_reporters_question() -> None:
    assert codes_of_role(resolve("Lin Jian: We oppose it.\nReporter: We would like to know more.")[1], "speaker") == set()


def test_we_means_the_government_that_publishes_the_source() -> None:
    assert codes_of_role(resolve("We will act.", source="USTR")[0], "speaker") == {"USA"}


def test_it_still_means_the_subject_of_a_sentence_that_began_with_it() -> None:
    assert codes_of_role(resolve("Brussels acted. It met the Japanese minister. It will act again.")[2], "pronoun") == {"EUN"}


def test_a_place_of_a_meeting_is_not_in_the_main_pair() -> None:
    assert resolve("The ministers met in Paris. China met Japan in Paris.")[0].main_pair == ("CHN", "JPN")
    assert resolve("In Paris, China met Japan. In Paris, they agreed.")[0].main_pair == ("CHN", "JPN")
    assert resolve("Paris acted. Paris met Japan.")[0].main_pair == ("FRA", "JPN")


def test_a_pronoun_without_earlier_mention_is_ignored() -> None:
    assert resolve("It will rain.")[0].mentions == []


def test_a_speaker_speaks_until_the_next_label() -> None:
    sentences = resolve("Lin Jian: China opposes it.\nReporter: Will you act?\nSpokesperson: That is for later.")
    assert [resolved.speaker for resolved in sentences] == ["CHN", None, "CHN"]
    assert [resolved.is_stranger for resolved in sentences] == [False, True, False]


def test_a_q_starts_a_reporters_question() -> None:
    assert resolve("Lin Jian: China opposes it.\nQ  Will you act?")[1].is_stranger


def test_a_label_without_an_office_is_not_a_speaker() -> None:
    assert resolve("Lin Jian: We oppose it.\nBackground: The duty is old.")[1].speaker == "CHN"


def test_known_countries_start_with_the_speaker() -> None:
    assert resolve("Japan and Brazil talked.\nLin Jian: It is late.")[1].known == ("CHN", "JPN", "BRA")


def test_mentions_of_the_previous_sentence_are_included() -> None:
    assert [m.code for m in resolve("Japan spoke. Brazil listened.")[1].previous_mentions] == ["JPN"]


def test_a_source_can_name_the_state_that_speaks() -> None:
    assert resolve("We will act.", source="statement by JPN")[0].speaker == "JPN"
    assert resolve("We will act.", source="Written by A. Author")[0].speaker is None
    assert resolve("We will act.", source="report by ABC")[0].speaker is None


@pytest.mark.parametrize(
    ("source", "speaker"),
    [
        ("Ministry of Trade of Peru", "PER"),
        ("Office of the United States Trade Representative", "USA"),
        ("Global Affairs Canada", "CAN"),
        ("The White House", "USA"),
        ("Narendra Modi on X", "IND"),
        ("USTR press office", "USA"),
        ("Peru Daily", None),
        ("Modi Watch", None),
        ("Press Trust of India", None),
        ("Bank of Canada", None),
        ("Embassy of China in the United States", None),
    ],
)
def test_an_office_or_leader_as_source_speaks(source: str, speaker: str | None) -> None:
    assert resolve("We will act.", source=source)[0].speaker == speaker


def test_the_document_of_a_state_is_its_act() -> None:
    text = "(a) This order sets a duty on goods from states that sell tin to Peru."
    assert codes_of_role(resolve(text, source="statement by JPN")[0], "pronoun") == {"JPN"}
    assert codes_of_role(resolve(text)[0], "pronoun") == set()
    assert codes_of_role(resolve("Peru ignores the order.", source="statement by JPN")[0], "pronoun") == set()


def test_one_another_means_both_sides() -> None:
    text = "Peru and Kenya began to levy port fees on one another's ships, and Nairobi praised the Norwegian shipowner Brevik."
    assert asserted(text) == {"PER>KEN measure", "KEN>PER measure"}


def test_a_department_or_regulator_is_that_of_the_last_subject() -> None:
    before = "Washington wrote to makers. "
    assert "USA>CHN measure" in read(
        f"{before}The department has put on hold licences that let American firms sell engines to Chinese yards."
    )
    assert "USA>PER investigation" in asserted(f"{before}The market regulator opened an inquiry into the Peruvian firm.")


def test_a_place_of_talks_of_two_others_is_no_party() -> None:
    text = "Peru and Norway quarrel over fish. Their ministers told reporters in Ottawa that the two sides had held talks on tariffs."
    assert read_pairs(text) == {"NOR>PER", "PER>NOR"}


def test_a_place_of_talks_is_a_party_if_only_one_other_is_named() -> None:
    text = "The trade minister of Peru flew home after talks on tariffs in Ottawa."
    assert {mention.code for mention in resolve(text)[0].mentions} == {"PER", "CAN"}


@pytest.mark.parametrize(
    "text",
    [
        "The ministry in Ottawa will tax Peruvian fish and Norwegian timber.",
        "In Ottawa's view Peru and Norway sell fish too cheaply.",
    ],
)
def test_a_capital_of_those_who_act_is_a_party(text: str) -> None:
    assert "CAN" in {mention.code for mention in resolve(text)[0].mentions}


def test_a_place_of_talks_is_a_party_if_its_state_is_named_too() -> None:
    text = "Peru and Norway quarrel over fish. Their ministers met in Ottawa. Canada offered to mediate."
    assert "CAN" in {mention.code for mention in resolve(text)[1].mentions}


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Mexico's economy minister sees quick NAFTA deal", {"MEX>USA"}),
        ("Canada ready to walk away from NAFTA talks", {"CAN>USA"}),
        ("Mexico's economy minister sees quick deal on nuts", set()),
        ("Mexico raises tariffs on Chinese cars before USMCA review", {"MEX>CHN"}),
    ],
)
def test_the_pact_of_north_america_names_the_united_states(text: str, pairs: set[str]) -> None:
    assert read_pairs(text) == pairs


@pytest.mark.parametrize("words", ["Canada it ", "Canada, ", "the ministry in Ottawa ", "Canada is hit by both sides "])
def test_a_sentence_with_thousands_of_countries_is_resolved_in_seconds(words: str) -> None:
    (sentence,) = resolve(words * 20_000)
    assert {mention.code for mention in sentence.mentions} == {"CAN"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Carney met Peru's envoy. A separate order ends the relief.", {"CAN"}),
        ("Carney spoke. Peru exports tea. Another order closes a gap.", {"CAN"}),
        ("Carney spoke. An order published on Monday ends the relief.", set()),
        ("Carney spoke. The order for ten ships was small.", set()),
    ],
)
def test_an_order_is_that_of_the_leader_who_acted_last(text: str, expected: set[str]) -> None:
    assert codes_of_role(resolve(text)[-1], "pronoun") == expected


def test_of_many_countries_in_a_title_most_are_acted_on_by_one() -> None:
    title = "Peru lists goods, Kenya waits, Chile goes to court"
    text = f"{title}\n\nNorway taxed them. Oslo named no date. Peru was first. The duties of Norway start on Friday. Chile spoke of Oslo."
    assert resolve_references("a", None, "x", title, split_sentences(text, len(title)))[0].main_pair[0] == "NOR"


def test_a_capital_before_talks_is_a_venue_if_two_others_have_them() -> None:
    title = "Peru and Kenya soften their tone ahead of Oslo talks"
    text = f"{title}\n\nNegotiators of the two countries meet in the Norwegian capital on Monday."
    sentences = resolve_references("a", None, "x", title, split_sentences(text, len(title)))
    assert [{mention.code for mention in one.mentions} for one in sentences] == [{"PER", "KEN"}] * 2
    title = "Peru softens its tone ahead of Oslo talks"
    text = f"{title}\n\nTrade is on the list."
    assert {mention.code for mention in resolve_references("a", None, "x", title, split_sentences(text, len(title)))[0].mentions} == {
        "PER",
        "NOR",
    }


def test_the_host_of_who_speaks_abroad_is_the_other_side() -> None:
    text = "The United States will cut its duties. We met in Madrid and agreed on this. Negotiators of both sides spoke in Madrid."
    assert set(resolve(text, source="USTR")[0].main_pair) == {"ESP", "USA"}
