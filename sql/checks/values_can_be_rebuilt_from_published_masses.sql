-- asset: index_daily
-- severity: critical
-- reason: every published value equals one computed in another way from published masses, articles read and baseline: with explicit
-- weights and sums over blocks of days instead of day by day; it is empty exactly where evidence is below the bound
with days as (
    select unnest(generate_series(first_day.first_day, last_day.last_day, interval 1 day))::date as index_date
    from (select min(index_date) as first_day from articles_read) as first_day
    cross join (select max(index_date) as last_day from coverage) as last_day
),

versions as (
    select distinct valid_from
    from baseline
),

-- The rates and priors of each day: those of the baseline's version that is valid on it, before the first version those of the first.
rates as (
    select
        days.index_date,
        baseline.*
    from days
    inner join baseline
        on
            baseline.source = '(any)'
            and baseline.valid_from = coalesce(
                (
                    select max(versions.valid_from) from versions
                    where versions.valid_from <= days.index_date
                ),
                (select min(versions.valid_from) from versions)
            )
),

expected as (
    select
        articles_read.index_date,
        rates.series,
        rates.channel,
        sum(articles_read.weight * coalesce(own.rate, rates.rate)) as expected,
        sum(articles_read.weight * coalesce(own.rate_unweighted, rates.rate_unweighted)) as expected_unweighted,
        sum(articles_read.weight * coalesce(own.rate_bilateral, rates.rate_bilateral)) as expected_bilateral
    from articles_read
    inner join rates using (index_date)
    left join baseline as own
        on
            own.valid_from = rates.valid_from
            and own.series = rates.series
            and own.channel = rates.channel
            and own.source = articles_read.source
    group by articles_read.index_date, rates.series, rates.channel
),

observed as (
    select
        index_date,
        series,
        channel,
        sum(mass) as observed,
        sum(mass_words) as observed_words,
        sum(mass_unweighted) as observed_unweighted,
        sum(mass_bilateral) as observed_bilateral
    from story_mass
    group by index_date, series, channel
),

-- Within a block of 500 half-lives the weight 2^(day / half-life) fits into a double. Of earlier blocks only the one before is added: of
-- older masses less than 2^-500 is left.
daily as (
    select
        rates.index_date,
        rates.series,
        rates.channel,
        date_diff('day', date '1970-01-01', rates.index_date) as day_number,
        floor(day_number / (500 * getvariable('half_life_days'))) as block,
        2.0 ** ((day_number - block * 500 * getvariable('half_life_days')) / getvariable('half_life_days')) as growth,
        coalesce(observed.observed, 0) as observed,
        coalesce(observed.observed_words, 0) as observed_words,
        coalesce(observed.observed_unweighted, 0) as observed_unweighted,
        coalesce(observed.observed_bilateral, 0) as observed_bilateral,
        coalesce(expected.expected, 0) as expected,
        coalesce(expected.expected_unweighted, 0) as expected_unweighted,
        coalesce(expected.expected_bilateral, 0) as expected_bilateral
    from rates
    left join observed using (index_date, series, channel)
    left join expected using (index_date, series, channel)
),

grown as (
    select
        series,
        channel,
        block,
        index_date,
        growth,
        sum(observed * growth) over so_far as observed,
        sum(observed_words * growth) over so_far as observed_words,
        sum(observed_unweighted * growth) over so_far as observed_unweighted,
        sum(observed_bilateral * growth) over so_far as observed_bilateral,
        sum(expected * growth) over so_far as expected,
        sum(expected_unweighted * growth) over so_far as expected_unweighted,
        sum(expected_bilateral * growth) over so_far as expected_bilateral
    from daily
    window so_far as (partition by series, channel, block order by index_date rows unbounded preceding)
),

carried as (
    select
        series,
        channel,
        block + 1 as block,
        2.0 ** -500 * max_by(observed, index_date) as observed,
        2.0 ** -500 * max_by(observed_words, index_date) as observed_words,
        2.0 ** -500 * max_by(observed_unweighted, index_date) as observed_unweighted,
        2.0 ** -500 * max_by(observed_bilateral, index_date) as observed_bilateral,
        2.0 ** -500 * max_by(expected, index_date) as expected,
        2.0 ** -500 * max_by(expected_unweighted, index_date) as expected_unweighted,
        2.0 ** -500 * max_by(expected_bilateral, index_date) as expected_bilateral
    from grown
    group by series, channel, block
),

rebuilt as (
    select
        grown.index_date,
        grown.series,
        grown.channel,
        100
        * (rates.prior + (grown.observed + coalesce(carried.observed, 0)) / grown.growth)
        / (rates.prior + (grown.expected + coalesce(carried.expected, 0)) / grown.growth) as value,
        100
        * (rates.prior * rates.words_share + (grown.observed_words + coalesce(carried.observed_words, 0)) / grown.growth)
        / (rates.prior + (grown.expected + coalesce(carried.expected, 0)) / grown.growth) as value_words,
        100
        * (rates.prior_unweighted + (grown.observed_unweighted + coalesce(carried.observed_unweighted, 0)) / grown.growth)
        / (rates.prior_unweighted + (grown.expected_unweighted + coalesce(carried.expected_unweighted, 0)) / grown.growth)
            as value_unweighted,
        100
        * (rates.prior_bilateral + (grown.observed_bilateral + coalesce(carried.observed_bilateral, 0)) / grown.growth)
        / (rates.prior_bilateral + (grown.expected_bilateral + coalesce(carried.expected_bilateral, 0)) / grown.growth)
            as value_bilateral,
        1
        - rates.prior
        / (
            rates.prior
            + greatest(grown.expected + coalesce(carried.expected, 0), grown.observed + coalesce(carried.observed, 0)) / grown.growth
        ) as evidence_weight,
        1
        - rates.prior_bilateral
        / (
            rates.prior_bilateral
            + greatest(
                grown.expected_bilateral + coalesce(carried.expected_bilateral, 0),
                grown.observed_bilateral + coalesce(carried.observed_bilateral, 0)
            )
            / grown.growth
        ) as evidence_weight_bilateral
    from grown
    inner join rates using (index_date, series, channel)
    left join carried using (series, channel, block)
),

published as (
    select
        index_date,
        series,
        unnest(['escalation', 'concession', 'dialogue']) as channel,
        unnest([tension, concession, dialogue]) as value,
        unnest([tension_words, concession_words, null]) as value_words,
        unnest([tension_unweighted, null, null]) as value_unweighted,
        unnest([tension_bilateral, null, null]) as value_bilateral,
        unnest([evidence_weight, concession_evidence_weight, dialogue_evidence_weight]) as evidence_weight
    from index_daily
)

select
    published.index_date,
    published.series,
    published.channel,
    published.value,
    rebuilt.value as rebuilt_value
from published
left join rebuilt using (index_date, series, channel)
where
    rebuilt.value is null
    or abs(published.value - rebuilt.value) > 1e-9 * greatest(1, rebuilt.value)
    or abs(published.value_words - rebuilt.value_words) > 1e-9 * greatest(1, rebuilt.value)
    or abs(published.value_unweighted - rebuilt.value_unweighted) > 1e-9 * greatest(1, rebuilt.value_unweighted)
    or abs(published.value_bilateral - rebuilt.value_bilateral) > 1e-9 * greatest(1, rebuilt.value_bilateral)
    or abs(published.evidence_weight - rebuilt.evidence_weight) > 1e-9
    or (published.value is null) <> (published.evidence_weight < getvariable('least_evidence') - 1e-9)
    or (
        published.channel = 'escalation'
        and published.value is not null
        and abs(rebuilt.evidence_weight_bilateral - getvariable('least_evidence')) > 2e-9
        and (published.value_bilateral is null) <> (rebuilt.evidence_weight_bilateral < getvariable('least_evidence'))
    )
