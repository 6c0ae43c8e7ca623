/**
 * SQL for the new id of the row whose old id is `expression`, equal to `Ids.idOf`; NULL for NULL. `key` is
 * `Ids.key` of the referenced table, `expression` any SQL that casts to text.
 */
export function uuidExpression(key: Uint8Array, expression: string): string {
  const hash = `substring(sha256(${byteaLiteral(key)} || convert_to((${expression})::text, 'UTF8')) FROM 1 FOR 16)`
  return `encode(set_byte(set_byte(${hash}, 6, 137), 8, 137), 'hex')::uuid`
}

const byteaLiteral = (bytes: Uint8Array): string => `'\\x${Buffer.from(bytes).toString('hex')}'::bytea`
