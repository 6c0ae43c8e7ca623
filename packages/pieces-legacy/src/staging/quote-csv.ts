/** A text as a field of CSV; '' stays apart from NULL. */
export const quoteCsv = (text: string): string => `"${text.replaceAll('"', '""')}"`
