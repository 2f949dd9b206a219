-- What the end of each day added to talk (hold) and movement (move) of that day and of earlier days; see mass_arrivals.
with counted as (
    select
        signals.*,
        story_articles.known_on,
        least(signals.actor, signals.target) || '-' || greatest(signals.actor, signals.target) as pair,
        signals.kind in ('dialogue', 'demand', 'refusal') as is_hold
    from signals
    inner join weights on weights.kind = signals.kind and weights.status = signals.status
    inner join story_articles on story_articles.article_id = signals.article_id
    where
        signals.modality = 'asserted'
        and weights.weight > 0
        and (
            signals.kind in ('dialogue', 'demand', 'refusal')
            or (signals.kind in ('easing', 'purchase', 'agreement', 'measure') and weights.is_action) -- a proposal is no movement
        )
),

story_kinds as (
    select
        counted.story_id,
        story_known.known_on,
        story_known.index_date,
        counted.pair,
        counted.is_hold,
        max(counted.probability) as probability
    from counted
    inner join story_known on story_known.story_id = counted.story_id and counted.known_on <= story_known.known_on
    where list_contains(getvariable('pairs'), counted.pair)
    group by
        counted.story_id, story_known.known_on, story_known.index_date, counted.pair, counted.is_hold,
        counted.actor, counted.target, counted.kind, counted.instrument
),

sums as (
    select
        story_id,
        known_on,
        index_date,
        pair,
        coalesce(sum(probability) filter (where is_hold), 0) as hold,
        coalesce(sum(probability) filter (where not is_hold), 0) as move
    from story_kinds
    group by story_id, known_on, index_date, pair
),

with_before as (
    select
        *,
        lag(index_date) over story as index_date_before,
        lag(hold) over story as hold_before,
        lag(move) over story as move_before
    from sums
    window story as (partition by story_id, pair order by known_on)
),

arrivals as (
    select
        known_on,
        index_date,
        pair,
        case when index_date_before = index_date then hold - hold_before else hold end as hold,
        case when index_date_before = index_date then move - move_before else move end as move
    from with_before
    union all
    -- Stories that move to an earlier day are subtracted from the later one.
    select
        known_on,
        index_date_before as index_date,
        pair,
        -hold_before as hold,
        -move_before as move
    from with_before
    where index_date_before <> index_date
)

select
    known_on,
    index_date,
    pair,
    sum(hold) as hold,
    sum(move) as move
from arrivals
group by known_on, index_date, pair
