import { checkCommand } from './check-command.js'

// The reader of a pipe may go away: `piecework-check … | head`.
process.stdout.on('error', () => process.exit())
process.exitCode = await checkCommand(process.argv.slice(2), {
  print: (text) => void process.stdout.write(text),
  complain: (text) => void process.stderr.write(text),
  env: process.env,
})
