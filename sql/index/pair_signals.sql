-- Signals that count in the index, for each published pair that they are towards: asserted signals whose kind and status have weight. An
-- act towards everybody (target *) counts for each pair of its actor with a partner in its scope that the sentence does not exempt, with a
-- share of its severity. It counts neither for partners in the actor's own customs union, the European Union, nor for one towards whom
-- the same article has the opposite act with the same instrument ("pauses the tariffs, but raises China's"). One row for each signal and
-- pair, with the partner as target.
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
)

select
    signal_id,
    article_id,
    story_id,
    index_date,
    counts_on,
    published_at,
    actor,
    partner as target,
    pair,
    is_general,
    kind,
    status,
    instrument,
    channel,
    is_action,
    probability,
    weight * share as weight,
    share
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
