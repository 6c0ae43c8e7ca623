/** A name of a column as files of all versions have it: `"Occurrence Target "` is `occurrence_target`, `Run no.` is `run_no`. */
export const columnName = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '')
