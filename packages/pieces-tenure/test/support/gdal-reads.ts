import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { debianPython } from '@piecework/test-support'

export interface ReadLayer {
  readonly name: string
  readonly geometry: string
  readonly crs: string | null
  readonly fields: readonly (readonly [name: string, type: string])[]
  readonly rows: readonly (readonly [geometry: string | null, ...values: unknown[]])[]
}

const script = `
import json, sys
from osgeo import gdal, ogr
gdal.UseExceptions()
warnings = []
gdal.PushErrorHandler(lambda kind, number, text: warnings.append(text))
layers = []
file = gdal.OpenEx(sys.argv[1], gdal.OF_VECTOR)
for at in range(file.GetLayerCount()):
    layer = file.GetLayer(at)
    schema = layer.GetLayerDefn()
    defs = [schema.GetFieldDefn(i) for i in range(schema.GetFieldCount())]
    crs = layer.GetSpatialRef()
    def value(row, i):
        if not row.IsFieldSetAndNotNull(i): return None
        if defs[i].GetSubType() == ogr.OFSTBoolean: return row.GetFieldAsInteger(i) == 1
        if defs[i].GetType() == ogr.OFTReal: return row.GetFieldAsDouble(i)
        return row.GetFieldAsString(i)
    rows = []
    for row in layer:
        shape = row.GetGeometryRef()
        rows.append([shape and shape.ExportToIsoWkt()] + [value(row, i) for i in range(len(defs))])
    layers.append({
        'name': layer.GetName(),
        'geometry': ogr.GeometryTypeToName(layer.GetGeomType()),
        'crs': crs and crs.GetName(),
        'fields': [[d.GetName(), 'Boolean' if d.GetSubType() == ogr.OFSTBoolean else d.GetTypeName()] for d in defs],
        'rows': rows,
    })
if warnings: sys.exit('; '.join(warnings))
print(json.dumps(layers))
`

/** All layers of a file, which may stand among others, as GDAL reads them. Throws for an error and for a warning. */
export async function gdalReads(
  files: ReadonlyMap<string, Uint8Array>,
  name: string,
): Promise<readonly ReadLayer[]> {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-gdal-reads-'))
  try {
    for (const [path, bytes] of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), bytes)
    }
    const read = await promisify(execFile)(debianPython, ['-c', script, join(folder, name)])
    return JSON.parse(read.stdout)
  } finally {
    await rm(folder, { recursive: true })
  }
}
