import {
  type ShapefileParts,
  shapefileParts,
  square,
  squares,
  zippedParts,
} from '@piecework/test-support/fixtures/shapefile-of.js'
import { zipOf } from '@piecework/test-support/fixtures/zip-of.js'
import { bytes, type Uploads } from './uploads.js'

/** Four units in a row and three features, one of them without a name and one without rows. */
const files = {
  'input.dat': 'BLM 0.5\nNUMREPS 7\nRUNMODE 1\n',
  'pu.dat': 'id,cost,status\n1,10,0\n2,20.5,1\n3,0,2\n4,1e3,3\n',
  'spec.dat':
    'id,prop,target,spf,name,target2,targetocc,sepnum,sepdistance,type\n7,0.3,0,2,"Eel, grass",1,2,3,4.5,6\n8,0,6,1,,0,0,0,0,0\n0,0.1,-1,1,Sand,0,0,0,0,0\n',
  'puvspr.dat': 'species,pu,amount\n7,1,0.1\n7,2,3\n8,2,4\n8,4,8\n',
}

export type SmallFiles = Partial<typeof files> & { readonly grid?: Partial<ShapefileParts> }

export function smallProject({ grid, ...changed }: SmallFiles = {}): Uploads {
  const parts = grid ?? shapefileParts(squares([1, 2, 3, 4]))
  return {
    'planning-grid': bytes(zipOf(zippedParts(parts))),
    ...Object.fromEntries(
      Object.entries({ ...files, ...changed }).map(([role, content]) => [role, bytes(content)]),
    ),
  }
}

/** Units across the antimeridian in a Mercator whose middle it is; the last one's rings cross themselves. */
export const fiji = (): ShapefileParts =>
  shapefileParts(
    [
      { rings: [square(-50_000, -1_900_000, 100_000)], values: ['1'] },
      { rings: [square(50_000, -1_900_000, 100_000)], values: ['2'] },
      { rings: [square(-150_000, -1_900_000, 100_000)], values: ['3'] },
      {
        rings: [
          [
            [-50_000, 0],
            [50_000, 100_000],
            [50_000, 0],
            [-50_000, 100_000],
            [-50_000, 0],
          ],
        ],
        values: ['4'],
      },
    ],
    {
      prj: 'PROJCS["Pacific",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Mercator"],PARAMETER["False_Easting",0.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",180.0],PARAMETER["Standard_Parallel_1",0.0],UNIT["Meter",1.0]]',
    },
  )
