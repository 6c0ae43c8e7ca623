import { marxanCheck } from './command.js'

// The reader of a pipe may go away: `marxan-check folder | head`.
process.stdout.on('error', () => process.exit())
await marxanCheck(process.argv.slice(2), process)
