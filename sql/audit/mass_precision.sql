-- Share of the index's mass that comes from right readings, by pair and channel, with Wilson's 95 % interval.
-- The interval's number of trials is the effective number of judged stories (Kish): (sum of mass)^2 / sum of mass^2, which is their number
-- if all have the same mass.
-- Sums are of decimals, which are exact in any order.
with opinions as (
    select
        signal_id,
        reading,
        count(*) filter (where verdict <> 'unsure') as decided_count,
        count(*) filter (where verdict = 'right') as right_count
    from verdicts
    group by signal_id, reading
),

readings as (
    select
        unnest([signal_mass.pair, '(all)']) as pair,
        signal_mass.channel,
        signal_mass.story_id,
        -- A general act (towards all partners) has the same id in every pair for which it counts, so it is one reading of pair (all).
        signal_mass.signal_id || signal_mass.reading as reading_id,
        signal_mass.mass::decimal(18, 15) as mass,
        opinions.decided_count > 0 as is_judged,
        opinions.decided_count = 0 as is_unsure,
        opinions.decided_count > 1 as is_judged_twice,
        opinions.right_count in (0, opinions.decided_count) as is_agreed,
        (signal_mass.mass * opinions.right_count / nullif(opinions.decided_count, 0))::decimal(18, 15) as right_mass
    from signal_mass
    left join opinions using (signal_id, reading)
),

judged_stories as (
    select
        pair,
        channel,
        sum(mass)::double ** 2 / sum((story_mass ** 2)::decimal(18, 12))::double as trials
    from (
        select
            pair,
            channel,
            story_id,
            sum(mass) as mass,
            sum(mass)::double as story_mass
        from readings
        where is_judged
        group by pair, channel, story_id
    ) as stories_of_readings
    group by pair, channel
),

sums as (
    select
        pair,
        channel,
        count(distinct reading_id) as reading_count,
        count(distinct reading_id) filter (where is_judged) as judged_count,
        count(distinct reading_id) filter (where is_unsure) as unsure_count,
        sum(mass)::double as mass,
        coalesce(sum(mass) filter (where is_judged), 0)::double as judged_mass,
        coalesce(sum(right_mass), 0)::double as right_mass,
        count(distinct reading_id) filter (where is_judged_twice) as judged_twice_count,
        count(distinct reading_id) filter (where is_judged_twice and is_agreed) as agreed_count
    from readings
    group by pair, channel
    having judged_count + unsure_count > 0
),

shares as (
    select
        sums.*,
        judged_stories.trials,
        if(sums.judged_mass > 0, least(1, sums.right_mass / sums.judged_mass), null) as precision, -- least and greatest skip nulls
        1.959963984540054 ** 2 / judged_stories.trials as z2_by_trials
    from sums
    left join judged_stories using (pair, channel)
),

bounds as (
    select
        *,
        (precision + z2_by_trials / 2) / (1 + z2_by_trials) as centre,
        sqrt(z2_by_trials * precision * (1 - precision) + z2_by_trials ** 2 / 4) / (1 + z2_by_trials) as half_width
    from shares
)

select
    pair,
    channel,
    reading_count,
    judged_count,
    unsure_count,
    mass,
    least(1, judged_mass / mass) as judged_share,
    precision,
    if(precision is null, null, greatest(0, centre - half_width)) as lo95,
    if(precision is null, null, least(1, centre + half_width)) as hi95,
    least(1, right_mass / mass) as at_least,
    least(1, greatest(0, 1 - (judged_mass - right_mass) / mass)) as at_most,
    judged_twice_count,
    agreed_count / nullif(judged_twice_count, 0) as agreement
from bounds
