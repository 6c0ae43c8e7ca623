import { type SharedReference, tablePiece } from '@piecework/postgres'

/** Who is here under another address since. */
const moved = { 'eve@old.example': 'u3' }

const person = (missing: SharedReference['missing'], find = {}) => ({
  table: 'User',
  shared: { where: 'true', by: ['email'], find, ...(missing !== undefined && { missing }) },
})

export const workspaceRows = tablePiece({
  name: 'workspace/rows',
  of: 'workspace',
  version: 1,
  tables: [
    { table: 'Workspace', key: 'cuid', owner: 'id', order: [], keepShellValue: ['name'], ignore: ['ready'] },
    {
      table: 'Segment',
      key: 'cuid',
      owner: 'workspaceId',
      order: ['title'],
      json: { filters: [{ path: '[*].surveyId', table: 'Survey' }] },
    },
    {
      table: 'Survey',
      key: 'cuid',
      owner: 'workspaceId',
      order: ['createdAt', 'name'],
      references: {
        segmentId: 'Segment',
        createdById: person('importer'),
        ownerId: person({ row: 'u0' }),
        reviewerId: person('null', moved),
      },
      json: { questions: [{ path: 'logic[*].segmentId', table: 'Segment' }] },
      unique: { slug: 'suffix' },
    },
    { table: 'Tag', key: 'cuid', owner: 'workspaceId', order: ['label'] },
  ],
})

export const responseRows = tablePiece({
  name: 'workspace/responses',
  of: 'workspace',
  version: 1,
  after: ['workspace/rows'],
  tables: [
    {
      table: 'Response',
      key: 'cuid',
      owner: 'surveyId.workspaceId',
      order: ['surveyId.createdAt', 'surveyId.name', 'number'],
      references: { surveyId: 'Survey' },
      json: { data: [{ path: 'startedFrom', table: 'Segment' }] },
    },
    {
      table: 'Answer',
      owner: 'responseId.surveyId.workspaceId',
      order: ['responseId.surveyId.name', 'responseId.number', 'questionKey'],
      references: { responseId: 'Response' },
    },
    {
      table: '_ResponseToTag',
      owner: 'A.surveyId.workspaceId',
      order: ['A.surveyId.name', 'A.number', 'B.label'],
      references: { A: 'Response', B: 'Tag' },
    },
  ],
})
