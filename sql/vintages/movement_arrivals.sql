-- What the end of each day added to talk (hold) and movement (move) of that day and of earlier days; see mass_arrivals.
with counted as (
    select
        pair_signals.*,
        story_articles.known_on,
        pair_signals.kind in ('dialogue', 'demand', 'refusal') as is_hold
    from pair_signals
    inner join story_articles on story_articles.article_id = pair_signals.article_id
    where
        pair_signals.kind in ('dialogue', 'demand', 'refusal')
        or (pair_signals.kind in ('easing', 'purchase', 'agreement', 'measure') and pair_signals.is_action) -- a proposal is no movement
),

story_kinds as (
    select
        counted.story_id,
        story_known.known_on,
        story_known.index_date,
        counted.pair,
        counted.is_hold,
        max(counted.probability * counted.share) as probability
    from counted
    inner join story_known on story_known.story_id = counted.story_id and counted.known_on <= story_known.known_on
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
