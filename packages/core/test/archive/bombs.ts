const many = 2_200_000
export const sourceOf = (bytes: Buffer) => ({
  size: bytes.length,
  read: async function* ({ start, end }: { readonly start: number; readonly end: number }) {
    yield bytes.subarray(start, end)
  },
})
export const root = { kind: 'project', id: 'p' }
export const stamp = '"format":"piecework-archive","version":1'
export const tree = `"tree":{"kind":"project","id":"p","children":[]}`
const piece = (name: string, entries: string) =>
  `{"resource":{"kind":"project","id":"p"},"name":"${name}","version":1,"entries":[${entries}]}`
const list = (item: string, count = many) => `${`${item},`.repeat(count - 1)}${item}`
export const numbered = (item: (at: number) => string, count: number) =>
  Array.from({ length: count }, (_, at) => item(at)).join(',')

/** Manifests that are dear to hold, in a few bytes of a zip. */
export const bombs: Record<string, () => string> = {
  'of numbers in the place of pieces': () => `{${stamp},${tree},"pieces":[${list('0')}]}`,
  'of lists in the place of pieces': () => `{${stamp},${tree},"pieces":[${list('[]')}]}`,
  'of numbers in the place of entries': () =>
    `{${stamp},${tree},"pieces":[${piece('project/x', list('0'))}]}`,
  'of numbers in the place of resources': () =>
    `{${stamp},"tree":{"kind":"project","id":"p","children":[${list('0')}]},"pieces":[]}`,
  'of unknown properties': () => `{${stamp},${tree},"pieces":[],${numbered((at) => `"p${at}":0`, 100_000)}}`,
  'of needs that are none': () =>
    `{"format":"piecework-archive","version":2,"needs":[${list('0', 1_000_000)}]}`,
  'of types that are none': () =>
    `{"format":"piecework-archive","version":2,"needs":["column-types"],"types":[${list('0', 1_000_000)}],${tree},"pieces":[]}`,
  'of a list of types that are none': () =>
    `{"format":"piecework-archive","version":2,"needs":["column-types"],"types":[[${list('0', 1_000_000)}]],${tree},"pieces":[]}`,
  'of more resources than there may be': () =>
    `{${stamp},"tree":{"kind":"project","id":"p","children":[${numbered((at) => `{"kind":"k","id":"${at}","children":[]}`, 250_001)}]},"pieces":[]}`,
  'of more pieces than there may be': () =>
    `{${stamp},${tree},"pieces":[${numbered((at) => piece(`project/x${at}`, ''), 250_001)}]}`,
  'of one path with a folder for every letter': () =>
    `{${stamp},${tree},"pieces":[${piece('project/x', `{"path":"${'a/'.repeat(100_000)}b","size":0,"sha256":"${'a'.repeat(64)}"}`)}]}`,
  'that is nested without end': () => `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`,
}
