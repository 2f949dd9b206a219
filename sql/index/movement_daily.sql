-- For each pair and day, both directions together: talk (hold) and movement (move). They are sums of probabilities, from which the
-- stalemate is computed. In a story each direction, kind and instrument counts once, with its most probable signal; what articles add that
-- were first seen when the story's day was closed counts later, as in story_mass.
-- Sums are of decimals, which are exact in any order.
-- threads: all
with days as (
    select distinct index_date
    from daily_mass
),

pairs as (
    select unnest(getvariable('pairs')) as pair
),

signals_of_day as (
    select
        stories.index_date,
        pair_signals.counts_on,
        pair_signals.story_id,
        pair_signals.pair,
        pair_signals.actor,
        pair_signals.kind,
        pair_signals.instrument,
        max(pair_signals.probability * pair_signals.share) as probability
    from pair_signals
    inner join stories using (story_id)
    where is_hold(pair_signals.kind) or is_move(pair_signals.kind, pair_signals.is_action)
    group by
        stories.index_date, pair_signals.counts_on, pair_signals.story_id, pair_signals.pair, pair_signals.actor, pair_signals.kind,
        pair_signals.instrument
),

-- What each day adds to the largest probability until then.
added as (
    select
        counts_on as index_date,
        pair,
        is_hold(kind) as is_hold,
        remaining_weight(counts_on - index_date)
        * greatest(
            0,
            probability - coalesce(
                max(probability) over (
                    partition by story_id, pair, actor, kind, instrument
                    order by counts_on rows between unbounded preceding and 1 preceding
                ),
                0
            )
        ) as probability
    from signals_of_day
),

sums as (
    select
        index_date,
        pair,
        sum(probability::decimal(18, 15)) filter (where is_hold) as hold,
        sum(probability::decimal(18, 15)) filter (where not is_hold) as move
    from added
    group by index_date, pair
)

select
    days.index_date,
    pairs.pair,
    coalesce(sums.hold, 0)::double as hold,
    coalesce(sums.move, 0)::double as move
from days
cross join pairs
left join sums using (index_date, pair)
