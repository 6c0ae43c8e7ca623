import { PieceworkError } from '@piecework/core'
import { z } from 'zod'
import type { DropboxAccount } from './dropbox-account.js'
import { dropboxError } from './dropbox-error.js'

const usage = z.object({
  used: z.number(),
  allocation: z.object({
    '.tag': z.string(),
    allocated: z.number().optional(),
    used: z.number().optional(),
    user_within_team_space_allocated: z.number().optional(),
    user_within_team_space_limit_type: z.object({ '.tag': z.string() }).optional(),
    user_within_team_space_used_cached: z.number().optional(),
  }),
})

/** In bytes: of the account, or of its team and of its share in that. Undefined: Dropbox does not say it. */
export async function freeSpace(account: DropboxAccount): Promise<number | undefined> {
  const answer = await account.ask('users/get_space_usage')
  if (answer.status !== 200) throw dropboxError(answer)
  const read = usage.safeParse(answer.body)
  if (!read.success) return undefined
  const { used, allocation } = read.data
  const { allocated, user_within_team_space_allocated: share = 0 } = allocation
  if (allocated === undefined) return undefined
  if (allocation['.tag'] !== 'team') return Math.max(0, allocated - used)
  const isLimited = share > 0 && allocation.user_within_team_space_limit_type?.['.tag'] === 'stop_sync'
  const own = isLimited ? share - (allocation.user_within_team_space_used_cached ?? used) : undefined
  const team = allocated - (allocation.used ?? used)
  return Math.max(0, Math.min(team, own ?? team))
}

/** `isEstimate`: `size` is what the file has at most, before it is made. */
export function full(free: number | undefined, size: number, isEstimate?: true): PieceworkError {
  const room = free === undefined ? 'not enough' : `${inUnits(free)}`
  return new PieceworkError(
    'delivery-full',
    `The Dropbox has ${room} free, and ${isEstimate ? `up to ${inUnits(size)} may be` : `${inUnits(size)} are`} needed. Make room in it, or choose another place.`,
    { facts: { size, ...(free !== undefined && { free }) } },
  )
}

function inUnits(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  const at = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1)
  const number = at === 0 ? bytes : (bytes / 1000 ** at).toFixed(1)
  return `${number} ${units[at]}`
}
