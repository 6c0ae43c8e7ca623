// A schema of the host's zod fits a piece's options. Compiled only.
import type { Piece } from '@piecework/core/piece'
import { z } from 'zod'

const options = z.strictObject({ captions: z.boolean().default(true) })
export const piece: Piece<z.infer<typeof options>> = {
  contract: 1,
  name: 'album/captions',
  of: 'album',
  version: 1,
  options,
  exporter: { export: async ({ options: { captions } }) => ({ rows: captions ? 1 : 0 }) },
}
