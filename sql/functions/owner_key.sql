-- owner_key(owner): what all spellings of an owner have in common: "The Daily Post", "DAILY POST", "www.dailypost.com" become "dailypost".
-- Of a domain the country stays: thestandard.co.ke and thestandard.com.hk are two papers.
create macro owner_key(owner) as
coalesce(
    nullif(
        regexp_replace(
            regexp_replace(
                replace(regexp_replace(lower(owner), '^(?:www\.)?([\w.-]+?)\.(?:com|co\.uk|com?\.([a-z]{2}))$', '\1\2'), '&', 'and'),
                '[^\p{L}\p{N}]+', '', 'g'
            ),
            '^the', ''
        ),
        ''
    ),
    owner
)
