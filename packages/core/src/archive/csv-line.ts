const special = /[",\r\n]/

/** One record, with its newline, as COPY writes it in CSV format: null is empty, '' is `""`. */
export function csvLine(values: readonly (string | null)[]): string {
  return `${values.map(csvField).join(',')}\n`
}

function csvField(value: string | null): string {
  if (value === null) return ''
  // A lone `\.` would end the COPY that reads it.
  if (value === '' || value === '\\.' || special.test(value)) return `"${value.replaceAll('"', '""')}"`
  return value
}
