/** For a jsonb column; NULL for undefined. */
export const jsonText = (value: unknown): string | null =>
  value === undefined ? null : JSON.stringify(value)
