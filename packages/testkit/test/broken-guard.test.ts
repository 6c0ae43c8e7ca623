import { memoryStore } from '@piecework/core'
import { type Claim, type Guard, PieceworkError } from '@piecework/core/store'
import { assertBreaks } from '@piecework/test-support'
import { guardLaws } from '@piecework/testkit'
import { suite } from 'uvu'

const test = suite('laws of guards can fail')

/** What is changed, and the law that must see it. */
const broken: Record<string, [law: string, (guard: Guard) => Guard]> = {
  'claims the first of several paths only': [
    'exclusion: a claim of several paths takes all of them or none',
    (guard) => ({ ...guard, claim: (paths, holder) => guard.claim(paths.slice(0, 1), holder) }),
  ],
  'looks first and claims later': [
    'exclusion: a thousand racing claims admit one',
    (guard) => {
      const held = new Set<string>()
      return {
        ...guard,
        claim: async (paths, holder) => {
          if (paths.some((path) => held.has(path))) return guard.claim(paths, holder)
          await new Promise((resolve) => setImmediate(resolve))
          for (const path of paths) held.add(path)
          return { release: async () => {} }
        },
      }
    },
  ],
  'knows equal paths only': [
    'exclusion: two claims conflict when one path contains the other',
    (guard) => ({
      ...guard,
      claim: (paths, holder) =>
        guard.claim(
          paths.map((path) => path.replaceAll('/', '+')),
          holder,
        ),
    }),
  ],
  'takes paths that begin alike for one another': [
    'exclusion: two claims conflict when one path contains the other',
    (guard) => ({
      ...guard,
      claim: (paths, holder) =>
        guard.claim(
          paths.map((path) => path.replace('project:10', 'project:1')),
          holder,
        ),
    }),
  ],
  'frees the first of several paths only': [
    'exclusion: whatever is claimed and released',
    (guard) => ({
      ...guard,
      claim: async (paths, holder) => {
        const claims: Claim[] = []
        try {
          for (const path of paths) claims.push(await guard.claim([path], holder))
        } catch (error) {
          for (const claim of claims) await claim.release()
          throw error
        }
        return { release: async () => claims[0]?.release() }
      },
    }),
  ],
  'does not see claims below the one that is asked for': [
    'exclusion: whatever is claimed and released',
    (guard) => {
      const held: (readonly string[])[] = []
      const above = (path: string) => held.some((all) => all.some((one) => `${path}/`.startsWith(`${one}/`)))
      return {
        ...guard,
        claim: async (paths, holder) => {
          if (paths.some(above)) throw new PieceworkError('resource-busy', 'It is claimed.')
          held.push(paths)
          const claim = await guard.claim([`free:${held.length}`], holder)
          return {
            release: async () => {
              held.splice(held.indexOf(paths), 1)
              await claim.release()
            },
          }
        },
      }
    },
  ],
  'does not tell who is in the way': [
    'exclusion: a refusal names the holder in the way',
    (guard) => ({ ...guard, claim: (paths) => guard.claim(paths, { id: 'x', kind: 'x' }) }),
  ],
  'frees the claims of others too': [
    'exclusion: release frees its own claim once',
    (guard) => {
      const all: (() => Promise<void>)[] = []
      return {
        ...guard,
        claim: async (paths, holder) => {
          const claim = await guard.claim(paths, holder)
          all.push(() => claim.release())
          return { release: async () => void (await Promise.all(all.map((release) => release()))) }
        },
      }
    },
  ],
  'frees all claims when one host comes back': [
    'exclusion: a host that comes back frees',
    (guard) => {
      const all: string[] = []
      return {
        ...guard,
        claim: (paths, holder) => {
          all.push(holder.id)
          return guard.claim(paths, holder)
        },
        release: async () => {
          for (const id of all) await guard.release(id)
        },
      }
    },
  ],
  'does not free what another process has claimed': [
    'exclusion: a host that comes back frees',
    (guard) => ({ ...guard, release: async () => {} }),
  ],
  'tells holders of the very same path only': [
    'exclusion: holders of a resource',
    (guard) => ({
      ...guard,
      holders: async (path) => (path.includes('/') ? guard.holders(path) : []),
    }),
  ],
  'lets one edit in at a time': [
    'exclusion: edits are shared',
    (guard) => ({
      ...guard,
      edit: async (path, edit, options) => {
        const claim = await guard.claim([path], { id: 'edit', kind: 'edit' })
        return guard.edit('elsewhere:1', edit, options).finally(() => claim.release())
      },
    }),
  ],
  'lets claims in during an edit': [
    'exclusion: edits are shared',
    (guard) => ({ ...guard, edit: (_path, edit, options) => guard.edit('elsewhere:1', edit, options) }),
  ],
  'keeps the hold of an edit that threw': [
    'exclusion: an edit that throws frees its hold',
    (guard) => ({
      ...guard,
      edit: (path, edit, options) =>
        guard.edit(path, edit, options).catch(async (error: unknown) => {
          await guard.claim([path], { id: 'edit', kind: 'edit' })
          throw error
        }),
    }),
  ],
  'lets an edit last for ever': [
    'exclusion: an edit is fenced',
    (guard) => ({ ...guard, edit: (path, edit) => guard.edit(path, edit) }),
  ],
}

for (const [what, [law, breaks]] of Object.entries(broken)) {
  const name = `a guard that ${what}`
  test(name, () =>
    assertBreaks(name, {
      law,
      broken: (collect) => guardLaws(collect, { make: () => breaks(memoryStore().guard), patienceMs: 300 }),
      whole: (collect) => guardLaws(collect, { make: () => memoryStore().guard }),
      sideBySide: 20,
    }),
  )
}

test.run()
