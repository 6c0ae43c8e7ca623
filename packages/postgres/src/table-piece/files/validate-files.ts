import { isPieceworkError, type NewFinding, type ValidationContext } from '@piecework/core/piece'
import type { TablePlan } from '../table-plan.js'
import type { FilePlan } from './file-plan.js'
import { type ListedFile, listedFile } from './listed-file.js'
import { ListedKeys } from './listed-keys.js'
import { missingFinding } from './missing-files.js'

/** Looks whether the lists fit the bytes, and whether each row has its file. */
export async function* validateFiles(
  plan: TablePlan,
  { entries, signal }: ValidationContext,
): AsyncGenerator<NewFinding> {
  for (const file of plan.files) {
    const keys = new ListedKeys()
    const problem = await listProblem(file, entries, keys)
    if (problem) {
      yield { severity: 'error', code: 'table/files-invalid', file: file.list, message: problem }
      continue
    }
    keys.sort()
    let count = 0
    let first = ''
    for await (const batch of entries.rows(plan.entry)) {
      signal.throwIfAborted()
      for (const row of batch) {
        const key = Object.hasOwn(row, file.column.name) ? row[file.column.name] : undefined
        if (!key || keys.has(key)) continue
        first ||= JSON.stringify(key.slice(0, 200))
        count += 1
      }
    }
    if (count === 0) continue
    const what = `${count} ${count === 1 ? 'row names a file that is' : 'rows name files that are'} not in the archive (${first}${count > 1 ? ', …' : ''})`
    const finding = missingFinding(plan, file, count, what)
    const severity = (file.spec.missing ?? 'refuse') === 'refuse' ? 'error' : 'warning'
    yield { ...finding, severity }
  }
}

/** What is wrong with the list; undefined: nothing. */
async function listProblem(
  file: FilePlan,
  entries: ValidationContext['entries'],
  keys: ListedKeys,
): Promise<string | undefined> {
  const [list, bytes] = [entries.facts(file.list), entries.facts(file.bytes)]
  if (!list && !bytes) return undefined
  if (!list || !bytes) return `"${list ? file.bytes : file.list}" is missing.`
  let listed = 0
  try {
    for await (const batch of entries.rows(file.list))
      for (const row of batch) {
        const one: ListedFile = listedFile(row, file)
        keys.add(one.key)
        listed += one.bytes
      }
  } catch (error) {
    if (isPieceworkError(error) && error.code.startsWith('archive-')) return error.message
    throw error
  }
  if (listed === bytes.size) return undefined
  return `The files of "${file.list}" have ${listed} bytes, and "${file.bytes}" has ${bytes.size}.`
}
