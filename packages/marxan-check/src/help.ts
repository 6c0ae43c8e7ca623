import { defaults } from './defaults.js'
import { type Flag, flags } from './flags.js'

/** Where the texts of the options begin. */
const indent = 24

const lines = Object.entries<Flag>(flags).flatMap(([name, flag]) => flagLines(name, flag))

/** What `--help` prints. */
export const help = `Usage: marxan-check <folder> [options]

Checks the files of a Marxan project as the import does, and changes nothing. It is tried with files such as Marxan 1.8 to 4,
Inedit, Zonae Cogito, QMarxan, ArcMarxan, CLUZ, Marxan Connect, Marxan Web, marxan.net, Marxan Cloud, R, ArcMap and spreadsheets write.

The folder holds input.dat, the tables that it names and a shapefile with the planning units. What is wrong is listed by file
and line; the last line says what to do first. Without input.dat the tables are found by their columns, and an input.dat that
fits them is printed.

  marxan-check my-project
  marxan-check my-project --id-attribute FID --strict
  marxan-check my-project --file spec.dat=my-project/features.csv

${lines.join('\n')}

Paths are relative to the working directory or, if nothing is there, to the project's folder.
Exit codes: 0 no errors, 1 warnings only (with --strict), 2 errors, also in the options.
NO_COLOR and FORCE_COLOR are respected.`

function flagLines(name: string, { short, value, help }: Flag): readonly string[] {
  const names = short === undefined ? `--${name}` : `-${short}, --${name}`
  const head = `  ${names}${value === undefined ? '' : ` ${value}`}`
  const [first = '', ...more] = wrapped(help, defaults.helpColumns - indent)
  const text = more.map((line) => `${' '.repeat(indent)}${line}`)
  return head.length < indent
    ? [`${head.padEnd(indent)}${first}`, ...text]
    : [head, `${' '.repeat(indent)}${first}`, ...text]
}

function wrapped(text: string, columns: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > columns) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}
