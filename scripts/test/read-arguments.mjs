import { parseArgs } from 'node:util'

/** The options and filters of a script. Prints `help` and exits if that is asked for, and if the arguments are wrong. */
export function readArguments({ numbers, help }) {
  try {
    const options = Object.fromEntries(
      Object.entries(numbers).map(([name, usual]) => [name, { type: 'string', default: String(usual) }]),
    )
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { ...options, help: { type: 'boolean', short: 'h' } },
    })
    if (values.help) {
      process.stdout.write(help)
      process.exit()
    }
    const read = Object.keys(numbers).map((name) => [name, positive(name, values[name])])
    return { ...Object.fromEntries(read), filters: positionals }
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${help}`)
    process.exit(1)
  }
}

function positive(name, text) {
  const number = Number(text)
  if (number > 0 && Number.isFinite(number)) return number
  throw new Error(`--${name} must be a number above 0; it is "${text}".`)
}
