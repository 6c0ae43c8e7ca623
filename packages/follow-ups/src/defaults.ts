/** Times in ms. */
export const defaults = {
  /** The longest silence of a mail server. */
  smtpTimeoutMs: 20_000,
  /** The longest time of one call of a webhook. */
  webhookTimeoutMs: 15_000,
  /** The longest address of a mail, and the longest line of a text in its head. */
  addressCharacters: 320,
  headerCharacters: 900,
  /** The most that the default message takes of an id or of an error's sentence. */
  messageCharacters: 400,
} as const
