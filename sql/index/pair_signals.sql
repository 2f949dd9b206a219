-- Signals that count in the index, for each published pair that they are towards: asserted signals whose kind and status have weight. An
-- act towards everybody (target *) counts for each pair of its actor with a partner in its scope that the sentence does not exempt, with a
-- share of its severity. It counts neither for partners in the actor's own customs union, the European Union, nor for one towards whom
-- the same article has the opposite act with the same instrument ("pauses the tariffs, but raises China's"). One row for each signal and
-- pair, with the partner as target.
-- An owner counts once for an act and day: is_repeat marks the signals of an article whose owner reports the same act in an article of
-- another story, of the same day and known by then, with a larger value. So no later article changes a mark.
-- threads: all
with directed_pairs as (
    select
        pair,
        unnest([split_part(pair, '-', 1), split_part(pair, '-', 2)]) as actor,
        unnest([split_part(pair, '-', 2), split_part(pair, '-', 1)]) as target
    from (select unnest(getvariable('pairs')) as pair) as pairs
),

counted as (
    select
        signals.signal_id,
        signals.article_id,
        signals.story_id,
        signals.index_date,
        signals.counts_on,
        signals.published_at,
        signals.actor,
        signals.target,
        signals.scope,
        string_split(signals.exceptions, ' ') as exceptions,
        signals.kind,
        signals.status,
        signals.instrument,
        signals.rate_pct,
        nullif(taxed_product(signals.product), '') as product,
        signals.probability,
        weights.channel,
        weights.is_action,
        weights.weight * size_of_act(signals.instrument, signals.rate_pct, weights.usual_rate_pct) as weight,
        weights.general_share
    from signals
    inner join weights using (kind, status)
    where signals.modality = 'asserted' and weights.weight > 0
),

-- What each article reports of an act, with the heaviest signal's rate and product, of those that name one.
reports as (
    select
        counted.article_id,
        counted.story_id,
        counted.actor,
        counted.target,
        counted.kind,
        counted.instrument,
        counted.index_date,
        story_articles.source_owner,
        story_articles.known_on,
        max(counted.probability * counted.weight) as value,
        first(counted.rate_pct order by counted.probability * counted.weight desc, counted.signal_id asc)
        filter (where counted.rate_pct is not null)
            as rate_pct,
        first(counted.product order by counted.probability * counted.weight desc, counted.signal_id asc)
        filter (where counted.product is not null)
            as product
    from counted
    inner join story_articles using (article_id)
    group by
        counted.article_id, counted.story_id, counted.actor, counted.target, counted.kind, counted.instrument, counted.index_date,
        story_articles.source_owner, story_articles.known_on
    qualify
        count(*) over (
            partition by
                story_articles.source_owner, counted.index_date, counted.actor, counted.target, counted.kind, counted.instrument
        ) > 1
),

-- Reports of one act name the same rate and product; one that names none can be of any.
repeats as (
    select distinct
        reports.article_id,
        reports.actor,
        reports.target,
        reports.kind,
        reports.instrument
    from reports
    inner join reports as others using (source_owner, index_date, actor, target, kind, instrument)
    where
        others.story_id <> reports.story_id
        and others.known_on <= reports.known_on
        and (others.value > reports.value or (others.value = reports.value and others.article_id < reports.article_id))
        and coalesce(others.rate_pct = reports.rate_pct, true)
        and coalesce(others.product = reports.product, true)
),

towards_one as (
    select
        counted.*,
        directed_pairs.target as partner,
        directed_pairs.pair,
        false as is_general,
        1.0::double as share
    from counted
    inner join directed_pairs using (actor, target)
),

towards_all as (
    select
        counted.*,
        directed_pairs.target as partner,
        directed_pairs.pair,
        true as is_general,
        counted.general_share as share
    from counted
    inner join directed_pairs using (actor)
    left join scope_members as members on members.scope = counted.scope and members.member = directed_pairs.target
    left join scope_members as union_of_target on union_of_target.scope = 'eu_members' and union_of_target.member = directed_pairs.target
    left join scope_members as union_of_actor on union_of_actor.scope = 'eu_members' and union_of_actor.member = counted.actor
    where
        counted.target = '*'
        and counted.general_share > 0
        and (counted.scope = 'all' or is_member_on(members.member, members.member_from, members.member_until, counted.index_date))
        and not list_contains(counted.exceptions, directed_pairs.target)
        and not (
            is_member_on(union_of_target.member, union_of_target.member_from, union_of_target.member_until, counted.index_date)
            and (
                list_contains(counted.exceptions, 'EUN')
                or is_member_on(union_of_actor.member, union_of_actor.member_from, union_of_actor.member_until, counted.index_date)
            )
        )
)

select
    towards.signal_id,
    towards.article_id,
    towards.story_id,
    towards.index_date,
    towards.counts_on,
    towards.published_at,
    towards.actor,
    towards.partner as target,
    towards.pair,
    towards.is_general,
    towards.kind,
    towards.status,
    towards.instrument,
    towards.channel,
    towards.is_action,
    towards.probability,
    towards.weight * towards.share as weight,
    towards.share,
    repeats.article_id is not null as is_repeat
from (
    select * from towards_one
    union all
    select towards_all.*
    from towards_all
    anti join towards_one
        on
            towards_one.article_id = towards_all.article_id
            and towards_one.actor = towards_all.actor
            and towards_one.partner = towards_all.partner
            and towards_one.instrument = towards_all.instrument
            and towards_one.channel in ('escalation', 'concession')
            and towards_one.channel <> towards_all.channel
            and towards_one.probability >= towards_all.probability
) as towards
left join repeats using (article_id, actor, target, kind, instrument)
