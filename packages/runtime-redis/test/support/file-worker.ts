import { type Death, type FilePlace, fileHost } from './file-host.js'

/** A process that dies at the second file that it puts. */
const [place = '', death] = process.argv.slice(2)
await fileHost(JSON.parse(place) as FilePlace, { death: death as Death }).piecework.start()
process.send?.('started')
