/**
 * SQL for the new id of the row whose old id is `expression`: `Ids.idOf` in the database. `key` is SQL for `Ids.key` of the table, a
 * bound parameter say.
 */
export const newId = (key: string, expression: string): string =>
  `encode(set_byte(set_byte(substring(sha256(${key}::bytea || convert_to((${expression})::text, 'UTF8')) FROM 1 FOR 16), 6, 137), 8, 137), 'hex')::uuid`
