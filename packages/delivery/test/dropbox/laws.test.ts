import { DropboxStandIn } from '@piecework/test-support/fixtures/dropbox-stand-in.js'
import { type TargetLawsOptions, targetLaws } from '@piecework/testkit'
import { suite } from 'uvu'
import { sampleDropbox } from './support.js'

const opened: DropboxStandIn[] = []

const make =
  (chunkBytes: number | undefined, destination: object): TargetLawsOptions['make'] =>
  async () => {
    const dropbox = await DropboxStandIn.open()
    opened.push(dropbox)
    const { target } = sampleDropbox(dropbox, chunkBytes === undefined ? {} : { chunkBytes })
    return {
      target: target as never,
      destination: { credential: 'c1', ...destination },
      files: async () => new Map([...dropbox.files.values()].map(({ path, bytes }) => [path, bytes])),
    }
  }

for (const [name, chunkBytes] of [
  ['at once', undefined],
  ['in chunks', 60_000],
] as const) {
  const test = suite(`laws: dropboxTarget(), ${name}`)
  test.after(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()))
  })
  targetLaws(test, { make: make(chunkBytes, chunkBytes === undefined ? {} : { folder: '/Karten/Größe' }) })
  test.run()
}
