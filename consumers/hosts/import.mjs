// Arguments: every entry point of every package.
import * as core from '@piecework/core'
import * as runtime from '@piecework/runtime-inprocess'
import { run } from './plain.cjs'

for (const entry of process.argv.slice(2)) await import(entry)
console.log(`${await run(core, runtime)} rows`)
