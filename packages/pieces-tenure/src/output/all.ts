import type { Output, OutputContext, ZipMember } from '@piecework/core/piece'
import { allResourceFiles, resourceFiles } from './resource-files.js'
import { shp, shpFiles } from './shp.js'
import { xlsx, xlsxFiles } from './xlsx.js'

const folders = { shp: shpFiles, xlsx: xlsxFiles, resources: allResourceFiles } as const

/** The outputs for people in one zip, a folder for each. */
export const all: Output = {
  name: 'tenure/all',
  mediaType: 'application/zip',
  pieces: [...new Set([shp, xlsx, resourceFiles].flatMap(({ pieces = [] }) => pieces))],
  fileName: ({ name, resource }) => `${name ?? resource.id}-all.zip`,
  assemble: (context) => context.zip(allFiles(context)),
}

async function* allFiles(context: OutputContext): AsyncGenerator<ZipMember> {
  for (const [folder, files] of Object.entries(folders))
    for await (const file of files(context)) yield { name: `${folder}/${file.name}`, open: () => file.open() }
}
