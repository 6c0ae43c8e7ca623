/** Imported before the command (`node --import`): writes how often each file was opened, as JSON, to the file that COUNT_OPENS names. */
import fs, { type PathLike } from 'node:fs'
import promises from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

const opens: Record<string, number> = {}
const count = (path: PathLike): void => {
  opens[String(path)] = (opens[String(path)] ?? 0) + 1
}
const { createReadStream } = fs
const { open, readFile } = promises
Object.assign(fs, {
  createReadStream: (...args: Parameters<typeof createReadStream>) => {
    count(args[0])
    return createReadStream(...args)
  },
})
Object.assign(promises, {
  open: (...args: Parameters<typeof open>) => {
    count(args[0])
    return open(...args)
  },
  readFile: (...args: Parameters<typeof readFile>) => {
    count(String(args[0]))
    return readFile(...args)
  },
})
syncBuiltinESMExports()
process.on('exit', () => fs.writeFileSync(process.env.COUNT_OPENS ?? '', JSON.stringify(opens)))
