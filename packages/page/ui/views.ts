/** What is shown: kept in the fragment of the address, so that a reload, a bookmark and the way back find it again. */
export interface View {
  readonly name: 'list' | 'job' | 'export' | 'clone' | 'import' | 'draft' | 'compare'
  readonly id?: string
}

const prefix = '#piecework/'
const names: readonly View['name'][] = ['list', 'job', 'export', 'clone', 'import', 'draft', 'compare']

export function linkTo(name: View['name'], id?: string): string {
  return `${prefix}${name}${id === undefined ? '' : `/${encodeURIComponent(id)}`}`
}

/** A fragment that is not ours is the list. */
export function viewOf(fragment: string): View {
  const [given = '', id] = fragment.startsWith(prefix) ? fragment.slice(prefix.length).split('/') : []
  const name = names.find((one) => one === given) ?? 'list'
  if (id === undefined || id === '') return { name }
  try {
    return { name, id: decodeURIComponent(id) }
  } catch {
    return { name: 'list' }
  }
}

export function show(name: View['name'], id?: string): void {
  location.hash = linkTo(name, id)
}
