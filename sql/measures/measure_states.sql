-- History of each layer towards each partner, from the curated acts: one row from the first day of an act to that of the next.
-- A layer is a legal programme, such as duties on steel; it has one state and one rate towards a partner on each day.
-- An act on all partners reaches every country that the list names, except those that it excludes. Planned acts that a later one cancels
-- never take effect. Of two acts with one first day the one announced later counts.
with partners as (
    select actor as partner from measure_acts
    union
    select target as partner from measure_acts
    where target != '*'
),

steps as (
    select
        measure_acts.* exclude (target),
        partners.partner as target,
        measure_acts.target != '*' as is_specific
    from measure_acts
    inner join partners
        on
            partners.partner = measure_acts.target
            or (
                measure_acts.target = '*'
                and partners.partner != measure_acts.actor
                and not list_contains(string_split(measure_acts.excepted, ' '), partners.partner)
            )
    where
        measure_acts.effective_on is not null
        and not exists (
            select 1 from measure_acts as later
            where later.cancels = measure_acts.act_id and later.target = measure_acts.target
        )
    qualify
        row_number() over (
            partition by measure_acts.layer, partners.partner, measure_acts.effective_on
            order by measure_acts.announced_on desc, measure_acts.target != '*' desc, measure_acts.act_id desc
        ) = 1
),

with_standing as (
    select
        *,
        case
            when action = 'quota' then 'quota'
            when action = 'suspended' then 'suspended'
            when action in ('ended', 'exempted', 'struck_down') then 'not_in_force'
            else 'in_force'
        end as standing,
        lead(effective_on) over by_day as valid_to
    from steps
    window by_day as (partition by layer, target order by effective_on)
),

rated as (
    select
        * exclude (rate_pct, rate_basis),
        standing in ('in_force', 'quota') as applies,
        if(
            standing = 'in_force',
            coalesce(rate_pct, last_value(if(standing = 'in_force', rate_pct, null) ignore nulls) over so_far),
            if(standing = 'quota', rate_pct, null)
        ) as rate_pct,
        if(
            standing = 'in_force',
            coalesce(rate_basis, last_value(if(standing = 'in_force', rate_basis, null) ignore nulls) over so_far),
            if(standing = 'quota', rate_basis, null)
        ) as rate_basis,
        count(*) filter (where standing not in ('in_force', 'quota')) over so_far as run,
        count(*) filter (where standing != 'not_in_force') over so_far as acts_so_far
    from with_standing
    window so_far as (partition by layer, target order by effective_on rows between unbounded preceding and current row)
),

-- A new rate begins where standing, rate or rate_basis (additional to the ordinary duty, or the total) differ from the state before.
numbered as (
    select
        *,
        (
            (standing, rate_pct, rate_basis)
            is distinct from lag((standing, rate_pct, rate_basis)) over (partition by layer, target order by effective_on)
        ) as is_new_rate
    from rated
),

rate_runs as (
    select
        *,
        count(*) filter (where is_new_rate) over (
            partition by layer, target
            order by effective_on rows between unbounded preceding and current row
        ) as rate_run
    from numbered
)

select
    layer,
    actor,
    target,
    instrument,
    programme,
    product,
    stacking,
    effective_on as valid_from,
    valid_to,
    standing,
    rate_pct,
    rate_basis,
    if(applies, min(if(applies, effective_on, null)) over (partition by layer, target, run), null) as in_force_since,
    min(effective_on) over (partition by layer, target, rate_run) as rate_since,
    first_value(act_id) over (partition by layer, target, rate_run order by effective_on) as rate_act_id,
    action,
    act_id,
    announced_on,
    -- a change of scope leaves the end that an earlier act stated
    coalesce(
        stated_end,
        if(
            action = 'changed' and last_value(stated_end ignore nulls) over run_so_far >= effective_on,
            last_value(stated_end ignore nulls) over run_so_far,
            null
        )
    ) as stated_end,
    legal_source,
    url,
    certainty,
    note,
    checked_through
from rate_runs
-- An act that ends a layer for all partners says nothing about those whom it never reached.
where acts_so_far > 0
window run_so_far as (
    partition by layer, target, rate_run
    order by effective_on rows between unbounded preceding and current row
)
