-- pair_of(text): the pair as it is written in all tables, from codes in either order: where pair = pair_of('USA-CHN') finds CHN-USA.
create macro pair_of(text)
as array_to_string(list_sort(string_split(upper(trim(text)), '-')), '-')
