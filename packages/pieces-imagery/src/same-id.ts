/** SQL of the row whose key is `$1`, any text: one that is no uuid is the key of none. */
export const sameId = `id = CASE WHEN $1::text ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' THEN $1::uuid END`
