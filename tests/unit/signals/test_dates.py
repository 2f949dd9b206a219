from datetime import date

import pytest

from pipeline.signals.dates import is_past_event
from tests.unit.signals.reading import find

DAY = date(2025, 8, 25)


@pytest.mark.parametrize(
    ("sentence", "is_back"),
    [
        ("On June 17, the ministry opened an inquiry into Peruvian tin, and it said more may follow.", True),
        ("On August 24, the ministry opened an inquiry into Peruvian tin.", False),
        ("The ministry opened an inquiry into Peruvian tin on 3 January 2024.", True),
        ("The ministry opened an inquiry into Peruvian tin on Aug. 5.", True),
        ("The ministry opened an inquiry on August 5 and widened it on August 24.", False),
        ("The ministry amended the order of August 5 to exempt Peruvian tin.", False),
        ("The ministry said on Monday that the duty set on August 5 is void.", False),
        ("The duty takes effect on October 1.", False),
        ("The duty takes effect on December 29.", False),
        ("The duty was set on February 30.", False),
        ("The duty was set on February 29.", True),
        ("The ministry opened an inquiry into Peruvian tin last week.", True),
        ("The ministry opened an inquiry into Peruvian tin after last week's talks.", False),
        ("The ministry said on Monday that last week was a good one.", False),
        ("At the end of July the ministry opened an inquiry into Peruvian tin.", True),
        ("In March 2024, the ministry opened an inquiry into Peruvian tin.", True),
        ("Peru and Chile agreed to conclude talks on tin by July 31, 2025.", True),
        ("Peru and Chile agreed to conclude talks on tin by October 31, 2025.", False),
        ("During the past 2 years, Peru and Chile have made progress in talks on tin.", True),
    ],
)
def test_an_act_dated_more_than_two_days_back_is_history(sentence: str, is_back: bool) -> None:
    assert is_past_event(sentence, DAY) is is_back


def test_without_a_day_a_date_is_ignored() -> None:
    assert not is_past_event("On June 17, the ministry opened an inquiry.", None)


@pytest.mark.parametrize(
    ("sentence", "is_back"),
    [
        ("Earlier, Lima had put a duty on Chilean copper.", True),
        ("Last week Lima put a duty on Chilean copper.", True),
        ("Since the president took office, Lima has put thirty duties on Chilean copper.", True),
        ("Since Monday, Lima has put two duties on Chilean copper.", False),
        ("Over the past year, Lima put three duties on Chilean copper.", True),
        ("Earlier on Monday Lima put a duty on Chilean copper.", False),
        ("Lima put a duty on Chilean copper earlier than planned.", False),
    ],
)
def test_a_sentence_that_opens_in_the_past_is_history(sentence: str, is_back: bool) -> None:
    assert is_past_event(sentence, DAY) is is_back


@pytest.mark.parametrize(
    ("sentence", "is_back"),
    [
        ("Lima put a duty on Chilean copper in 2019.", True),
        ("Lima has had a duty on Chilean copper since 2019.", True),
        ("Lima will lift the duty that it put on Chilean copper in 2019.", False),
        ("Lima lifts a duty on Chilean copper imposed in 2019.", False),
        ("The duty on Chilean copper was imposed in 2019.", True),
        ("Lima said that it put a duty on Chilean copper in 2019.", True),
        ("Lima put a duty on Chilean copper under the Trade Act of 1998.", False),
        ("Lima put a duty on Chilean copper in the trade war of 1998.", True),
        ("Lima accused Santiago of breaking the 2009 treaty.", False),
        ("Lima agreed to buy more Chilean copper than in 2019.", False),
        ("Lima put a duty on more than ten goods from Chile in 2019.", True),
        ("Lima put the highest duty since 1998 on Chilean copper.", False),
        ("Lima will quit the free trade area with Chile, a member since 2009.", False),
        ("Lima put a duty on Chilean copper in 2019, a report said on Monday.", True),
        ("A report said on Monday Lima put a duty on Chilean copper in 2019.", True),
        ("In 2019 Lima said it will put a duty on Chilean copper.", True),
        ("Chile, which joined the group in 2001, put a duty on tin.", False),
    ],
)
def test_a_past_year_dates_an_act_only_if_it_dates_nothing_else(sentence: str, is_back: bool) -> None:
    assert is_past_event(sentence, DAY) is is_back


@pytest.mark.parametrize(
    ("sentence", "is_back"),
    [
        ("Lima has put two duties on Chilean copper since the talks ended.", True),
        ("Lima has raised the duty on Chilean copper this year, the ministry said.", True),
        ("Lima has limited imports from Chile in recent weeks.", True),
        ("So far Lima has put two duties on Chilean copper.", True),
        ("Lima has now cut the duty twice this year.", False),
        ("Lima has today put its third duty on Chilean copper this year.", False),
        ("Lima has agreed to buy more Chilean copper this year.", False),
        ("Lima has delayed the duty on Chilean copper until later this year.", False),
        ("Lima has raised its first duty on Chilean copper since the talks ended.", False),
        ("Lima raised the duty because Santiago has sold more copper this year.", False),
        ("Lima has put a duty on Chilean copper.", False),
    ],
)
def test_a_period_up_to_now_makes_a_perfect_history(sentence: str, is_back: bool) -> None:
    assert is_past_event(sentence, DAY) is is_back


@pytest.mark.parametrize(
    ("sentence", "is_back"),
    [
        ("Lima cut its purchases of Chilean copper, customs data showed on Monday.", True),
        ("Lima cut its purchases of Chilean copper, according to ship tracking data.", True),
        ("Figures released on Monday showed that Lima cut its purchases of Chilean copper.", True),
        ("Lima raised the duty on Chilean copper, hours after data showed a deficit.", False),
        ("Lima on Monday put a duty on half of Chilean copper, according to trade figures.", False),
        ("Lima put a duty on Chilean data storage.", False),
    ],
)
def test_what_statistics_show_is_history(sentence: str, is_back: bool) -> None:
    assert is_past_event(sentence, DAY) is is_back


@pytest.mark.parametrize(
    ("sentence", "is_back"),
    [
        ("1. In Proclamation 123 of July 20, 2025 (Tiles), I found that Peru discriminates against our tiles.", True),
        ("In Proclamation 123 of August 25, 2025, I impose a duty on tiles.", False),
        ("In Executive Order 123, I also deemed it necessary to impose tariffs on tiles.", True),
        ("In those actions, I also directed the ministry to widen the tariffs on tiles.", True),
        ("Section 2(d) of Executive Order 123 provides that I may raise the duty on tiles.", True),
        ("In light of this agreement, I also determined that imports of tiles no longer impair the national security.", True),
        ("In light of this agreement, I have determined that imports of tiles no longer impair the national security.", False),
        ("I determine that it is necessary to modify the tariff that I imposed in Proclamation 123 on imports of tiles.", False),
        ("I imposed a duty on them because they cheat.", False),
    ],
)
def test_what_an_order_retells_of_an_earlier_one_is_history(sentence: str, is_back: bool) -> None:
    assert is_past_event(sentence, DAY) is is_back


@pytest.mark.parametrize(
    ("sentence", "is_back"),
    [
        ("In May, the ministry ordered a duty on Peruvian tin, which will protect miners.", True),
        ("In May, the ministry will order a duty on Peruvian tin.", False),
        ("In October, the ministry ordered a duty on Peruvian tin, which will protect miners.", False),
    ],
)
def test_a_month_that_opens_a_sentence_dates_its_first_clause(sentence: str, is_back: bool) -> None:
    assert is_past_event(sentence, DAY) is is_back


@pytest.mark.parametrize(
    ("sentence", "is_retold"),
    [
        ("And I said, we're going to put a tax of 40 percent on Norway.", True),
        ('I said, "If you don\'t open up, Norway, we will double the duty."', True),
        ("We said that Norway would have to pay a duty.", True),
        ("As I said, we will double the duty on Norway.", False),
        ("I said today that we will double the duty on Norway.", False),
        ('"We will tax Norway," I said.', False),
        ("I said, if they tax our cars, we will tax theirs.", True),
        ('And I told him, "We will put a duty of 80 percent on your fish."', True),
        ("We said that we would tax every one of those nations.", True),
        ("We said today that we would tax their fish.", False),
        ("We told the Peruvian side that we will tax its fish.", False),
        ("As I said, we will tax their fish.", False),
        ("He said that they would tax its fish.", False),
    ],
)
def test_who_recalls_its_own_words_reports_no_news(sentence: str, is_retold: bool) -> None:
    assert {is_past_event(sentence, day) for day in (DAY, None)} == {is_retold}


@pytest.mark.parametrize(
    ("sentence", "is_retold"),
    [
        ("The Secretary also recommended that I impose a duty of 12 percent on imports of tin.", True),
        ("In light of these findings, the Secretary recommended a range of actions on imports of tin.", True),
        ("Today the Secretary recommended a duty of 12 percent on imports of tin.", False),
        ("Commerce Secretary Ann Lee recommended a duty of 12 percent on imports of tin.", False),
        ("The Secretary shall recommend whether I should impose a duty on imports of tin.", False),
    ],
)
def test_what_the_secretary_recommended_is_recalled(sentence: str, is_retold: bool) -> None:
    assert is_past_event(sentence, DAY) is is_retold


def test_what_lasts_until_the_end_of_a_year_is_no_past_event() -> None:
    assert not is_past_event("Peru extended its embargo on fish from Norway until the end of 2026.", None)
    assert is_past_event("Peru set an embargo on fish from Norway at the end of 2019.", date(2025, 3, 4))


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("In 1930 Congress raised its duties. Canada retaliated at once with tariffs on sixteen American products.", set()),
        ("In 2012 Washington put duties on Chinese panels. China opened an investigation into American silicon. It was long.", set()),
        ("In 2012 Washington put duties on Chinese panels.\n\nChina opened an investigation into American silicon.", {"CHN>USA"}),
        ("In 2012 Washington put duties on Chinese panels. On Monday China imposed a duty on American ethane.", {"CHN>USA"}),
        ("In 2019 India imposed duties on American apples. New Delhi has now lifted its duties on American apples.", {"IND>USA"}),
        ("In 2023 Washington put duties on Chinese panels. China opened an investigation into American silicon.", {"CHN>USA"}),
        ("The two have quarrelled since 2004. The European Union suspended its tariffs on American spirits.", {"EUN>USA"}),
    ],
)
def test_what_follows_history_in_its_paragraph_is_history(text: str, signals: set[str]) -> None:
    findings = find("both", text, day=DAY).filter(modality="asserted")
    assert set(findings.select(findings["actor"] + ">" + findings["target"]).to_series()) == signals
