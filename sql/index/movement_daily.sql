-- Per pair and day, both directions: what was only said (hold) and what moved (move), each story's kinds once.
-- Sums are of decimals, which are exact in any order.
-- threads: all
with days as (
    select unnest(generate_series(min(index_date), max(index_date), interval 1 day))::date as index_date
    from coverage
),

pairs as (
    select unnest(getvariable('pairs')) as pair
),

moves as (
    select
        stories.index_date,
        least(signals.actor, signals.target) || '-' || greatest(signals.actor, signals.target) as pair,
        signals.kind in ('dialogue', 'demand', 'refusal') as is_hold,
        max(signals.probability) as probability
    from signals
    inner join stories on stories.story_id = signals.story_id
    inner join weights on weights.kind = signals.kind and weights.status = signals.status
    where
        signals.modality = 'asserted'
        and weights.weight > 0
        and (
            signals.kind in ('dialogue', 'demand', 'refusal')
            or (signals.kind in ('easing', 'purchase', 'agreement', 'measure') and weights.is_action) -- what is only proposed moves nothing
        )
    group by stories.index_date, signals.story_id, signals.actor, signals.target, signals.kind, signals.instrument
),

summed as (
    select
        index_date,
        pair,
        sum(probability::decimal(18, 15)) filter (where is_hold) as hold,
        sum(probability::decimal(18, 15)) filter (where not is_hold) as move
    from moves
    group by index_date, pair
)

select
    days.index_date,
    pairs.pair,
    coalesce(summed.hold, 0)::double as hold,
    coalesce(summed.move, 0)::double as move
from days
cross join pairs
left join summed on summed.index_date = days.index_date and summed.pair = pairs.pair
