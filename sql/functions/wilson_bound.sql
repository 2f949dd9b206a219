-- wilson_bound(hits, trials, z): bound of the Wilson interval of a share: the lower one for z = -1.96, the upper one for z = 1.96; null
-- without trials.
create macro wilson_bound(hits, trials, z) as
case when trials > 0 then (hits + z * z / 2 + z * sqrt(hits * (trials - hits) / trials + z * z / 4)) / (trials + z * z) end
