// A host in plain JavaScript, given what it imported or required.
exports.run = async ({ createPiecework, isPieceworkError }, { inProcess }) => {
  const names = new Map([['birds', 'Birds']])
  const album = {
    kind: 'album',
    table: 'albums',
    key: 'nanoid',
    describe: async ({ id }) => (names.has(id) ? { name: names.get(id) } : undefined),
    shell: {
      create: async ({ ref, name }) => void names.set(ref.id, name),
      ready: async () => undefined,
      remove: async ({ id }) => void names.delete(id),
    },
  }
  const cover = {
    contract: 1,
    name: 'album/cover',
    of: 'album',
    version: 1,
    exporter: {
      export: async ({ write }) => {
        await write('cover.csv', Buffer.from('title\nA\nB\n'), () => 2)
        return { rows: 2 }
      },
    },
    importer: {
      import: async ({ entries }) => {
        let rows = 0
        for await (const batch of entries.rows('cover.csv')) rows += batch.length
        return { rows }
      },
    },
  }
  const packs = [{ name: 'albums', kinds: [album], pieces: [cover] }]
  const piecework = createPiecework({ packs, runtime: inProcess() })
  await piecework.start()
  try {
    const principal = { id: 'ann' }
    const exported = await piecework.export({ resource: { kind: 'album', id: 'birds' }, principal })
    const { archive } = await exported.result()
    const imported = await piecework.import({ archive, principal })
    await imported.result()
    const refused = await piecework.job('none').catch((error) => error)
    if (!isPieceworkError(refused, 'job-not-found')) throw refused
    return (await piecework.job(imported.id)).counts.rows
  } finally {
    await piecework.stop()
  }
}
