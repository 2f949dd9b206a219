-- Observed and expected mass of every day from the first to the last one read. One row for each day, series and channel: the sum of the
-- masses of stories, and what the articles read would have at the rates of the baseline. A day without articles has neither, so the filter
-- carries values forward with growing uncertainty: a day that was not read is not a day without news.
-- Sums are of decimals, which are exact in any order, and products of lists in a fixed order.
-- threads: all
with days as (
    select unnest(generate_series(first_day.first_day, last_day.last_day, interval 1 day))::date as index_date
    from (select min(index_date) as first_day from articles_read) as first_day
    cross join (select max(index_date) as last_day from coverage) as last_day
),

sources as (
    select distinct source
    from articles_read
),

versions as (
    select distinct valid_from
    from baseline
),

-- The version of the baseline that each day uses; the first one is used for all days before it too.
day_versions as (
    select
        days.index_date,
        coalesce(max(versions.valid_from) filter (where versions.valid_from <= days.index_date), min(versions.valid_from)) as valid_from
    from days
    cross join versions
    group by days.index_date
),

all_series as (
    select distinct
        series,
        channel
    from baseline
),

series as (
    select
        series,
        channel,
        row_number() over (order by series, channel)::integer as series_no
    from all_series
),

observed as (
    select
        story_mass.index_date,
        series.series_no,
        sum(story_mass.mass::decimal(18, 15))::double as mass,
        sum(story_mass.mass_words::decimal(18, 15))::double as mass_words,
        sum(story_mass.mass_actions::decimal(18, 15))::double as mass_actions,
        sum(story_mass.mass_unweighted::decimal(18, 15))::double as mass_unweighted,
        sum(story_mass.mass_bilateral::decimal(18, 15))::double as mass_bilateral,
        sum(story_mass.second_moment::decimal(18, 12))::double as second_moment,
        count(*) filter (where story_mass.is_first) as story_count,
        sum(story_mass.signal_count) as signal_count,
        sum(story_mass.article_count) as article_count
    from story_mass
    inner join series using (series, channel)
    group by story_mass.index_date, series.series_no
),

-- Expected mass of a series for one article of each source; a source without a baseline has the rate of all sources.
rates as (
    select
        any_source.valid_from,
        series.series_no,
        list(coalesce(own_source.rate, any_source.rate) order by sources.source) as rates,
        list(coalesce(own_source.rate_unweighted, any_source.rate_unweighted) order by sources.source) as rates_unweighted,
        list(coalesce(own_source.rate_bilateral, any_source.rate_bilateral) order by sources.source) as rates_bilateral
    from sources
    cross join series
    inner join baseline as any_source using (series, channel)
    left join baseline as own_source
        on
            own_source.valid_from = any_source.valid_from
            and own_source.series = series.series
            and own_source.channel = series.channel
            and own_source.source = sources.source
    where any_source.source = '(any)'
    group by any_source.valid_from, series.series_no
),

-- Articles of each source in the same order, 0 if none was read.
articles as (
    select
        day_versions.index_date,
        day_versions.valid_from,
        list(coalesce(articles_read.weight, 0) order by sources.source) as article_weights,
        sum(coalesce(articles_read.article_count, 0)) as articles_read
    from day_versions
    cross join sources
    left join articles_read using (index_date, source)
    group by day_versions.index_date, day_versions.valid_from
),

-- A sum over sources as an inner product of lists: several times faster than joining days, sources and series.
expected as (
    select
        articles.index_date,
        articles.valid_from,
        rates.series_no,
        list_inner_product(articles.article_weights, rates.rates) as mass,
        list_inner_product(articles.article_weights, rates.rates_unweighted) as mass_unweighted,
        list_inner_product(articles.article_weights, rates.rates_bilateral) as mass_bilateral,
        articles.articles_read
    from articles
    inner join rates using (valid_from)
)

select
    expected.index_date,
    series.series,
    series.channel,
    coalesce(observed.mass, 0) as observed,
    coalesce(observed.mass_words, 0) as observed_words,
    coalesce(observed.mass_actions, 0) as observed_actions,
    coalesce(observed.mass_unweighted, 0) as observed_unweighted,
    coalesce(observed.mass_bilateral, 0) as observed_bilateral,
    coalesce(observed.second_moment, 0) as second_moment,
    expected.mass as expected,
    expected.mass_unweighted as expected_unweighted,
    expected.mass_bilateral as expected_bilateral,
    coalesce(observed.story_count, 0) as story_count,
    coalesce(observed.signal_count, 0) as signal_count,
    coalesce(observed.article_count, 0) as article_count,
    expected.articles_read,
    expected.valid_from
from expected
inner join series using (series_no)
left join observed using (index_date, series_no)
