-- owner_key(owner): what all spellings of an owner have in common: "The Daily Post", "DAILY POST", "www.dailypost.com" become "dailypost".
create macro owner_key(owner) as
coalesce(
    nullif(
        regexp_replace(
            regexp_replace(
                replace(regexp_replace(lower(owner), '^(?:www\.)?([\w.-]+?)\.com?(?:\.[a-z]{2})?$', '\1'), '&', 'and'),
                '[^\p{L}\p{N}]+', '', 'g'
            ),
            '^the', ''
        ),
        ''
    ),
    owner
)
