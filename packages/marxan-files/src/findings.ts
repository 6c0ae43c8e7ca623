export {
  FindingCollector,
  type FindingDetails,
  type FindingLocation,
  type NewFinding as FileFinding,
} from '@piecework/core/piece'
