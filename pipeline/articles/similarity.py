"""Finds pairs of similar articles by shingles (runs of five words).

Which article retells which is decided in `stories.py`.
"""

# Shingles are hashed by this module itself, so that results do not change with a library version. Whether a pair is found depends on the
# two texts and on the first texts of their days with a shingle, not on the order of rows or on other days.

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

SHINGLE_WORDS = 5
MIN_WORDS = 12  # shorter texts are headlines, which are similar by chance
MIN_BODY_WORDS = 24  # a shorter body is compared together with its headline
MIN_SIMILARITY = 0.55  # measured: docs/decisions.md

_HEAD = 32  # first shingles of a text, which are all looked up: a shortened text is the beginning of the longer one
_SAMPLE_DIVISOR = 4  # one in four of the other shingles is looked up: those with a hash divisible by 4
_MIN_SHARED = 0.35  # share of the shorter text's looked-up shingles; a similar pair shares about 0.71, with sampling error
_MAX_TEXTS_PER_SHINGLE = 16  # a shingle finds only the first texts of a day: a source may publish thousands of similar ones a day
_PAIRS_PER_BATCH = 10_000
_TEXTS_PER_BATCH = 500  # texts with common phrases give very many pairs
_SUBJECT_WORD = r"^\p{L}{4,}$"  # a word of a headline that can name the subject
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))  # of splitmix64

Numbers = npt.NDArray[np.uint64]

PAIRS = pl.Schema({"rank": pl.UInt32(), "earlier_rank": pl.UInt32(), "similarity": pl.Float64()})
_CANDIDATES = pl.Schema(
    dict.fromkeys(("rank", "earlier_rank", "short", "long"), pl.UInt32()) | dict.fromkeys(("reach", "of_short", "of_long"), pl.Int64())
)


@dataclass(frozen=True)
class DayShingles:
    """The texts of one day and their shingles."""

    # rank; numbers of shingles: `places` (all), `distinct` (different ones), `sampled` (different ones in the sample); words, subject;
    # outlet: words of the source, null unless the body names no word of its headline; headline: its words that can name a subject
    texts: pl.DataFrame
    grams: pl.DataFrame  # rank, place, gram, key: each distinct shingle of a text with its first position; `key` identifies (rank, gram)
    looked_up: pl.DataFrame  # rank, gram, is_head: the shingles of heads and samples, by which a text finds earlier ones
    # earlier_rank, gram, earlier_is_head: `looked_up` of the first texts with each shingle only; by these rows later texts find them
    found_under: pl.DataFrame


def build_shingles(articles: pl.DataFrame, days: Iterable[date]) -> Iterator[DayShingles]:
    """Build the shingles of the articles of each of `days`.

    `articles` has `index_date`, `rank` (UInt32, unique, increasing with time), `source`, `title` and `body`. Bodies are compared, since
    each paper writes its own headline; a body of fewer than `MIN_BODY_WORDS` words is compared together with its own headline. Texts of
    fewer than `MIN_WORDS` words are skipped.
    """
    title, body, source = (pl.col(name).str.to_lowercase().str.extract_all(r"\w+") for name in ("title", "body", "source"))
    split = articles.select("index_date", "rank", title=title, body=body, source=source).with_columns(both=pl.concat_list("title", "body"))
    compared = pl.when(pl.col("body").list.len() >= MIN_BODY_WORDS).then("body").otherwise("both")
    words = split.with_columns(compared=compared).filter(pl.col("compared").list.len() >= MIN_WORDS).sort("rank")
    grams = _hash_shingles(words["rank"], words["compared"])
    counts = grams.group_by("rank").agg(
        pl.len().cast(pl.Int64).alias("distinct"), (pl.col("gram") % _SAMPLE_DIVISOR == 0).sum().alias("sampled")
    )
    # Outlets add their names to headlines and texts of agencies: these name no subject.
    headline = pl.col("title").list.filter(pl.element().str.contains(_SUBJECT_WORD)).list.set_difference("source")
    subject = headline.list.set_intersection("body")
    texts = words.select(
        "index_date",
        "rank",
        places=pl.col("compared").list.len().cast(pl.Int64) - SHINGLE_WORDS + 1,
        words=pl.col("both").list.unique(),
        subject=subject,
        outlet=pl.when(pl.col("body").list.len() >= MIN_BODY_WORDS, subject.list.len() == 0).then("source"),
        headline=headline,
    ).join(counts, on="rank")
    grams = words.select("index_date", "rank").join(grams, on="rank", maintain_order="right")
    is_head = pl.col("place") < _HEAD
    looked_up = grams.filter(is_head | (pl.col("gram") % _SAMPLE_DIVISOR == 0)).select("index_date", "rank", "gram", is_head=is_head)
    of_day = _combine_keys(looked_up["index_date"].to_physical().to_numpy(), looked_up["gram"].to_numpy())
    found_under = looked_up.filter(_mark_first(of_day, _MAX_TEXTS_PER_SHINGLE))
    found_under = found_under.rename({"rank": "earlier_rank", "is_head": "earlier_is_head"})
    frames = [_split_by_day(frame) for frame in (texts, grams, looked_up, found_under)]
    yield from (DayShingles(*(by_day(day) for by_day in frames)) for day in days)


def _split_by_day(frame: pl.DataFrame) -> Callable[[date], pl.DataFrame]:
    """Return a function that gives the rows of a day."""
    by_day = frame.partition_by("index_date", as_dict=True, include_key=False, maintain_order=True)
    empty = frame.clear().drop("index_date")
    return lambda day: by_day.get((day,), empty)


def _hash_shingles(ranks: pl.Series, words: pl.Series) -> pl.DataFrame:
    """Hash the distinct shingles of each text.

    `words` has the list of words of the text with each of `ranks`. Returns `rank`, `place` (the first position, from 0), `gram` (the hash)
    and `key` (rank and hash as one number), in order of rank and place.
    """
    lengths = words.list.len().to_numpy().astype(np.int64)
    numbers = _hash_words(words.explode(empty_as_null=False))
    count = max(len(numbers) - SHINGLE_WORDS + 1, 0)
    gram = np.zeros(count, np.uint64)
    for word in range(SHINGLE_WORDS):
        gram = gram * _MULTIPLIER + numbers[word : word + count]
    gram = _mix_bits(gram)
    rank = np.repeat(ranks.to_numpy(), lengths)
    place = np.arange(len(numbers), dtype=np.int64) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    key = _combine_keys(rank[:count], gram)
    # Shingles that begin near the end of a text would run into the next one.
    within = np.flatnonzero((place < np.repeat(lengths, lengths) - SHINGLE_WORDS + 1)[:count])
    _, first = np.unique(key[within], return_index=True)
    selected = within[np.sort(first)]
    return pl.DataFrame({"rank": rank[selected], "place": place[selected], "gram": gram[selected], "key": key[selected]})


def _hash_words(words: pl.Series) -> Numbers:
    """Hash each word to a 64-bit number."""
    known = words.unique()
    hashed = b"".join(hashlib.blake2b(word.encode(), digest_size=8).digest() for word in known.to_list())
    table = pl.DataFrame({"word": known, "number": np.frombuffer(hashed, "<u8")})
    return words.to_frame("word").join(table, on="word", how="left", maintain_order="left")["number"].to_numpy().astype(np.uint64)


def _mix_bits(numbers: Numbers) -> Numbers:
    """Mix bits (splitmix64), so that sampling by divisibility is fair."""
    for multiplier, shift in zip(_MIX, (30, 27), strict=True):
        numbers = (numbers ^ (numbers >> np.uint64(shift))) * multiplier
    return numbers ^ (numbers >> np.uint64(31))


def _combine_keys(rank: npt.NDArray[np.integer], gram: Numbers) -> Numbers:
    """Combine a text (or day) and a shingle to one number.

    Joining frames on one column is much faster than on two.
    """
    return gram ^ _mix_bits((rank.astype(np.uint64) + np.uint64(1)) * _MULTIPLIER)


def _mark_first(numbers: Numbers, count: int) -> npt.NDArray[np.bool_]:
    """Mark the first `count` occurrences of each number, in the order given."""
    order = np.argsort(numbers, kind="stable")
    ordered = numbers[order]
    begins = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])) if len(ordered) else np.zeros(0, np.int64)
    lengths = np.diff(np.append(begins, len(ordered)))
    is_first = np.zeros(len(numbers), np.bool_)
    is_first[order] = np.arange(len(numbers)) - np.repeat(begins, lengths) < count
    return is_first


def find_similar(day: DayShingles, window: list[DayShingles]) -> pl.DataFrame:
    """Find pairs of a text of `day` and a similar earlier text.

    Earlier texts, those of a smaller `rank`, are from `window`, which includes `day`. The result is of `PAIRS`, with a similarity of at
    least `MIN_SIMILARITY` and without texts on different subjects (`_drop_other_subjects`). Similarity is the larger of two Jaccard
    similarities: of all shingles, and of the shorter text with an equally long beginning of the longer one. So a shortened text is similar
    to the full one, but not to a roundup that contains it further down.
    """
    if day.texts.is_empty():
        return PAIRS.to_frame()
    texts, grams = pl.concat(one.texts for one in window), pl.concat(one.grams for one in window)
    found_under = pl.concat(one.found_under for one in window)
    parts = (day.looked_up.join(some, on="rank", how="semi") for some in day.texts.select("rank").iter_slices(_TEXTS_PER_BATCH))
    candidates = pl.concat([_CANDIDATES.to_frame(), *(_select_candidates(_count_shared(part, found_under), texts) for part in parts)])
    similar = [_drop_other_subjects(_select_similar(part, grams), texts) for part in candidates.iter_slices(_PAIRS_PER_BATCH)]
    return pl.concat([PAIRS.to_frame(), *similar])


def _count_shared(looked_up: pl.DataFrame, found_under: pl.DataFrame) -> pl.DataFrame:
    """Count the shingles that each text shares with each earlier one.

    `looked_up` has shingles of the texts, `found_under` those of earlier ones (`DayShingles`). Not all shingles are compared, only those at
    the beginning of both texts (`in_heads`), and a sample of both by hash (`in_samples`): enough to find candidates. Pairs that share none
    of these are left out.
    """
    return (
        looked_up.join(found_under, on="gram")
        .filter(pl.col("earlier_rank") < pl.col("rank"))
        .group_by("rank", "earlier_rank")
        .agg(
            in_heads=(pl.col("is_head") & pl.col("earlier_is_head")).sum(),
            in_samples=(pl.col("gram") % _SAMPLE_DIVISOR == 0).sum(),
        )
    )


def _select_candidates(shared: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """Select the pairs that share enough shingles to be compared.

    Enough is `_MIN_SHARED` of the shorter text's head or sample. Returned with each pair are the ranks of the `short` and the `long` text
    (of two equally long ones the later is `short`), their numbers of distinct shingles (`of_short`, `of_long`), and `reach`: the number of
    shingle positions in the short text.
    """
    sizes = texts.select("rank", "places", "distinct", "sampled")
    both = shared.join(sizes, on="rank").join(sizes.select(pl.all().name.prefix("earlier_")), on="earlier_rank")
    of_head = _MIN_SHARED * pl.min_horizontal("places", "earlier_places", pl.lit(_HEAD))
    of_sample = _MIN_SHARED * pl.min_horizontal("sampled", "earlier_sampled")
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


def _select_similar(pairs: pl.DataFrame, grams: pl.DataFrame) -> pl.DataFrame:
    """Select the pairs with a similarity of at least `MIN_SIMILARITY`.

    It is computed from all shingles of both texts, as in `find_similar`. `pairs`: from `_select_candidates`; `grams`: as in `DayShingles`.
    In names of columns, the `cut` is the beginning of the long text with the length of the short one.
    """
    numbered = pairs.with_row_index("pair")
    in_short = numbered.select("pair", "long", "reach", rank="short").join(grams.select("rank", "gram"), on="rank")
    sought = in_short.with_columns(key=pl.Series(_combine_keys(in_short["long"].to_numpy(), in_short["gram"].to_numpy()), dtype=pl.UInt64))
    involved = grams.join(pairs.select(rank="long").unique(), on="rank", how="semi")
    shared = (
        sought.join(involved.select("key", "place"), on="key")
        .group_by("pair")
        .agg(shared=pl.len().cast(pl.Int64), shared_in_cut=(pl.col("place") < pl.col("reach")).sum().cast(pl.Int64))
    )
    measured = numbered.with_columns(of_cut=_count_distinct_before(numbered, involved)).join(shared, on="pair")
    jaccard = pl.col("shared") / (pl.col("of_short") + pl.col("of_long") - pl.col("shared"))
    of_cut = pl.col("shared_in_cut") / (pl.col("of_short") + pl.col("of_cut") - pl.col("shared_in_cut"))
    similar = measured.select("rank", "earlier_rank", similarity=pl.max_horizontal(jaccard, of_cut))
    return similar.filter(pl.col("similarity") >= MIN_SIMILARITY)


def _count_distinct_before(pairs: pl.DataFrame, grams: pl.DataFrame) -> pl.Series:
    """Count the distinct shingles at the beginning of each `long` text.

    The beginning has `reach` positions. The result is in the order of `pairs`.
    """
    # Rank and place are joined to one number, so that the shingles of a beginning are a range of sorted numbers.
    wide = np.uint64(1 << 32)
    places = grams["rank"].to_numpy().astype(np.uint64) * wide + grams["place"].to_numpy().astype(np.uint64)
    begins = pairs["long"].to_numpy().astype(np.uint64) * wide
    ends = begins + pairs["reach"].to_numpy().astype(np.uint64)
    order = np.sort(places)
    return pl.Series(np.searchsorted(order, ends) - np.searchsorted(order, begins), dtype=pl.Int64)


def _drop_other_subjects(pairs: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """Drop pairs whose texts have different subjects.

    These are texts of one template, e.g. on two companies: each has a subject (a word of at least four letters in its headline and body,
    but not in the name of its source) that is nowhere in the other. If only one of the two has such a word, the pair stays. Dropped, too,
    are equal bodies of one source under two headlines if they have no word of either: pages in place of articles, such as a demand to log
    in.
    """
    columns = ("words", "subject", "outlet", "headline")
    one = pairs.join(texts.select("rank", *columns), on="rank")
    both = one.join(texts.select("rank", *columns).select(pl.all().name.prefix("earlier_")), on="earlier_rank")
    own = pl.col("subject").list.set_difference("earlier_words").list.len() > 0
    earlier_own = pl.col("earlier_subject").list.set_difference("words").list.len() > 0
    is_page = (pl.col("similarity") == 1) & (pl.col("outlet") == pl.col("earlier_outlet"))
    is_other_page = is_page & (pl.col("headline").list.set_symmetric_difference("earlier_headline").list.len() > 0)
    return both.filter(~(own & earlier_own) & ~is_other_page.fill_null(value=False)).select(PAIRS.names())
