-- status_of_act(kind, status): the status of the act that a signal reports: a measure that suspends trade or a relief is announced, one
-- that ends it is effective; all others have the status of the signal.
create macro status_of_act(kind, status) as
case
    when kind = 'measure' and status = 'suspended' then 'announced'
    when kind = 'measure' and status = 'ended' then 'effective'
    else status
end
