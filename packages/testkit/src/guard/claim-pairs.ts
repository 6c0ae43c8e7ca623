/** Three ids of 255 bytes, none of which a path holds as it is; no two parts of them are alike. */
const longest = ['project', 'scenario', 'part']
  .map((kind, level) => {
    const bytes = Array.from({ length: 255 }, (_, at) => 128 + ((at * at + 7 * level) % 128))
    return `${kind}:${bytes.map((byte) => `%${byte.toString(16).toUpperCase()}`).join('')}`
  })
  .join('/')

/** Two paths, and whether they conflict. Ids are those that kinds and ids escape to. */
export const pairs: readonly (readonly [string, string, boolean])[] = [
  ['project:1', 'project:1', true],
  ['project:1', 'project:1/scenario:2', true],
  ['project:1/scenario:2', 'project:1', true],
  ['project:1/scenario:2', 'project:1/scenario:2/run:3', true],
  ['project:1/scenario:2', 'project:1/scenario:3', false],
  ['project:1', 'project:2', false],
  ['project:1', 'project:10', false],
  ['project:10/scenario:2', 'project:1', false],
  ['project:1/scenario:2', 'project:2/scenario:2', false],
  ['project:a%2Fscenario%3A2', 'project:a/scenario:2', false],
  ['project:a_c', 'project:abc', false],
  ['project:a%25', 'project:a%25b', false],
  // Of integers, and of texts with any characters.
  ['project:7', 'project:-7', false],
  ['project:9223372036854775807/scenario:1', 'project:9223372036854775807', true],
  ['project:9223372036854775807', 'project:9223372036854775806', false],
  ['project:A', 'project:a', false],
  ['project:%C3%BC', 'project:u%CC%88', false],
  ["project:o'c", 'project:o', false],
  ["project:o'c/scenario:*", "project:o'c", true],
  [longest, `${longest}/run:1`, true],
  [longest, `${longest}b`, false],
]
