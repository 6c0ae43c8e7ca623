import type { Api } from './api.js'
import type { Job, Ref } from './model.js'
import type { Words } from './words.js'

/** Names of resources, which jobs have by their ids. */
export interface Names {
  of(ref: Ref | undefined): string | undefined
  /** Asks for those that are not known. What has no name, or may not be seen, has none. */
  load(refs: readonly (Ref | undefined)[]): Promise<void>
}

const keyOf = ({ kind, id }: Ref) => `${kind}:${id}`

export function createNames(api: Api): Names {
  const known = new Map<string, string | undefined>()
  return {
    of: (ref) => ref && known.get(keyOf(ref)),
    load: async (refs) => {
      const unknown = new Map(
        refs.flatMap((ref) => (ref && !known.has(keyOf(ref)) ? [[keyOf(ref), ref]] : [])),
      )
      if (unknown.size === 0) return
      const resources = [...unknown.values()].map(({ kind, id }) => ({ kind, id })).slice(0, 100)
      const { items } = await api
        .post<{ items: readonly (Ref & { readonly name?: string })[] }>('ui/names', { resources })
        .catch(() => ({ items: [] }))
      for (const item of items) known.set(keyOf(item), item.name)
    },
  }
}

/** What a job is about, for people: a name, the file that it came as, or else an id. */
export function subjectOf(job: Job, names: Names, t: Words): string {
  const { source, resource, name, fileName } = job
  const known = names.of(source) ?? name ?? names.of(resource) ?? fileName
  if (known !== undefined) return known
  const kind = t.kind((source ?? resource)?.kind)
  // Of what is being made nobody knows the id.
  return source ? `${kind} ${source.id}` : t('job.unnamed', { kind })
}

export function titleOf(job: Job, names: Names, t: Words): string {
  return t(`job.${job.kind}`, { name: subjectOf(job, names, t) })
}
