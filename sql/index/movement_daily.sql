-- For each pair and day, both directions together: talk (hold) and movement (move). Each story's kinds count once.
-- Sums are of decimals, which are exact in any order.
-- threads: all
with days as (
    select unnest(generate_series(min(index_date), max(index_date), interval 1 day))::date as index_date
    from coverage
),

pairs as (
    select unnest(getvariable('pairs')) as pair
),

story_kinds as (
    select
        stories.index_date,
        pair_signals.pair,
        pair_signals.kind in ('dialogue', 'demand', 'refusal') as is_hold,
        max(pair_signals.probability * pair_signals.share) as probability
    from pair_signals
    inner join stories on stories.story_id = pair_signals.story_id
    where
        pair_signals.kind in ('dialogue', 'demand', 'refusal')
        or (pair_signals.kind in ('easing', 'purchase', 'agreement', 'measure') and pair_signals.is_action) -- a proposal is no movement
    group by
        stories.index_date, pair_signals.story_id, pair_signals.pair, pair_signals.actor, pair_signals.kind, pair_signals.instrument
),

sums as (
    select
        index_date,
        pair,
        sum(probability::decimal(18, 15)) filter (where is_hold) as hold,
        sum(probability::decimal(18, 15)) filter (where not is_hold) as move
    from story_kinds
    group by index_date, pair
)

select
    days.index_date,
    pairs.pair,
    coalesce(sums.hold, 0)::double as hold,
    coalesce(sums.move, 0)::double as move
from days
cross join pairs
left join sums on sums.index_date = days.index_date and sums.pair = pairs.pair
