import { metadataDefaults } from '../defaults.js'

/** Whether a value of JSON holds no more values and characters than the metadata of an upload may. */
export function isShortDocument(document: unknown): boolean {
  const left: unknown[] = [document]
  let values = 0
  let characters = 0
  for (let at = 0; at < left.length; at++) {
    const value = left[at]
    values += 1
    if (typeof value === 'string') characters += value.length
    if (typeof value === 'object' && value !== null) {
      for (const name in value) {
        // Before it is held: an object may have any number of properties.
        if (left.length > metadataDefaults.values) return false
        characters += name.length
        left.push((value as Readonly<Record<string, unknown>>)[name])
      }
    }
    if (values > metadataDefaults.values || characters > metadataDefaults.characters) return false
  }
  return true
}
