-- is_member_on(member, member_from, member_until, day): whether a row of scope_members, if there is one, applies on a day.
create macro is_member_on(member, member_from, member_until, day) as
member is not null and day >= coalesce(member_from, day) and day < coalesce(member_until, day + 1)
