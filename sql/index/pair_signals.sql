-- Asserted signals whose kind and status have weight, for each published pair that they are towards. All but repeats count in the index.
-- An act towards everybody (target *) counts for each pair of its actor with a partner in its scope that the sentence does not exempt, with
-- a share of its severity. It counts neither for partners in the actor's own customs union, the European Union, nor for one towards whom
-- the same article has the opposite act with the same instrument ("pauses the tariffs, but raises China's"). One row for each signal and
-- pair, with the partner as target.
-- is_repeat marks what an article reports of an act if another article of its owner and day, in another story and known by then, reports
-- it with a larger value (probability times severity), or earlier with an equal one, and names at least the same rate and product. So no
-- later article changes is_repeat, and the largest report of an act is no repeat.
-- threads: all
with directed_pairs as (
    select
        pair,
        unnest([split_part(pair, '-', 1), split_part(pair, '-', 2)]) as actor,
        unnest([split_part(pair, '-', 2), split_part(pair, '-', 1)]) as target
    from (select unnest(getvariable('pairs')) as pair) as pairs
),

counted as not materialized (
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

towards_one as not materialized (
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

towards as not materialized (
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

-- Acts that an owner reports on a day in more than one story. They are few; only their reports are compared.
reported_twice as (
    select
        story_articles.source_owner,
        towards.index_date,
        towards.actor,
        towards.partner,
        towards.kind,
        towards.instrument
    from towards
    inner join story_articles using (article_id)
    group by story_articles.source_owner, towards.index_date, towards.actor, towards.partner, towards.kind, towards.instrument
    having min(towards.story_id) <> max(towards.story_id)
),

-- What each article reports of such an act, with rate and product of its heaviest signal.
reports as (
    select
        towards.article_id,
        towards.story_id,
        towards.actor,
        towards.partner,
        towards.is_general,
        towards.kind,
        towards.instrument,
        towards.index_date,
        towards.published_at,
        story_articles.source_owner,
        story_articles.known_on,
        max(towards.probability * towards.weight * towards.share) as value,
        first(towards.rate_pct order by towards.probability * towards.weight desc, towards.signal_id asc) as rate_pct,
        first(towards.product order by towards.probability * towards.weight desc, towards.signal_id asc) as product
    from towards
    inner join story_articles using (article_id)
    inner join reported_twice
        on
            reported_twice.source_owner = story_articles.source_owner
            and reported_twice.index_date = towards.index_date
            and reported_twice.actor = towards.actor
            and reported_twice.partner = towards.partner
            and reported_twice.kind = towards.kind
            and reported_twice.instrument = towards.instrument
    group by
        towards.article_id, towards.story_id, towards.actor, towards.partner, towards.is_general, towards.kind, towards.instrument,
        towards.index_date, towards.published_at, story_articles.source_owner, story_articles.known_on
),

-- A general act can be a repeat of one towards the partner itself, but not the other way round.
repeats as (
    select distinct
        reports.article_id,
        reports.actor,
        reports.partner,
        reports.is_general,
        reports.kind,
        reports.instrument
    from reports
    inner join reports as others using (source_owner, index_date, actor, partner, kind, instrument)
    where
        others.story_id <> reports.story_id
        and others.known_on <= reports.known_on
        and (
            others.value > reports.value
            or (
                others.value = reports.value
                and (others.known_on, others.published_at, others.article_id)
                < (reports.known_on, reports.published_at, reports.article_id)
            )
        )
        and others.is_general <= reports.is_general
        and coalesce(reports.rate_pct = others.rate_pct, reports.rate_pct is null)
        and coalesce(reports.product = others.product, reports.product is null)
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
from towards
left join repeats using (article_id, actor, partner, is_general, kind, instrument)
