import { z } from 'zod'
import { parseJson } from './parse.js'

/** When, by whom and with what an archive was made. For people: nothing trusts it, no digest covers it. */
export interface About {
  /** ISO 8601. */
  readonly createdAt: string
  readonly author?: string
  /** Name and version. */
  readonly program: string
}

const schema: z.ZodType<About> = z.object({
  createdAt: z.string(),
  author: z.string().exactOptional(),
  program: z.string(),
})

export function writeAbout({ createdAt, author, program }: About): Uint8Array {
  const about = { createdAt, ...(author !== undefined && { author }), program }
  return Buffer.from(`${JSON.stringify(about, undefined, 2)}\n`, 'utf8')
}

export function readAbout(bytes: Uint8Array): About {
  return parseJson('about.json', bytes, schema)
}
