/**
 * Whether an id is spelled as PostgreSQL prints uuids. Other spellings are not accepted as ids: claims
 * compare text, and two spellings would be two resources.
 */
export function canonicalUuid(id: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)
}
