import type { Task } from '@piecework/core/store'
import type { Redis } from 'ioredis'
import { defaults } from './defaults.js'
import { script } from './script.js'
import { slotPrefix } from './slot.js'

/** Tasks of one job after a call. */
interface PendingState {
  /** The one that was taken. */
  readonly task?: Task
  /** Until the next task is ready, if none is. */
  readonly nextInMs?: number
  /** Slots to add, so that tasks that are ready can run. */
  readonly freeSlots: readonly number[]
}

/**
 * Tasks that have not begun: in Redis, for each job in a sorted set, by the time from which they may run. A
 * task that is in it is not added again.
 */
export interface PendingTasks {
  /** `wanted`: the most free slots to return. Default: all that the tasks need. */
  add(job: string, tasks: readonly Task[], delayMs: number, wanted?: number): Promise<PendingState>
  /** Takes the task that has been ready for longest. */
  take(job: string, wanted: number): Promise<PendingState>
}

export interface PendingTasksOptions {
  /** Makes a key of the queue. */
  readonly toKey: (type: string) => string
  readonly perJob: number
}

/** @internal */
export function pendingTasks(client: Redis, { toKey, perJob }: PendingTasksOptions): PendingTasks {
  const keyOf = (job: string): string => toKey(`tasks:${job}`)
  const slotArguments = (job: string) => [toKey(slotPrefix(job)), perJob] as const
  const stateOf = (job: string, reply: unknown): PendingState => {
    const [member, nextInMs, ...freeSlots] = reply as [string, number, ...number[]]
    return {
      freeSlots,
      ...(member !== '' && { task: taskOf(job, member) }),
      ...(nextInMs > 0 && { nextInMs }),
    }
  }
  return {
    add: async (job, tasks, delayMs, wanted = perJob) => {
      const members = tasks.map(memberOf)
      const call = (slots: number, chunk: readonly string[]) =>
        addScript(client, keyOf(job), [...slotArguments(job), slots, delayMs, ...chunk])
      while (members.length > defaults.tasksPerCall) await call(0, members.splice(0, defaults.tasksPerCall))
      return stateOf(job, await call(wanted, members))
    },
    take: async (job, wanted) =>
      stateOf(job, await takeScript(client, keyOf(job), [...slotArguments(job), wanted])),
  }
}

const memberOf = ({ node, attempt }: Task): string => `${attempt} ${node}`

function taskOf(job: string, member: string): Task {
  const space = member.indexOf(' ')
  return { job, node: member.slice(space + 1), attempt: Number(member.slice(0, space)) }
}

/**
 * `freeSlots`: a slot that has a key waits or runs; BullMQ sets `processedOn` of those that run. The lowest
 * come first, because BullMQ serves them first; one that waits already counts.
 */
const common = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function freeSlots(wanted)
  local slots = {}
  for slot = 1, tonumber(ARGV[2]) do
    if wanted <= 0 then break end
    local key = ARGV[1] .. slot
    if not redis.call('HGET', key, 'processedOn') then
      if redis.call('EXISTS', key) == 0 then table.insert(slots, slot) end
      wanted = wanted - 1
    end
  end
  return slots
end
local function reply(member, ready, wanted)
  local nextIn = 0
  if ready == 0 then
    local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
    if first[2] then nextIn = first[2] - now end
  end
  return { member, nextIn, unpack(freeSlots(math.min(ready, wanted))) }
end
`

/**
 * ARGV: key of slots without the number, slots of the job, slots wanted, delay, tasks. A task keeps its time,
 * unless the new one is earlier.
 */
const addScript = script(`${common}
local due = now + tonumber(ARGV[4])
if tonumber(ARGV[4]) > 0 then due = due + 1 end
for index = 5, #ARGV do redis.call('ZADD', KEYS[1], 'LT', due, ARGV[index]) end
return reply('', redis.call('ZCOUNT', KEYS[1], '-inf', now), tonumber(ARGV[3]))
`)

/** ARGV: key of slots without the number, slots of the job, slots wanted. */
const takeScript = script(`${common}
local found = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 2)
if found[1] then redis.call('ZREM', KEYS[1], found[1]) end
return reply(found[1] or '', math.max(#found - 1, 0), tonumber(ARGV[3]))
`)
