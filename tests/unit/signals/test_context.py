from pipeline.signals.context import ResolvedSentence, resolve_references
from pipeline.signals.segment import split_sentences


def read(text: str, source: str = "Meridian Wire") -> list[ResolvedSentence]:
    return resolve_references("a", None, source, "", split_sentences(text))


def meant(resolved: ResolvedSentence, role: str) -> set[str]:
    return {m.code for m in resolved.mentions if m.role == role}


def test_the_main_pair_are_the_two_countries_named_most() -> None:
    assert read("China met Japan. China met France. Japan agreed.")[0].main_pair == ("CHN", "JPN")


def test_the_title_counts_threefold() -> None:
    title = "Japan and Brazil"
    text = f"{title}\n\nChina saw it. China heard it."
    assert resolve_references("a", None, "x", title, split_sentences(text, len(title)))[0].main_pair == ("JPN", "BRA")


def test_both_sides_are_the_main_pair() -> None:
    assert meant(read("China met Japan. Both sides were content.")[1], "mutual") == {"CHN", "JPN"}


def test_it_is_the_last_subject() -> None:
    assert meant(read("Brussels acted. It will act again.")[1], "pronoun") == {"EUN"}


def test_we_is_the_speaker_of_a_transcript_line() -> None:
    assert meant(read("Lin Jian: We oppose it.")[0], "speaker") == {"CHN"}


def test_we_is_nobody_in_a_reporters_question() -> None:
    assert meant(read("Lin Jian: We oppose it.\nReporter: We would like to know more.")[1], "speaker") == set()


def test_we_is_the_government_whose_own_words_the_source_carries() -> None:
    assert meant(read("We will act.", source="USTR")[0], "speaker") == {"USA"}


def test_a_pronoun_without_anyone_named_is_nobody() -> None:
    assert read("It will rain.")[0].mentions == []


def test_a_speaker_keeps_the_floor_until_the_next_label() -> None:
    heard = read("Lin Jian: China opposes it.\nReporter: Will you act?\nSpokesperson: That is for later.")
    assert [resolved.speaker for resolved in heard] == ["CHN", None, "CHN"]
    assert [resolved.is_stranger for resolved in heard] == [False, True, False]


def test_a_bare_q_is_a_reporters_turn() -> None:
    assert read("Lin Jian: China opposes it.\nQ  Will you act?")[1].is_stranger


def test_a_label_of_no_office_is_no_speaker() -> None:
    assert read("Lin Jian: We oppose it.\nBackground: The duty is old.")[1].speaker == "CHN"


def test_the_countries_of_the_article_are_known_with_the_speaker_first() -> None:
    assert read("Japan and Brazil talked.\nLin Jian: It is late.")[1].known == ("CHN", "JPN", "BRA")


def test_the_mentions_of_the_sentence_before_are_at_hand() -> None:
    assert [m.code for m in read("Japan spoke. Brazil listened.")[1].previous_mentions] == ["JPN"]


def test_a_source_may_say_itself_whose_words_it_carries() -> None:
    assert read("We will act.", source="statement by JPN")[0].speaker == "JPN"
    assert read("We will act.", source="Written by A. Author")[0].speaker is None
