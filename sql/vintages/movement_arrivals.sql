-- What the end of each day added to talk (hold) and movement (move) of the days that were still open; see mass_arrivals. One row for each
-- day of knowledge (known_on), day and pair to which something was added.
-- Sums are of decimals, which are exact in any order.
with counted as (
    select
        pair_signals.*,
        story_articles.known_on,
        is_hold(pair_signals.kind) as is_hold
    from pair_signals
    inner join story_articles using (article_id)
    where is_hold(pair_signals.kind) or is_move(pair_signals.kind, pair_signals.is_action)
),

story_kinds as (
    select
        counted.story_id,
        story_known.known_on,
        story_known.index_date,
        story_known.weight,
        counted.actor,
        counted.target,
        counted.pair,
        counted.kind,
        counted.instrument,
        counted.is_hold,
        max(counted.probability * counted.share) as probability
    from counted
    inner join story_known on story_known.story_id = counted.story_id and counted.known_on <= story_known.known_on
    group by
        counted.story_id, story_known.known_on, story_known.index_date, story_known.weight, counted.pair, counted.is_hold,
        counted.actor, counted.target, counted.kind, counted.instrument
),

added as (
    select
        known_on,
        index_date,
        pair,
        is_hold,
        weight * (probability - coalesce(lag(probability) over story_kind, 0)) as probability
    from story_kinds
    window story_kind as (partition by story_id, actor, target, kind, instrument order by known_on)
)

select
    known_on,
    index_date,
    pair,
    coalesce(sum(probability::decimal(18, 15)) filter (where is_hold), 0)::double as hold,
    coalesce(sum(probability::decimal(18, 15)) filter (where not is_hold), 0)::double as move
from added
where index_date <= (select max(daily_mass.index_date) from daily_mass)
group by known_on, index_date, pair
