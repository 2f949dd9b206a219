"""How alike texts are: which of a day's articles have most of their words in common with an earlier one, and how many.

Belongs here: shingles (runs of five words) as numbers, the search for pairs, and the measure. Does not: what follows from likeness, which
is `stories.py`.

The numbers are this module's own hash and do not change with a library. Whether a pair is found depends on the two texts, and on which of
their days' texts come first under a shingle; neither on the order of rows nor on the other days that are read with them.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

GRAM = 5  # words of a shingle
LEAST_WORDS = 12  # a shorter text is a headline, which is like another by chance
LEAST_BODY = 24  # words; a shorter body is compared together with its headline
LEAST_LIKENESS = 0.55  # measured: docs/decisions.md

_HEAD = 32  # first shingles of a text, all of which are looked up: what is cut short is the beginning of the longer
_SAMPLED = 4  # of the other shingles those are looked up whose number this divides
_LEAST_MET = 0.35  # share of what was looked up of the shorter text; a pair that is alike shares 0.71 of it, give or take the sample
_LOOKED_AT = 16  # first texts of a day with a shingle: the earliest is sought, and a source may print thousands of look-alikes a day
_PAIRS_AT_ONCE = 10_000
_TEXTS_AT_ONCE = 500  # texts with phrases in common meet one another many times over
_TELLING = r"^\p{L}{4,}$"  # a word of a headline that can name what the text is about
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))  # of splitmix64

Numbers = npt.NDArray[np.uint64]

PAIRS = pl.Schema({"rank": pl.UInt32(), "earlier_rank": pl.UInt32(), "likeness": pl.Float64()})
_WORTH = pl.Schema(
    dict.fromkeys(("rank", "earlier_rank", "short", "long"), pl.UInt32()) | dict.fromkeys(("reach", "of_short", "of_long"), pl.Int64())
)


@dataclass(frozen=True)
class Shingled:
    """The texts of one day, and under which shingles they are found."""

    texts: pl.DataFrame  # rank, places, distinct, sampled, words, subject
    grams: pl.DataFrame  # rank, place, gram, key: each shingle of a text once, at its first place; `key` stands for (rank, gram)
    looked_up: pl.DataFrame  # rank, gram, is_head
    found_under: pl.DataFrame  # earlier_rank, gram, earlier_is_head


def shingled(articles: pl.DataFrame) -> Shingled:
    """The shingles of one day's articles: `rank` (UInt32, unique, rising with time), `title`, `body`.

    What is compared is the body, since each paper writes its own headline; under `LEAST_BODY` words, headline and body. Texts of fewer than
    `LEAST_WORDS` words are left out.
    """
    title, body = (pl.col(name).str.to_lowercase().str.extract_all(r"\w+") for name in ("title", "body"))
    split = articles.select("rank", title=title, body=body).with_columns(both=pl.concat_list("title", "body"))
    compared = pl.when(pl.col("body").list.len() >= LEAST_BODY).then("body").otherwise("both")
    words = split.with_columns(compared=compared).filter(pl.col("compared").list.len() >= LEAST_WORDS).sort("rank")
    grams = _grams(words["rank"], words["compared"])
    counts = grams.group_by("rank").agg(pl.len().cast(pl.Int64).alias("distinct"), (pl.col("gram") % _SAMPLED == 0).sum().alias("sampled"))
    texts = words.select(
        "rank",
        places=pl.col("compared").list.len().cast(pl.Int64) - GRAM + 1,
        words=pl.col("both").list.unique(),
        subject=pl.col("title").list.filter(pl.element().str.contains(_TELLING)).list.set_intersection("body"),
    ).join(counts, on="rank")
    is_head = pl.col("place") < _HEAD
    looked_up = grams.filter(is_head | (pl.col("gram") % _SAMPLED == 0)).select("rank", "gram", is_head=is_head)
    found_under = looked_up.filter(_first(looked_up["gram"].to_numpy(), _LOOKED_AT))
    return Shingled(texts, grams, looked_up, found_under.rename({"rank": "earlier_rank", "is_head": "earlier_is_head"}))


def _grams(ranks: pl.Series, words: pl.Series) -> pl.DataFrame:
    """`rank`, `place`, `gram`, `key` of the distinct runs of words, in order of rank and place."""
    lengths = words.list.len().to_numpy().astype(np.int64)
    numbers = _numbers(words.explode(empty_as_null=False))
    count = max(len(numbers) - GRAM + 1, 0)
    gram = np.zeros(count, np.uint64)
    for word in range(GRAM):
        gram = gram * _MULTIPLIER + numbers[word : word + count]
    gram = _mixed(gram)
    rank = np.repeat(ranks.to_numpy(), lengths)
    place = np.arange(len(numbers), dtype=np.int64) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    key = _keys(rank[:count], gram)
    within = np.flatnonzero((place < np.repeat(lengths, lengths) - GRAM + 1)[:count])
    _, first = np.unique(key[within], return_index=True)
    kept = within[np.sort(first)]
    return pl.DataFrame({"rank": rank[kept], "place": place[kept], "gram": gram[kept], "key": key[kept]})


def _numbers(words: pl.Series) -> Numbers:
    """A number for each word, the same for the same word wherever and whenever it is met."""
    known = words.unique()
    hashed = b"".join(hashlib.blake2b(word.encode(), digest_size=8).digest() for word in known.to_list())
    table = pl.DataFrame({"word": known, "number": np.frombuffer(hashed, "<u8")})
    return words.to_frame("word").join(table, on="word", how="left", maintain_order="left")["number"].to_numpy().astype(np.uint64)


def _mixed(numbers: Numbers) -> Numbers:
    """Numbers whose last bits depend on all bits of those given, so that a sample by divisibility is fair (splitmix64)."""
    for multiplier, shift in zip(_MIX, (30, 27), strict=True):
        numbers = (numbers ^ (numbers >> np.uint64(shift))) * multiplier
    return numbers ^ (numbers >> np.uint64(31))


def _keys(rank: npt.NDArray[np.uint32], gram: Numbers) -> Numbers:
    """One number for a text and a shingle, since frames are joined on one number much faster than on two."""
    return gram ^ _mixed((rank.astype(np.uint64) + np.uint64(1)) * _MULTIPLIER)


def _first(numbers: Numbers, count: int) -> npt.NDArray[np.bool_]:
    """Which of the numbers are among the first so many of their like."""
    order = np.argsort(numbers, kind="stable")
    ordered = numbers[order]
    begins = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])) if len(ordered) else np.zeros(0, np.int64)
    lengths = np.diff(np.append(begins, len(ordered)))
    among = np.zeros(len(numbers), np.bool_)
    among[order] = np.arange(len(numbers)) - np.repeat(begins, lengths) < count
    return among


def alike(day: Shingled, window: list[Shingled]) -> pl.DataFrame:
    """Pairs (`PAIRS`) of a text of `day` and an earlier one of `window` (which holds `day` too) that are alike, with their likeness.

    Likeness is the Jaccard similarity of the two sets of shingles, or that of the shorter text and as many shingles from the beginning of
    the longer, whichever is larger: so a text that was cut short is like the whole, but not like a roundup that holds it further down.
    """
    texts, grams = pl.concat(one.texts for one in window), pl.concat(one.grams for one in window)
    found_under = pl.concat(one.found_under for one in window)
    parts = (day.looked_up.join(some, on="rank", how="semi") for some in day.texts.select("rank").iter_slices(_TEXTS_AT_ONCE))
    worth = pl.concat([_WORTH.to_frame(), *(_worth_comparing(_met(part, found_under), texts) for part in parts)])
    compared = [_of_one_subject(_compared(part, grams), texts) for part in worth.iter_slices(_PAIRS_AT_ONCE)]
    return pl.concat([PAIRS.to_frame(), *compared])


def _met(looked_up: pl.DataFrame, found_under: pl.DataFrame) -> pl.DataFrame:
    """Pairs that have shingles in common, with how many of their heads and of their samples."""
    return (
        looked_up.join(found_under, on="gram")
        .filter(pl.col("earlier_rank") < pl.col("rank"))
        .group_by("rank", "earlier_rank")
        .agg(
            in_heads=(pl.col("is_head") & pl.col("earlier_is_head")).sum(),
            in_samples=(pl.col("gram") % _SAMPLED == 0).sum(),
        )
    )


def _worth_comparing(met: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """The pairs that share enough of their heads or of their samples, as the `short` and the `long` text with what is known of them."""
    sizes = texts.select("rank", "places", "distinct", "sampled")
    both = met.join(sizes, on="rank").join(sizes.select(pl.all().name.prefix("earlier_")), on="earlier_rank")
    of_head = _LEAST_MET * pl.min_horizontal("places", "earlier_places", pl.lit(_HEAD))
    of_sample = _LEAST_MET * pl.min_horizontal("sampled", "earlier_sampled")
    is_longer = pl.col("places") > pl.col("earlier_places")
    return both.filter((pl.col("in_heads") >= of_head) | (pl.col("in_samples") >= of_sample)).select(
        "rank",
        "earlier_rank",
        short=pl.when(is_longer).then("earlier_rank").otherwise("rank"),
        long=pl.when(is_longer).then("rank").otherwise("earlier_rank"),
        reach=pl.min_horizontal("places", "earlier_places"),
        of_short=pl.when(is_longer).then("earlier_distinct").otherwise("distinct"),
        of_long=pl.when(is_longer).then("distinct").otherwise("earlier_distinct"),
    )


def _compared(pairs: pl.DataFrame, grams: pl.DataFrame) -> pl.DataFrame:
    """Those of the pairs that are alike, by all their shingles. The cut is as much of the long text as the short one has words."""
    numbered = pairs.with_row_index("pair")
    in_short = numbered.select("pair", "long", "reach", rank="short").join(grams.select("rank", "gram"), on="rank")
    sought = in_short.with_columns(key=pl.Series(_keys(in_short["long"].to_numpy(), in_short["gram"].to_numpy()), dtype=pl.UInt64))
    involved = grams.join(pairs.select(rank="long").unique(), on="rank", how="semi")
    shared = (
        sought.join(involved.select("key", "place"), on="key")
        .group_by("pair")
        .agg(shared=pl.len().cast(pl.Int64), shared_in_cut=(pl.col("place") < pl.col("reach")).sum().cast(pl.Int64))
    )
    measured = numbered.with_columns(of_cut=_distinct_before(numbered, involved)).join(shared, on="pair")
    jaccard = pl.col("shared") / (pl.col("of_short") + pl.col("of_long") - pl.col("shared"))
    of_cut = pl.col("shared_in_cut") / (pl.col("of_short") + pl.col("of_cut") - pl.col("shared_in_cut"))
    likeness = measured.select("rank", "earlier_rank", likeness=pl.max_horizontal(jaccard, of_cut))
    return likeness.filter(pl.col("likeness") >= LEAST_LIKENESS)


def _distinct_before(pairs: pl.DataFrame, grams: pl.DataFrame) -> pl.Series:
    """For each pair how many distinct shingles of the `long` text begin within `reach` places; `grams` in order of rank and place."""
    wide = np.uint64(1 << 32)
    places = grams["rank"].to_numpy().astype(np.uint64) * wide + grams["place"].to_numpy().astype(np.uint64)
    begins = pairs["long"].to_numpy().astype(np.uint64) * wide
    ends = begins + pairs["reach"].to_numpy().astype(np.uint64)
    order = np.sort(places)
    return pl.Series(np.searchsorted(order, ends) - np.searchsorted(order, begins), dtype=pl.Int64)


def _of_one_subject(pairs: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """Without the pairs of which each names in headline and body what the other names nowhere: one form, filled in for two subjects."""
    one = pairs.join(texts.select("rank", "words", "subject"), on="rank")
    both = one.join(texts.select(earlier_rank="rank", earlier_words="words", earlier_subject="subject"), on="earlier_rank")
    own = pl.col("subject").list.set_difference("earlier_words").list.len() > 0
    earlier_own = pl.col("earlier_subject").list.set_difference("words").list.len() > 0
    return both.filter(~(own & earlier_own)).select(PAIRS.names())
