/** A text as an SQL literal without a type. One with a backslash must not depend on standard_conforming_strings. */
export function textLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`
  return text.includes('\\') ? ` E${quoted}` : quoted
}
