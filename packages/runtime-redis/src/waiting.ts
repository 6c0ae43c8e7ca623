import type { Task } from '@piecework/core/store'
import type { Redis } from 'ioredis'
import { script } from './script.js'
import { turnPrefix } from './turn.js'

/** What a look at the tasks of one job showed. */
export interface Look {
  readonly task?: Task
  /** Until the next task may run, where none is ready. */
  readonly nextInMs?: number
  /** Of the turns that the job should have beside those that it has. */
  readonly slots: readonly number[]
}

/** Tasks that wait, of each job in a set of its own, by the time from which they may run: one that waits already is not added again. */
export interface Waiting {
  /** `wanted`: the most turns to answer with. */
  put(job: string, tasks: readonly Task[], delayMs: number, wanted?: number): Promise<Look>
  /** Takes the task that has waited longest, if one is ready. */
  take(job: string, wanted: number): Promise<Look>
}

export interface WaitingOptions {
  /** Key of something of the queue's. */
  readonly toKey: (type: string) => string
  /** The most turns of a job. */
  readonly perJob: number
}

/** Lua unpacks no more than some thousand values. */
const chunk = 1000

/** @internal */
export function waiting(client: Redis, { toKey, perJob }: WaitingOptions): Waiting {
  const keyOf = (job: string): string => toKey(`waiting:${job}`)
  const look = (job: string, reply: unknown): Look => {
    const [member, nextInMs, ...slots] = reply as [string, number, ...number[]]
    return {
      slots,
      ...(member !== '' && { task: taskOf(job, member) }),
      ...(nextInMs > 0 && { nextInMs }),
    }
  }
  return {
    put: async (job, tasks, delayMs, wanted = perJob) => {
      const members = tasks.map(memberOf)
      const turns = [toKey(turnPrefix(job)), perJob] as const
      while (members.length > chunk) {
        await put(client, keyOf(job), [...turns, 0, delayMs, ...members.splice(0, chunk)])
      }
      return look(job, await put(client, keyOf(job), [...turns, wanted, delayMs, ...members]))
    },
    take: async (job, wanted) =>
      look(job, await take(client, keyOf(job), [toKey(turnPrefix(job)), perJob, wanted])),
  }
}

const memberOf = ({ node, attempt }: Task): string => `${attempt} ${node}`

function taskOf(job: string, member: string): Task {
  const space = member.indexOf(' ')
  return { job, node: member.slice(space + 1), attempt: Number(member.slice(0, space)) }
}

/**
 * A turn that has a key waits or runs; BullMQ notes `processedOn` with those that run. The lowest slots are asked for: they come first,
 * and one that waits already counts.
 */
const shared = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function free(wanted)
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
local function answer(member, ready, wanted)
  local nextIn = 0
  if ready == 0 then
    local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
    if first[2] then nextIn = first[2] - now end
  end
  return { member, nextIn, unpack(free(math.min(ready, wanted))) }
end
`

/** ARGV: key of turns without the slot, most turns, turns wanted, delay, tasks. A task that waits keeps its time, unless the new one is earlier. */
const put = script(`${shared}
local due = now + tonumber(ARGV[4])
if tonumber(ARGV[4]) > 0 then due = due + 1 end
for index = 5, #ARGV do redis.call('ZADD', KEYS[1], 'LT', due, ARGV[index]) end
return answer('', redis.call('ZCOUNT', KEYS[1], '-inf', now), tonumber(ARGV[3]))
`)

/** ARGV: key of turns without the slot, most turns, turns wanted. */
const take = script(`${shared}
local found = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 2)
if found[1] then redis.call('ZREM', KEYS[1], found[1]) end
return answer(found[1] or '', math.max(#found - 1, 0), tonumber(ARGV[3]))
`)
