import { hash } from 'node:crypto'
import { PieceworkError } from './contracts/errors.js'
import type { Ids } from './contracts/ids.js'
import type { KeyForm } from './contracts/key-form.js'
import type { KeyRange } from './contracts/keys.js'
import { isSequenceForm, keyShape } from './key-forms.js'
import { type KeyMap, keyMap } from './key-map.js'
import { keyText } from './key-text.js'
import { check } from './options/check.js'
import { checkOptions } from './options/check-options.js'
import type { OptionChecks } from './options/option-checks.js'
import { type DeclaredTables, keyName } from './plan/key-names.js'

export interface IdsOptions {
  /** By the name under which a table's ids are remapped. Absent: uuid. */
  readonly forms?: ReadonlyMap<string, KeyForm>
  /** Tables that pieces declare: they have their names without a schema. */
  readonly declaredTables?: DeclaredTables
  /** New ids of resources that were drawn from sequences: by table, then by old id. */
  readonly drawn?: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** Ranges of keys that the job has reserved for a table, in order. Absent: none can be asked for. */
  readonly ranges?: (table: string) => AsyncIterable<readonly KeyRange[]>
  /** SQL of a relation with them. */
  readonly relation?: (table: string) => string | undefined
}

const idsChecks: OptionChecks<IdsOptions> = {
  forms: check.having<ReadonlyMap<string, KeyForm>>('a map', 'get'),
  declaredTables: check.having<DeclaredTables>('a map', 'get'),
  drawn: check.having<ReadonlyMap<string, ReadonlyMap<string, string>>>('a map', 'get'),
  ranges: check.func<NonNullable<IdsOptions['ranges']>>(),
  relation: check.func<NonNullable<IdsOptions['relation']>>(),
}

/** Ids of one job. Old ids are hashed as the text that PostgreSQL prints for them. */
export function jobIds(jobId: string, options?: IdsOptions): Ids {
  const {
    forms,
    drawn,
    ranges = noRanges,
    relation,
    declaredTables = new Map(),
  } = checkOptions('jobIds()', options, idsChecks)
  const nameOf = memoized((table) => keyName(table, declaredTables))
  const inputs = new Map<string, HashInput>()
  const inputOf = (table: string): HashInput => {
    let known = inputs.get(table)
    if (!known) {
      known = hashInput(Buffer.concat([prefixed(jobId), prefixed(table)]))
      inputs.set(table, known)
    }
    return known
  }
  const renderers = new Map<string, Render>()
  const renderOf = (table: string): Render => {
    let known = renderers.get(table)
    if (!known) {
      known = renderer(forms?.get(table) ?? 'uuid', table)
      renderers.set(table, known)
    }
    return known
  }
  const maps = new Map<string, Promise<KeyMap>>()
  return {
    key: (table) => inputOf(nameOf(table)).key,
    form: (table) => forms?.get(nameOf(table)),
    idOf: (given, oldId) => {
      const table = nameOf(given)
      const resources = drawn?.get(table)
      if (!resources) return renderOf(table)(inputOf(table), oldId)
      const id = resources.get(oldId)
      if (id !== undefined) return id
      throw new PieceworkError('resource-not-found', `The job makes no row of "${table}" for ${oldId}.`)
    },
    drawn: (table) => drawn?.get(nameOf(table)),
    keyRanges: (table) => ranges(nameOf(table)),
    keyRelation: (table) => relation?.(nameOf(table)),
    keyMap: async (given) => {
      const table = nameOf(given)
      const resources = drawn?.get(table)
      if (resources) return resources
      const known = maps.get(table) ?? collect(ranges(table))
      maps.set(table, known)
      return known
    },
  }
}

async function collect(pages: AsyncIterable<readonly KeyRange[]>): Promise<KeyMap> {
  const all: KeyRange[] = []
  for await (const page of pages) all.push(...page)
  return keyMap(all)
}

function noRanges(table: string): never {
  throw new PieceworkError('unsupported', `Only imports and clones have new keys of "${table}".`)
}

function memoized(compute: (table: string) => string): (table: string) => string {
  const known = new Map<string, string>()
  return (table) => {
    const name = known.get(table) ?? compute(table)
    known.set(table, name)
    return name
  }
}

type Render = (input: HashInput, oldId: string) => string

function renderer(form: KeyForm, table: string): Render {
  if (form === 'natural') return (_, oldId) => oldId
  if (isSequenceForm(form)) {
    return () => {
      throw new PieceworkError(
        'unsupported',
        `Keys of "${table}" come from a sequence; await keyMap("${table}").`,
      )
    }
  }
  const shape = keyShape(form)
  return (input, oldId) => keyText(shape, hash('sha256', input.followedBy(oldId), 'hex'))
}

interface HashInput {
  readonly key: Uint8Array
  /**
   * Overwritten by a later call: millions of ids are hashed, and a new buffer for each costs more than its
   * hash.
   */
  followedBy(text: string): Uint8Array
}

/** Of ids as they mostly are: uuids and integers. */
const usualLength = 36

function hashInput(key: Buffer): HashInput {
  const reused: Buffer[] = []
  return {
    key,
    followedBy: (text) => {
      const length = Buffer.byteLength(text)
      const bytes = reused[length] ?? Buffer.concat([key, Buffer.alloc(length)])
      if (length <= usualLength) reused[length] = bytes
      bytes.write(text, key.length, 'utf8')
      return bytes
    },
  }
}

function prefixed(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
