import { type TableSpec, tablePiece } from '@piecework/postgres'

export const alphabet = '23456789abcdefghijkmnpqrstuvwxyz'
export const key = { nanoid: { length: 24, alphabet } } as const

const users = { where: 'true', by: ['username'] }
const models = { where: 'true', by: ['app_label', 'model'] }
const inParcels = [
  { path: 'neighbours[*]', table: 'register_parcel' },
  { path: 'shares.{}', table: 'register_holder' },
]
const ofDistrict = (table: string, order: string): TableSpec => ({
  table,
  key,
  owner: 'district_id',
  order: [order],
})

export const districtRows = tablePiece({
  name: 'district/rows',
  of: 'district',
  version: 1,
  tables: [
    {
      table: 'register_district',
      key,
      owner: 'id',
      order: [],
      keepShellValue: ['name'],
      references: { created_by_id: { table: 'app_user', shared: { ...users, missing: 'null' } } },
      json: { attributes: [{ path: 'office', table: 'register_holder' }] },
      ignore: ['ready'],
    },
    ofDistrict('register_holder', 'name'),
    {
      ...ofDistrict('register_parcel', 'label'),
      references: { created_by_id: { table: 'app_user', shared: { ...users, missing: 'importer' } } },
      json: { attributes: inParcels },
    },
    {
      table: 'register_plot',
      owner: 'parcel_ptr_id.district_id',
      order: ['parcel_ptr_id.label'],
      references: { parcel_ptr_id: 'register_parcel' },
    },
    {
      table: 'register_parcel_holders',
      owner: 'parcel_id.district_id',
      order: ['parcel_id.label', 'holder_id.name'],
      references: { parcel_id: 'register_parcel', holder_id: 'register_holder' },
    },
  ],
})

export const documentRows = tablePiece({
  name: 'district/documents',
  of: 'district',
  version: 1,
  after: ['district/rows'],
  tables: [
    ofDistrict('register_document', 'title'),
    {
      table: 'register_documentlink',
      owner: 'document_id.district_id',
      order: ['document_id.title', 'note'],
      references: {
        document_id: 'register_document',
        content_type_id: { table: 'content_type', shared: models },
        record_id: {
          by: 'content_type_id',
          tables: {
            'register.district': 'register_district',
            'register.holder': 'register_holder',
            'register.parcel': 'register_parcel',
            'register.document': 'register_document',
          },
        },
      },
    },
  ],
})
