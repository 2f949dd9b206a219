-- pair_of_series(series): the pair of a series, directed or pooled, e.g. CHN-USA of USA>CHN.
create macro pair_of_series(series) as
array_to_string(list_sort(string_split(replace(series, '>', '-'), '-')), '-')
