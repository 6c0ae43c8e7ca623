import { parseArgs } from 'node:util'

/** The options and filters of a script. Prints `help` and exits if that is asked for, and if the arguments are wrong. `flags`: names. */
export function readArguments({ numbers, flags = [], help }) {
  try {
    const options = Object.fromEntries(
      Object.entries(numbers).map(([name, usual]) => [name, { type: 'string', default: String(usual) }]),
    )
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        ...options,
        ...Object.fromEntries(flags.map((name) => [name, { type: 'boolean', default: false }])),
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help) {
      process.stdout.write(help)
      process.exit()
    }
    const read = Object.keys(numbers).map((name) => [name, positive(name, values[name])])
    const asked = flags.map((name) => [name, values[name]])
    return { ...Object.fromEntries([...read, ...asked]), filters: positionals }
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
