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
            or (signals.kind in ('easing', 'purchase', 'agreement', 'measure') and weights.is_action) -- a proposal is no movement
        )
    group by stories.index_date, signals.story_id, signals.actor, signals.target, signals.kind, signals.instrument
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
