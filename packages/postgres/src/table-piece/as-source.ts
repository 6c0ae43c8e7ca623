/** A text as a declaration writes it. */
export const asText = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

/** A name as a member of an object literal. */
export const asMember = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : asText(name))
