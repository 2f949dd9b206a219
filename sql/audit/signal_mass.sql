-- Mass of each signal that counts: the heaviest of its story, direction, kind and instrument, without repeats. The mass of a story in
-- story_mass, of all days on which it counts, is shared among them by probability times severity. People judge readings, and mass_precision
-- weighs their verdicts by this mass.
-- A general act (towards all partners) is one reading, towards *, and has mass towards each partner for which it counts.
with heaviest as (
    select *
    from pair_signals
    where not is_repeat
    qualify
        row_number() over (
            partition by story_id, actor, target, kind, instrument
            order by probability * weight desc, published_at asc, signal_id asc
        ) = 1
),

shared as (
    select
        *,
        probability * weight
        / sum((probability * weight)::decimal(18, 15)) over (partition by story_id, actor, target, channel)::double as share_of_story
    from heaviest
),

story_masses as (
    select
        story_id,
        series,
        channel,
        sum(mass::decimal(18, 15))::double as mass
    from story_mass
    group by story_id, series, channel
)

select
    shared.signal_id,
    stories.index_date,
    shared.story_id,
    shared.pair,
    shared.actor,
    shared.target,
    shared.channel,
    shared.actor
    || '>'
    || if(shared.is_general, '*', shared.target)
    || ' '
    || shared.kind
    || ' '
    || shared.status
    || ' '
    || shared.instrument as reading,
    story_masses.mass * shared.share_of_story as mass
from shared
inner join stories using (story_id)
inner join story_masses
    on
        story_masses.story_id = shared.story_id
        and story_masses.channel = shared.channel
        and story_masses.series = shared.actor || '>' || shared.target
