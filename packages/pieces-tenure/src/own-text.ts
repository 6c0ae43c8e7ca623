/** The text alone: part of a longer one keeps all of that in memory for as long as it is held. */
export const ownText = (text: string): string => Buffer.from(text).toString()
