-- Signals that count in the index, for each published pair that they are towards: asserted signals whose kind and status have weight. An
-- act towards everybody (target *) counts for each pair of its actor with a partner in its scope that the sentence does not exempt, with a
-- share of its severity. It counts neither for partners in the actor's own customs union, the European Union, nor for one towards whom
-- the same article has the opposite act with the same instrument ("pauses the tariffs, but raises China's"). One row for each signal and
-- pair, with the partner as target.
-- An owner that reports an act in several stories of a day counts once: new_share is the breadth of a story's owners who report the act in
-- no story before it, divided by the story's breadth. Stories are ordered by the day on which their report was known, so that none changes
-- with what is known later.
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
        signals.product,
        signals.probability,
        weights.channel,
        weights.is_action,
        weights.weight * size_of_act(signals.instrument, signals.rate_pct, weights.usual_rate_pct) as weight,
        weights.general_share
    from signals
    inner join weights using (kind, status)
    where signals.modality = 'asserted' and weights.weight > 0
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
),

towards as (
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
),

-- What each story reports in one direction, kind and instrument, as of the first day on which it was known to report it.
reports as (
    select
        towards.story_id,
        towards.actor,
        towards.partner,
        towards.kind,
        towards.instrument,
        any_value(story_articles.story_date) as story_date,
        story_articles.known_on,
        max(towards.probability * towards.weight * towards.share) as value,
        max(towards.rate_pct) as rate_pct,
        max(nullif(towards.product, '')) as product
    from towards
    inner join story_articles using (article_id)
    group by towards.story_id, towards.actor, towards.partner, towards.kind, towards.instrument, story_articles.known_on
    qualify row_number() over (
        partition by towards.story_id, towards.actor, towards.partner, towards.kind, towards.instrument
        order by story_articles.known_on
    ) = 1
),

-- Reports of one day in the order in which they count: earlier known ones first, then larger ones.
ordered as (
    select
        *,
        row_number() over of_day as place,
        first_value(rate_pct ignore nulls) over (of_day rows between unbounded preceding and unbounded following) as first_rate_pct,
        first_value(product ignore nulls) over (of_day rows between unbounded preceding and unbounded following) as first_product
    from reports
    window of_day as (partition by story_date, actor, partner, kind, instrument order by known_on asc, value desc, story_id asc)
    qualify count(*) over (partition by story_date, actor, partner, kind, instrument) > 1
),

-- Reports of one act have the same rate and product; without one they are of the first that is named.
acts as (
    select
        * exclude (rate_pct, first_rate_pct, product, first_product),
        if(rate_pct = first_rate_pct, null, rate_pct) as other_rate_pct,
        if(product = first_product, null, product) as other_product
    from ordered
),

owners as (
    select
        acts.*,
        story_articles.source_owner,
        row_number() over (
            partition by
                acts.story_date, acts.actor, acts.partner, acts.kind, acts.instrument, acts.other_rate_pct, acts.other_product,
                story_articles.source_owner
            order by acts.place
        ) = 1 as is_new
    from acts
    inner join (
        select
            story_id,
            source_owner,
            min(known_on) as known_on
        from story_articles
        group by story_id, source_owner
    ) as story_articles
        on story_articles.story_id = acts.story_id and story_articles.known_on <= acts.known_on
),

new_shares as (
    select
        story_id,
        actor,
        partner,
        kind,
        instrument,
        breadth(count(*) filter (where is_new)) / breadth(count(*)) as new_share
    from owners
    group by story_id, actor, partner, kind, instrument
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
    towards.weight * towards.share * coalesce(new_shares.new_share, 1) as weight,
    towards.share,
    coalesce(new_shares.new_share, 1) as new_share
from towards
left join new_shares using (story_id, actor, partner, kind, instrument)
