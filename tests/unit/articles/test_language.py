"""Articles in other languages are detected; names, tickers and texts in doubt are English."""

import tomllib
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.articles.language import MAX_CHARS, SHORT_TEXT, UNKNOWN, WORDS_FILE, detect_other_language
from pipeline.settings import SAMPLE_ARTICLES, SAMPLE_LAST_DAY
from pipeline.settings.archives import ArticleFiles
from pipeline.sources.files.articles import collect_rows, read_articles
from tests.examples import examples


def detect(title: str, body: str = "") -> str | None:
    return detect_other_language(pl.Series([title]), pl.Series([body]))[0]  # type: ignore[no-any-return]


HEADLINES = {
    "chinese": ["中国对美国大豆加征关税", "中美贸易谈判在日内瓦恢复", "商务部:坚决反对单边制裁", "美方推迟汽车关税", "歐盟對電動車徵稅"],
    "japanese": ["中国、米国産大豆に追加関税", "EU、鉄鋼関税への対抗措置を準備", "日米の貿易交渉が再開"],
    "korean": ["중국, 미국산 대두에 추가 관세", "한미 무역협상 재개", "자동차 관세 유예"],
    "russian": ["Китай повышает пошлины на американскую сою", "Экспорт газа сократился", "Москва запретила ввоз"],
    "arabic": ["الصين ترفع الرسوم الجمركية على فول الصويا الأمريكي", "تراجع صادرات النفط"],
    "french": ["Bruxelles prépare sa riposte aux taxes sur l'acier", "Le vin français frappé par une surtaxe de 25 %"],
    "german": ["Zölle auf Autos werden nicht verschoben", "Kein Durchbruch im Streit um Zölle für Stahl"],
    "spanish": [
        "El acuerdo sobre el acero no está en peligro, según fuentes",
        "Nuevos aranceles para los coches y el acero en mayo, sin excepción",
    ],
    "portuguese": ["Trump ameaça o Brasil com novas sanções", "Lula diz que não vai retaliar por enquanto"],
}
ENGLISH = [
    "China raises tariffs on American soybeans", "BREAKING: WHITE HOUSE DELAYS AUTO TARIFFS", "Tokyo, Seoul sign chip pact",
    "Le Pen meets von der Leyen in La Rochelle", "Lula da Silva visits São Paulo", "Nestlé, Citroën profits soar", "Déjà vu: café tariffs",
    "Peña Nieto, Macri hold talks", "Zölle: Merz slams Trump", "VW, BMW, Daimler shares slump", "CÔTE D'IVOIRE COCOA EXPORTS RISE",
    "Société Générale posts loss", "GM <GM> Q3 NET", "DAX -2%, CAC 40 -1.3%", "U.S. CPI +0.3%", "Pas de deux: Macron, Merz rekindle axis",
    "RURITANISCHE GLASGESELLSCHAFT AG <RGG.F>", "DEN RURITANSKE SELLS 300 MLN DLR NOTE",
    "Que sera, sera: Fed holds", "Hasta la vista, NAFTA", "",
    "34", "习", "ZENDA GLASS SEEKS TOKYO PARTNER",
]  # fmt: skip


@pytest.mark.parametrize(("name", "title"), [(name, title) for name, titles in HEADLINES.items() for title in titles])
def test_the_language_of_a_headline_is_detected(name: str, title: str) -> None:
    assert detect(title) == name


@pytest.mark.parametrize("title", ENGLISH)
def test_names_capitals_and_tickers_are_english(title: str) -> None:
    assert detect(title) is None


@pytest.mark.parametrize(
    "title", ["China sube los aranceles a la soja", "Trump menace le Canada", "Export naar Verenigde Staten daalt fors"]
)
def test_a_short_headline_in_doubt_is_english(title: str) -> None:
    assert detect(title) is None


BODIES = {
    "french": (
        "Bruxelles prépare sa riposte aux droits de douane sur l'acier. Les négociations reprennent à Genève, mais le ministre ne"
        " croit pas à un accord avant l'été. Les exportations de vin reculent depuis le mois de mai, et les producteurs demandent"
        " de l'aide."
    ),
    "spanish": (
        "Bruselas prepara su respuesta a los aranceles del acero. Las negociaciones se reanudan en Ginebra, pero el ministro no "
        "cree en un acuerdo antes del verano. Las exportaciones de vino caen desde mayo y los productores piden ayuda al "
        "gobierno."
    ),
    "italian": (
        "Bruxelles prepara la risposta ai dazi sull'acciaio. I negoziati riprendono a Ginevra, ma il ministro non crede a un "
        "accordo prima dell'estate. Le esportazioni di vino calano da maggio e i produttori chiedono aiuto al governo."
    ),
    "dutch": (
        "Brussel bereidt een antwoord voor op de heffingen op staal. De onderhandelingen in Genève gaan verder, maar de minister "
        "gelooft niet in een akkoord voor de zomer. De uitvoer van wijn daalt sinds mei en de boeren vragen om hulp van de "
        "regering."
    ),
    "polish": (
        "Bruksela przygotowuje odpowiedź na cła na stal. Rozmowy w Genewie trwają, ale minister nie wierzy w porozumienie przed "
        "latem. Eksport wina spada od maja, a producenci proszą rząd o pomoc. Nowe cła wejdą w życie w czerwcu."
    ),
}


@pytest.mark.parametrize("name", BODIES)
def test_the_language_of_a_body_is_detected(name: str) -> None:
    assert len(BODIES[name]) > SHORT_TEXT
    assert detect("Trump", BODIES[name]) == name


def test_an_english_article_with_a_foreign_quote_is_english() -> None:
    text = "The minister told reporters in Geneva that the talks would go on until the summer. "
    assert detect("Talks go on", text + BODIES["french"][:160]) is None
    assert detect("Talks go on", text + "中国对美国大豆加征关税") is None


def test_only_the_first_2000_characters_are_examined() -> None:
    assert detect("Glass", "The duty on glass is 34 percent. " * 100 + BODIES["french"] * 20) is None
    assert MAX_CHARS < 100 * 33


def test_an_unknown_script_is_not_english() -> None:
    assert detect("\u1200" * 2) is None
    assert detect("ꆈꌠꁱꂷꆈꌠ") == UNKNOWN


def test_no_word_is_in_both_word_lists() -> None:
    words = tomllib.loads(WORDS_FILE.read_text(encoding="utf-8"))
    assert not set(words["english"]) & set(words["foreign"])
    assert all(word == word.lower() for listed in words.values() for word in listed)


def test_the_sample_is_english() -> None:
    raw = collect_rows(read_articles([ArticleFiles(path=str(SAMPLE_ARTICLES))], last_day=SAMPLE_LAST_DAY))
    assert detect_other_language(raw["title"].fill_null(""), raw["body"].fill_null("")).is_null().all()


@pytest.mark.slow
def test_real_headlines_and_wire_stories_are_english(outside_data: Path) -> None:
    headlines = pl.read_parquet(outside_data / "news" / "guardian_headlines_2018_2020.parquet")["title"]
    stories = pl.read_parquet(outside_data / "news" / "reuters21578.parquet", columns=["title", "body"])
    empty = pl.repeat("", headlines.len(), eager=True)
    assert detect_other_language(headlines, empty).is_null().all()
    assert detect_other_language(stories["title"], stories["body"]).is_null().all()


@examples(200)
@given(
    st.lists(st.text(max_size=40) | st.sampled_from(["the", "关税", "und für nicht", "\ufffe", "\x85", "\ud7ff"]), max_size=6).map(" ".join)
)
def test_no_text_raises_an_error(text: str) -> None:
    language = detect(text, text)
    assert language is None or language == language.lower()


def test_an_empty_series_gives_an_empty_series() -> None:
    assert detect_other_language(pl.Series([], dtype=pl.String), pl.Series([], dtype=pl.String)).is_empty()
