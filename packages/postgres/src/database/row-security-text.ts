/** Why rows of a table cannot be read or written as a whole, without a full stop. */
export const rowSecurityText = (table: string): string =>
  `row level security of table "${table}" applies to this role, which would see or write only some of its rows; it needs BYPASSRLS, or to own the table without FORCE ROW LEVEL SECURITY`
