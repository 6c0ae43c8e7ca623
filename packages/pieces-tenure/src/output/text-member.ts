import type { ZipMember } from '@piecework/core/piece'

/** A small file of a zip. */
export const textMember = (name: string, text: string): ZipMember => ({
  name,
  open: async function* () {
    yield Buffer.from(text)
  },
})
