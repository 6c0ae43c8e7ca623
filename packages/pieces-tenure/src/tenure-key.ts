import type { TextForm } from '@piecework/core/piece'

/** Keys of all tables but users: 24 characters, without those that people take for each other. */
export const tenureKey: TextForm = {
  nanoid: { length: 24, alphabet: 'abcdefghijkmnpqrstuvwxyz23456789' },
}
